//! One socket: who it is, what its frames are, and when it has had too many chances.
//!
//! What a frame does is the core's; how bytes become frames and liveness is `service::socket`'s.

mod catch_up;
mod door;
mod talk;

use std::sync::Arc;

use chat_core::check_id;
use service::socket::{ConnectionPermit, Disconnect, Incoming, Socket};
use service::telemetry::spans;
use tokio::time::Instant;
use tracing::Instrument;
use wire::chat::{ChatClientFrame, Hello};
use wire::{CloseCode, FrameId};

use crate::edge::{Admission, Edge};
use crate::store::Stores;
use door::{Door, Refusal, is_hello};
use talk::Talk;

pub(crate) use catch_up::read_all;

/// Serves a socket until it is over, and gives it back for the closing handshake.
pub(crate) async fn serve<S: Stores>(
    mut socket: Socket,
    edge: Arc<Edge<S>>,
    permit: ConnectionPermit,
) -> Socket {
    let mut door = Door::new(socket.handle(), permit);
    let Some((hello, id, admission)) = come_in(&mut socket, &mut door, &edge).await else {
        return socket;
    };
    if let Err(code) = edge.open(&admission).await {
        Refusal::storage(code).tell(&door, id);
        return socket;
    }
    let cursors = hello.cursors.unwrap_or_default();
    let (mut membership, left) = edge
        .registry
        .enter(&admission.caller, socket.handle(), cursors);
    // Whoever came in after the others were told goodbye is told here.
    if edge.shutdown.is_started() {
        door.say_goodbye(edge.retry_after_ms());
    }
    let talk = Talk::new(&mut door, &edge, &membership, left);
    let departure = talk.hold(&mut socket, admission.expires_at).await;
    if is_goodbye(departure) {
        membership.closed_cleanly();
    }
    tracing::debug!(connection = %membership.connection(), ?departure, "socket over");
    socket
}

/// Waits for a good `hello`. None where the socket is over, or is to be closed.
async fn come_in<S: Stores>(
    socket: &mut Socket,
    door: &mut Door,
    edge: &Edge<S>,
) -> Option<(Hello, Option<FrameId>, Admission)> {
    let until = Instant::now() + edge.limiter.join_timeout();
    loop {
        let incoming = tokio::select! {
            incoming = socket.first(until.saturating_duration_since(Instant::now())) => incoming,
            () = edge.shutdown.started() => {
                door.say_goodbye(edge.retry_after_ms());
                return None;
            }
        };
        let Incoming::Text(text) = incoming else {
            return None;
        };
        match door.take(&text) {
            Some((envelope, ChatClientFrame::Hello(hello))) => {
                return match admit(&hello, door, edge).instrument(spans::join()).await {
                    Ok(admission) => Some((hello, envelope.id, admission)),
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
            // A hello that can't be read is a refused one; anything else may still be followed by a good one.
            None if is_hello(&text) => {
                door.close(CloseCode::Malformed);
                return None;
            }
            None => {}
        }
    }
}

async fn admit<S: Stores>(
    hello: &Hello,
    door: &mut Door,
    edge: &Edge<S>,
) -> Result<Admission, Refusal> {
    door.count_join()?;
    check_id(&hello.device_id).map_err(|_| Refusal::malformed("device_id"))?;
    let admission = edge
        .admit(&hello.ticket)
        .await
        .map_err(|fault| Refusal::unauthenticated(fault.reason()))?;
    door.belongs_to(&admission.caller.user)?;
    Ok(admission)
}

/// A close frame that a client sends on purpose. A page that is left or reloaded sends 1001: it is lost,
/// and may be back at once.
fn is_goodbye(departure: Disconnect) -> bool {
    matches!(departure, Disconnect::Peer(None | Some(1000 | 1005)))
}
