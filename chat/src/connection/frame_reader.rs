//! What stands between a socket's text and the broker: rate limiting, parsing, error budget.

use service::clock::now;
use service::socket::{ConnectionPermit, RateExceeded, SocketHandle};
use wire::chat::{ChatClientFrame, ChatServerFrame, GoingAway};
use wire::{CloseCode, Envelope, ErrorBody, ErrorCode, FrameError, FrameId, UserId};

/// When to try again after the store failed, in milliseconds.
const STORAGE_RETRY_MS: u64 = 1_000;

/// One socket's.
pub(super) struct FrameReader {
    socket: SocketHandle,
    permit: ConnectionPermit,
}

impl FrameReader {
    pub(super) fn new(socket: SocketHandle, permit: ConnectionPermit) -> Self {
        Self { socket, permit }
    }

    /// Counts a first frame of the address.
    pub(super) fn count_join(&self) -> Result<(), Refusal> {
        self.permit.check_join(now()).map_err(Refusal::rate_limited)
    }

    /// From here on it is one of this person's sockets.
    pub(super) fn belongs_to(&mut self, user: &UserId) -> Result<(), Refusal> {
        let counted = self.permit.assign_user(user, now());
        counted.map_err(Refusal::rate_limited)
    }

    /// The frame, or none where it was refused and the socket told so.
    pub(super) fn take(&mut self, text: &str) -> Option<(Envelope, ChatClientFrame)> {
        if let Err(exceeded) = self.permit.check_frame(now()) {
            self.refuse_rate(text, exceeded);
            return None;
        }
        match ChatClientFrame::parse(text) {
            Ok((envelope, frame)) => {
                metrics::counter!("chat_frames_total", "type" => frame.kind()).increment(1);
                Some((envelope, frame))
            }
            Err(FrameError::UnknownType { id }) => {
                metrics::counter!("chat_frames_total", "type" => "unknown").increment(1);
                let body = ErrorBody::new(ErrorCode::UnknownType, "There is no such frame.");
                self.send(body.for_frame(id));
                None
            }
            Err(FrameError::Malformed { field, id }) => {
                metrics::counter!("chat_frames_total", "type" => "malformed").increment(1);
                let mut body = ErrorBody::new(ErrorCode::Malformed, "The frame can't be read.");
                body.field = field;
                self.send(body.for_frame(id));
                if self.permit.count_malformed(now()) {
                    self.close(CloseCode::Malformed);
                }
                None
            }
        }
    }

    pub(super) fn send(&self, frame: impl Into<ChatServerFrame>) {
        let text = frame.into().to_text(None);
        if self.socket.try_send(text.into()).is_err() {
            self.close(CloseCode::SlowConsumer);
        }
    }

    /// True while there is room for what need not be sent at once.
    pub(super) fn has_room(&self) -> bool {
        self.socket.has_room()
    }

    pub(super) fn say_goodbye(&self, retry_after_ms: u64) {
        self.send(GoingAway { retry_after_ms });
        self.close(CloseCode::GoingAway);
    }

    pub(super) fn close(&self, code: CloseCode) {
        self.socket.close(code);
    }

    fn refuse_rate(&self, text: &str, exceeded: RateExceeded) {
        let id = Envelope::parse(text).ok().and_then(|envelope| envelope.id);
        let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many frames.").for_frame(id);
        body.retry_after_ms = Some(exceeded.retry_after_ms);
        self.send(body);
        if exceeded.flood {
            self.close(CloseCode::RateLimited);
        }
    }
}

/// Why a `hello` is refused, or a socket that was let in is closed.
pub(super) struct Refusal {
    pub(super) body: Box<ErrorBody>,
    code: CloseCode,
}

impl Refusal {
    pub(super) fn unauthenticated(reason: &str) -> Self {
        let mut body = ErrorBody::new(ErrorCode::Unauthenticated, "A good ticket is needed.");
        body.reason = Some(reason.to_owned());
        Self {
            body: Box::new(body),
            code: CloseCode::Unauthenticated,
        }
    }

    pub(super) fn rate_limited(retry_after_ms: u64) -> Self {
        let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many joins at present.");
        body.retry_after_ms = Some(retry_after_ms);
        Self {
            body: Box::new(body),
            code: CloseCode::RateLimited,
        }
    }

    pub(super) fn malformed(field: &str) -> Self {
        let mut body = ErrorBody::new(ErrorCode::Malformed, "A field is wrong.");
        body.field = Some(field.to_owned());
        Self {
            body: Box::new(body),
            code: CloseCode::Malformed,
        }
    }

    pub(super) fn storage(code: ErrorCode) -> Self {
        let mut body = ErrorBody::new(code, "The store does not answer at present.");
        body.retry_after_ms = Some(STORAGE_RETRY_MS);
        Self {
            body: Box::new(body),
            code: CloseCode::Internal,
        }
    }

    pub(super) fn tell(self, reader: &FrameReader, id: Option<FrameId>) {
        metrics::counter!("chat_refusals_total", "why" => self.code.name()).increment(1);
        reader.send(self.body.for_frame(id));
        reader.close(self.code);
    }
}

pub(super) fn is_hello(text: &str) -> bool {
    Envelope::parse(text).is_ok_and(|envelope| envelope.kind == "hello")
}
