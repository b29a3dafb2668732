//! A socket's place in its session, as a guard. It knows nothing of frames' meaning.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use signaling_core::Input;
use wire::signaling::ClientFrame;
use wire::{ConnectionId, SessionId};

use super::Registry;
use crate::slot::Slot;

/// A socket's place in its session. Dropping it reports the socket lost, by its connection's id: an old
/// socket never takes a newer one along.
#[derive(Debug)]
pub(crate) struct Membership {
    registry: Registry,
    slot: Arc<Slot>,
    connection: ConnectionId,
}

impl Membership {
    pub(super) fn new(registry: Registry, slot: Arc<Slot>, connection: ConnectionId) -> Self {
        Self {
            registry,
            slot,
            connection,
        }
    }

    /// Which connection this is.
    pub(crate) fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Which session.
    pub(crate) fn session(&self) -> &SessionId {
        &self.slot.id
    }

    /// Hands a frame to the session.
    pub(crate) fn frame(&self, id: Option<u64>, frame: ClientFrame) {
        let connection = self.connection;
        let input = Input::Frame {
            connection,
            id,
            frame,
        };
        let mut entry = self.slot.lock();
        self.registry.0.run(&self.slot, &mut entry, input);
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let connection = self.connection;
        let mut entry = self.slot.lock();
        entry.remove_line(connection);
        if !self.registry.0.draining.load(Ordering::SeqCst) {
            self.registry
                .0
                .run(&self.slot, &mut entry, Input::Lost { connection });
        }
    }
}
