//! One socket: who it is, what its frames are, and when it has had too many chances.
//!
//! What a frame does is the core's; how bytes become frames and liveness is `service::socket`'s.

mod catch_up;
mod frame_loop;
mod frame_reader;

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
use frame_loop::FrameLoop;
use frame_reader::{FrameReader, Refusal, is_hello};

pub(crate) use catch_up::read_all;

/// Serves a socket until it is over, and gives it back for the closing handshake.
pub(crate) async fn serve<S: Stores>(
    mut socket: Socket,
    edge: Arc<Edge<S>>,
    permit: ConnectionPermit,
) -> Socket {
    let mut reader = FrameReader::new(socket.handle(), permit);
    let Some((hello, id, admission)) = authenticate(&mut socket, &mut reader, &edge).await else {
        return socket;
    };
    if let Err(code) = edge.open(&admission).await {
        Refusal::storage(code).tell(&reader, id);
        return socket;
    }
    let cursors = hello.cursors.unwrap_or_default();
    let (mut subscription, left) = edge
        .registry
        .enter(&admission.caller, socket.handle(), cursors);
    // Whoever came in after the others were told goodbye is told here.
    if edge.shutdown.is_started() {
        reader.say_goodbye(edge.retry_after_ms());
    }
    let frame_loop = FrameLoop::new(&mut reader, &edge, &subscription, left);
    let departure = frame_loop.hold(&mut socket, admission.expires_at).await;
    if is_goodbye(departure) {
        subscription.closed_cleanly();
    }
    tracing::debug!(connection = %subscription.connection(), ?departure, "socket over");
    socket
}

/// Waits for a good `hello`. None where the socket is over, or is to be closed.
async fn authenticate<S: Stores>(
    socket: &mut Socket,
    reader: &mut FrameReader,
    edge: &Edge<S>,
) -> Option<(Hello, Option<FrameId>, Admission)> {
    let until = Instant::now() + edge.limiter.join_timeout();
    loop {
        let incoming = tokio::select! {
            incoming = socket.first(until.saturating_duration_since(Instant::now())) => incoming,
            () = edge.shutdown.started() => {
                reader.say_goodbye(edge.retry_after_ms());
                return None;
            }
        };
        let Incoming::Text(text) = incoming else {
            return None;
        };
        match reader.take(&text) {
            Some((envelope, ChatClientFrame::Hello(hello))) => {
                return match admit(&hello, reader, edge).instrument(spans::join()).await {
                    Ok(admission) => Some((hello, envelope.id, admission)),
                    Err(refusal) => {
                        refusal.tell(reader, envelope.id);
                        None
                    }
                };
            }
            Some((envelope, _)) => {
                Refusal::unauthenticated("no_ticket").tell(reader, envelope.id);
                return None;
            }
            // A hello that can't be read is a refused one; anything else may still be followed by a good one.
            None if is_hello(&text) => {
                reader.close(CloseCode::Malformed);
                return None;
            }
            None => {}
        }
    }
}

async fn admit<S: Stores>(
    hello: &Hello,
    reader: &mut FrameReader,
    edge: &Edge<S>,
) -> Result<Admission, Refusal> {
    reader.count_join()?;
    check_id(&hello.device_id).map_err(|_| Refusal::malformed("device_id"))?;
    let admission = edge
        .admit(&hello.ticket)
        .await
        .map_err(|fault| Refusal::unauthenticated(fault.reason()))?;
    reader.belongs_to(&admission.caller.user)?;
    Ok(admission)
}

/// A close frame that a client sends on purpose. A page that is left or reloaded sends 1001: it is lost,
/// and may be back at once.
fn is_goodbye(departure: Disconnect) -> bool {
    matches!(departure, Disconnect::Peer(None | Some(1000 | 1005)))
}
