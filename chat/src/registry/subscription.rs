//! The guard of a connection that is registered.

use chat_core::Input;
use wire::ConnectionId;

use super::Registry;
use crate::subscriber::Subscriber;

/// A connection's place in the registry; dropping it gives the place up.
#[derive(Debug)]
pub(crate) struct Subscription {
    registry: Registry,
    connection: ConnectionId,
    clean: bool,
}

impl Subscription {
    pub(super) fn new(registry: Registry, connection: ConnectionId) -> Self {
        Self {
            registry,
            connection,
            clean: false,
        }
    }

    pub(crate) fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The client closed on purpose: its person is offline without a grace.
    pub(crate) fn closed_cleanly(&mut self) {
        self.clean = true;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let connection = self.connection;
        let mut state = self.registry.state();
        let subscriber = state.subscribers.remove(&connection);
        state.callers.remove(&connection);
        drop(state);
        let messages = subscriber.map(Subscriber::left).unwrap_or_default();
        let clean = self.clean;
        self.registry.handle_all([
            Input::Unsent {
                connection,
                messages,
            },
            Input::Gone { connection, clean },
        ]);
    }
}
