//! One socket: who it is, what its frames are, and when it has had too many chances.
//!
//! What a frame does is the core's; how bytes become frames and liveness is `service::socket`'s.

use std::sync::Arc;

use service::clock::{now, steady};
use service::limits::Limit;
use service::socket::{ConnectionPermit, Incoming, RateExceeded, Socket, SocketHandle};
use service::telemetry::spans;
use tokio::time::Instant;
use tracing::Instrument;
use wire::signaling::{ClientFrame, GoingAway, Join, ServerFrame};
use wire::{CloseCode, Envelope, ErrorBody, ErrorCode, FrameError, FrameId};

use crate::counters;
use crate::edge::Edge;
use crate::join::JoinAttempt;
use crate::registry::{RegistryFull, SessionMembership};

/// When to try again where there is no room for another session, in milliseconds.
const FULL_RETRY_MS: u64 = 1_000;

/// Serves a socket until it is over, and gives it back for the closing handshake.
pub(crate) async fn serve(mut socket: Socket, edge: Arc<Edge>, permit: ConnectionPermit) -> Socket {
    let mut door = Door {
        line: socket.handle(),
        permit,
    };
    // Boxed, so that a socket that is in does not keep the room that coming in took.
    let Some(membership) = Box::pin(come_in(&mut socket, &mut door, &edge)).await else {
        return socket;
    };
    while let Incoming::Text(text) = socket.next().await {
        if let Some((envelope, frame)) = door.take(&text) {
            let id = envelope.id.as_ref().and_then(FrameId::number);
            membership.frame(id, frame);
        }
    }
    let (session, connection) = (membership.session(), membership.connection());
    tracing::debug!(%session, %connection, "socket over");
    socket
}

/// Waits for a good `join`. None where the socket is over, or is to be closed.
async fn come_in(socket: &mut Socket, door: &mut Door, edge: &Edge) -> Option<SessionMembership> {
    let until = Instant::now() + edge.limiter.join_timeout();
    loop {
        let incoming = tokio::select! {
            incoming = socket.first(until.saturating_duration_since(Instant::now())) => incoming,
            () = edge.shutdown.started() => {
                door.send(GoingAway { retry_after_ms: edge.retry_after_ms() });
                door.line.close(CloseCode::GoingAway);
                return None;
            }
        };
        let Incoming::Text(text) = incoming else {
            return None;
        };
        match door.take(&text) {
            Some((envelope, ClientFrame::Join(join))) => {
                return match admit(&join, door, edge).instrument(spans::join()).await {
                    Ok(membership) => Some(membership),
                    Err(refusal) => {
                        refusal.tell(door, envelope.id);
                        None
                    }
                };
            }
            Some((envelope, _)) => {
                Refusal::unauthenticated("no_ticket").tell(door, envelope.id);
                return None;
            }
            // A join that can't be read is a refused join; anything else may still be followed by a good one.
            None if is_join(&text) => {
                door.line.close(CloseCode::Malformed);
                return None;
            }
            None => {}
        }
    }
}

async fn admit(join: &Join, door: &mut Door, edge: &Edge) -> Result<SessionMembership, Refusal> {
    door.permit
        .check_join(steady())
        .map_err(Refusal::rate_limited)?;
    let claims = edge
        .tickets
        .signaling(&join.ticket, now())
        .await
        .map_err(|fault| Refusal::unauthenticated(fault.reason()))?;
    door.permit
        .assign_user(&claims.common.sub, steady())
        .map_err(Refusal::rate_limited)?;
    let joining = JoinAttempt::new(claims, join.resume.as_ref());
    edge.registry
        .join(joining, door.line.clone())
        .map_err(|RegistryFull| {
            Limit::Sessions.hit();
            Refusal::rate_limited(FULL_RETRY_MS)
        })
}

fn is_join(text: &str) -> bool {
    Envelope::parse(text).is_ok_and(|envelope| envelope.kind == "join")
}

/// What stands between a socket's text and the session: rate, shape, and patience with both.
struct Door {
    line: SocketHandle,
    permit: ConnectionPermit,
}

impl Door {
    /// The frame, or none where it was refused and the socket told so.
    fn take(&mut self, text: &str) -> Option<(Envelope, ClientFrame)> {
        if let Err(exceeded) = self.permit.check_frame(steady()) {
            self.refuse_rate(text, exceeded);
            return None;
        }
        match parse(text) {
            Ok((envelope, frame)) => {
                counters::frame(frame.kind());
                Some((envelope, frame))
            }
            Err(FrameError::UnknownType { id }) => {
                metrics::counter!("signaling_frames_total", "type" => "unknown").increment(1);
                let body = ErrorBody::new(ErrorCode::UnknownType, "There is no such frame.");
                self.send(body.for_frame(id));
                None
            }
            Err(FrameError::Malformed { field, id }) => {
                metrics::counter!("signaling_frames_total", "type" => "malformed").increment(1);
                let mut body = ErrorBody::new(ErrorCode::Malformed, "The frame can't be read.");
                body.field = field;
                self.send(body.for_frame(id));
                if self.permit.count_malformed(steady()) {
                    self.line.close(CloseCode::Malformed);
                }
                None
            }
        }
    }

    fn refuse_rate(&self, text: &str, exceeded: RateExceeded) {
        let id = Envelope::parse(text).ok().and_then(|envelope| envelope.id);
        let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many frames.").for_frame(id);
        body.retry_after_ms = Some(exceeded.retry_after_ms);
        self.send(body);
        if exceeded.flood {
            self.line.close(CloseCode::RateLimited);
        }
    }

    fn send(&self, frame: impl Into<ServerFrame>) {
        if self
            .line
            .try_send(frame.into().to_text(None).into())
            .is_err()
        {
            self.line.close(CloseCode::SlowConsumer);
        }
    }
}

/// A frame whose `id`, if any, is a number: signaling takes no other.
fn parse(text: &str) -> Result<(Envelope, ClientFrame), FrameError> {
    let (envelope, frame) = ClientFrame::read(text)?;
    match envelope.id {
        Some(FrameId::Text(_)) => Err(FrameError::Malformed {
            field: Some("id".to_owned()),
            id: envelope.id,
        }),
        _ => Ok((envelope, frame)),
    }
}

/// Why a `join` is refused before the core hears of it.
struct Refusal {
    body: ErrorBody,
    code: CloseCode,
}

impl Refusal {
    fn unauthenticated(reason: &str) -> Self {
        metrics::counter!("signaling_joins_refused_total", "why" => "unauthenticated").increment(1);
        let mut body = ErrorBody::new(ErrorCode::Unauthenticated, "A good ticket is needed.");
        body.reason = Some(reason.to_owned());
        Self {
            body,
            code: CloseCode::Unauthenticated,
        }
    }

    fn rate_limited(retry_after_ms: u64) -> Self {
        metrics::counter!("signaling_joins_refused_total", "why" => "rate_limited").increment(1);
        let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many joins at present.");
        body.retry_after_ms = Some(retry_after_ms);
        Self {
            body,
            code: CloseCode::RateLimited,
        }
    }

    fn tell(self, door: &Door, id: Option<FrameId>) {
        door.send(self.body.for_frame(id));
        door.line.close(self.code);
    }
}
