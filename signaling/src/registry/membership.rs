//! A socket's place in its session, as a guard. It knows nothing of frames' meaning.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use signaling_core::Input;
use wire::signaling::ClientFrame;
use wire::{ConnectionId, SessionId};

use super::Registry;
use crate::session_handle::SessionHandle;

/// A socket's place in its session. Dropping it reports the socket lost, by its connection's id: an old
/// socket never takes a newer one along.
#[derive(Debug)]
pub(crate) struct SessionMembership {
    registry: Registry,
    handle: Arc<SessionHandle>,
    connection: ConnectionId,
}

impl SessionMembership {
    pub(super) fn new(
        registry: Registry,
        handle: Arc<SessionHandle>,
        connection: ConnectionId,
    ) -> Self {
        Self {
            registry,
            handle,
            connection,
        }
    }

    /// The id of this connection.
    pub(crate) fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The id of its session.
    pub(crate) fn session(&self) -> &SessionId {
        &self.handle.id
    }

    /// Hands a frame to the session.
    pub(crate) fn frame(&self, id: Option<u64>, frame: ClientFrame) {
        let connection = self.connection;
        let input = Input::Frame {
            connection,
            id,
            frame,
        };
        let mut state = self.handle.lock();
        self.registry.0.run(&self.handle, &mut state, input);
    }
}

impl Drop for SessionMembership {
    fn drop(&mut self) {
        let connection = self.connection;
        let mut state = self.handle.lock();
        state.remove_connection(connection);
        if !self.registry.0.draining.load(Ordering::SeqCst) {
            self.registry
                .0
                .run(&self.handle, &mut state, Input::Lost { connection });
        }
    }
}
