//! Which server is driven.

use crate::booking::SchedulerClient;

/// A server, and how it is spoken to.
#[derive(Debug, Clone)]
pub enum LoadTarget {
    /// Rendezvous, by its scheduler.
    Rendezvous(SchedulerClient),
    /// The bare relay of `tools/bench/`, as `ws://host:port`: it passes on what either side of a room sends to the other.
    Reference {
        /// The server's address.
        url: String,
    },
    /// A PeerJS server, as `ws://host:port`.
    PeerJs {
        /// The server's address.
        url: String,
    },
}

impl LoadTarget {
    /// Its name in the result.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            LoadTarget::Rendezvous(_) => "rendezvous",
            LoadTarget::Reference { .. } => "reference",
            LoadTarget::PeerJs { .. } => "peerjs",
        }
    }
}
