//! One socket: who it is, and its frames on their way to the broker.
//!
//! What a frame does is the core's; how bytes become frames is `service::socket`'s, and which of them are taken
//! `service::realtime`'s.

mod admission;
mod catch_up;
mod frame_loop;
mod protocol;

use std::sync::Arc;

use chat_core::check_id;
use service::realtime::JoinError;
use service::socket::{ConnectionPermit, Disconnect, Socket};
use wire::UnixMs;
use wire::chat::Hello;

use crate::registry::Subscription;
use crate::state::{Admission, AppState};
use crate::store::Stores;
use crate::subscriber::ReadQueue;
use frame_loop::FrameLoop;
use protocol::ChatFrameReader;

pub(crate) use admission::admit;
pub(crate) use catch_up::{CatchUp, read_all, read_on};
pub(crate) use frame_loop::{good_until, room_of};
pub(crate) use protocol::{not_opened, storage_error};

/// Serves a socket until it is over, and gives it back for the closing handshake.
pub(crate) async fn serve<S: Stores>(
    mut socket: Socket,
    state: Arc<AppState<S>>,
    permit: ConnectionPermit,
) -> Socket {
    let mut reader = ChatFrameReader::new(socket.handle(), permit);
    // Boxed, so that a socket that has joined does not keep the memory that joining took.
    let Some(joined) = Box::pin(join(&mut socket, &mut reader, &state)).await else {
        return socket;
    };
    let Joined {
        mut subscription,
        reads,
        expires_at,
    } = joined;
    // Whoever came in after the others were told goodbye is told here.
    if state.connections.shutdown.is_started() {
        reader.go_away(state.connections.retry_after_ms());
    }
    let frame_loop = FrameLoop::new(&mut reader, &state, &subscription, reads);
    let disconnect = frame_loop.hold(&mut socket, expires_at).await;
    if is_goodbye(disconnect) {
        subscription.closed_cleanly();
    }
    tracing::debug!(connection = %subscription.connection(), ?disconnect, "socket over");
    socket
}

/// A socket whose `hello` was taken.
struct Joined {
    subscription: Subscription,
    reads: Arc<ReadQueue>,
    expires_at: UnixMs,
}

/// Waits for a good `hello`, opens its rooms and registers the socket. None where the socket is over, or is to
/// be closed.
async fn join<S: Stores>(
    socket: &mut Socket,
    reader: &mut ChatFrameReader,
    state: &AppState<S>,
) -> Option<Joined> {
    let (hello, id) = reader.join(socket, &state.connections).await?;
    let admission = match admit_device(&hello, reader, state).await {
        Ok(admission) => admission,
        Err(error) => {
            reader.refuse_join(error, id);
            return None;
        }
    };
    if let Err(code) = state.open(&admission).await {
        reader.refuse(not_opened(code), id);
        return None;
    }
    let cursors = hello.cursors.unwrap_or_default();
    let (subscription, reads) = state
        .registry
        .enter(&admission.caller, socket.handle(), cursors);
    Some(Joined {
        subscription,
        reads,
        expires_at: admission.expires_at,
    })
}

async fn admit_device<S: Stores>(
    hello: &Hello,
    reader: &mut ChatFrameReader,
    state: &AppState<S>,
) -> Result<Admission, JoinError> {
    check_id(&hello.device_id).map_err(|_| JoinError::invalid_field("device_id"))?;
    admit(&hello.ticket, reader.gate(), state).await
}

/// A close frame that a client sends on purpose. A page that is left or reloaded sends 1001: it is lost,
/// and may be back at once.
pub(crate) fn is_goodbye(disconnect: Disconnect) -> bool {
    matches!(disconnect, Disconnect::Peer(None | Some(1000 | 1005)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::databases::ServiceStores;

    /// Bytes of what a function's future keeps from one wait to the next.
    fn size_of_future<A, B, C, F: Future>(_: impl FnOnce(A, B, C) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn cht_301_the_task_of_a_socket_does_not_keep_what_reads_of_the_store_take() {
        let kept = size_of_future(serve::<ServiceStores>);
        assert!(kept <= 2_048, "{kept} bytes");
    }
}
