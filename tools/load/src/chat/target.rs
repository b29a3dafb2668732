//! Which chat is driven.

use std::sync::Arc;

use crate::booking::SchedulerClient;

/// A chat server, and how it is spoken to.
#[derive(Clone)]
pub enum ChatTarget {
    /// Rendezvous, by its scheduler.
    Rendezvous(SchedulerClient),
    /// Centrifugo, as `ws://host:port`.
    Centrifugo {
        /// The server's address.
        url: String,
        /// A JWT that it takes; every connection shows the same.
        token: Arc<str>,
    },
    /// The Socket.IO server of `tools/bench/`, as `ws://host:port`.
    SocketIo {
        /// The server's address.
        url: String,
    },
}

impl ChatTarget {
    /// Its name in the result.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            ChatTarget::Rendezvous(_) => "rendezvous",
            ChatTarget::Centrifugo { .. } => "centrifugo",
            ChatTarget::SocketIo { .. } => "socketio",
        }
    }
}

impl std::fmt::Debug for ChatTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ChatTarget").field(&self.name()).finish()
    }
}
