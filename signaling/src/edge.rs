//! What every socket and every route of the service shares.

use service::origin::AllowedOrigins;
use service::reconnect_backoff::ReconnectBackoff;
use service::socket::ConnectionLimiter;
use service::tickets::TicketVerifier;
use service::{Shutdown, Tasks};

use crate::registry::Registry;

/// The shared parts.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) registry: Registry,
    pub(crate) tickets: TicketVerifier,
    pub(crate) origins: AllowedOrigins,
    pub(crate) limiter: ConnectionLimiter,
    pub(crate) reconnect_backoff: ReconnectBackoff,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
}

impl Edge {
    /// When a client should come back after `going_away`, so that not all come at once.
    pub(crate) fn retry_after_ms(&self) -> u64 {
        self.reconnect_backoff
            .retry_after_ms(self.tasks.running(), rand::random())
    }
}
