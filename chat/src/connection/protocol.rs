//! Chat's frames, as `service::realtime` reads them.

use service::realtime::{self, FrameProtocol, JoinError};
use wire::chat::{ChatClientFrame, ChatServerFrame, GoingAway, Hello};
use wire::{CloseCode, Envelope, ErrorBody, ErrorCode, FrameError};

/// When to try again after the store failed, in milliseconds.
const STORAGE_RETRY_MS: u64 = 1_000;

/// The subprotocol of chat; only its types are used.
pub(super) enum ChatProtocol {}

/// Rate limiting, parsing and error budget of one socket.
pub(super) type ChatFrameReader = realtime::FrameReader<ChatProtocol>;

impl FrameProtocol for ChatProtocol {
    type ClientFrame = ChatClientFrame;
    type Join = Hello;
    type ServerFrame = ChatServerFrame;

    const JOIN_TYPE: &'static str = "hello";
    const FRAMES_METRIC: &'static str = "chat_frames_total";
    const REFUSALS_METRIC: &'static str = "chat_refusals_total";

    fn parse(text: &str) -> Result<(Envelope, ChatClientFrame), FrameError> {
        ChatClientFrame::parse(text)
    }

    fn count(frame: &ChatClientFrame) {
        metrics::counter!("chat_frames_total", "type" => frame.kind()).increment(1);
    }

    fn into_join(frame: ChatClientFrame) -> Option<Hello> {
        match frame {
            ChatClientFrame::Hello(hello) => Some(hello),
            _ => None,
        }
    }

    fn going_away(retry_after_ms: u64) -> ChatServerFrame {
        GoingAway { retry_after_ms }.into()
    }

    fn encode(frame: ChatServerFrame) -> String {
        frame.to_text(None)
    }
}

/// The `error` frame where the store failed with `code`.
pub(crate) fn storage_error(code: ErrorCode) -> ErrorBody {
    let mut body = ErrorBody::new(code, "The store does not answer at present.");
    body.retry_after_ms = Some(STORAGE_RETRY_MS);
    body
}

/// Refuses a `hello` whose rooms the store could not open.
pub(crate) fn not_opened(code: ErrorCode) -> JoinError {
    JoinError::new(storage_error(code), CloseCode::Internal)
}
