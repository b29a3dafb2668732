//! What every socket and every route of the service shares.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use service::clock::now;
use service::limiter::{KeyedLimiter, Rate};
use service::origin::AllowedOrigins;
use service::socket::SocketSettings;
use service::tickets::TicketVerifier;
use service::{Shutdown, Tasks};

use crate::registry::Registry;

/// Least time for a client to stay away while the service restarts, in milliseconds.
const RETRY_AFTER_MIN_MS: u64 = 500;
/// Sockets come back at no more than 100 a second: each adds this much to the span that they are spread
/// over, in milliseconds.
const SPREAD_PER_SOCKET_MS: u64 = 10;
/// Longest spread, in milliseconds: a page must not wait out its own grace of 30 s.
const SPREAD_MAX_MS: u64 = 12_000;

/// The shared parts.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) registry: Registry,
    pub(crate) tickets: TicketVerifier,
    pub(crate) origins: AllowedOrigins,
    pub(crate) socket: SocketSettings,
    pub(crate) frame_rate: Rate,
    pub(crate) joins: Mutex<KeyedLimiter<IpAddr>>,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
}

impl Edge {
    /// Counts a join of an address.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub(crate) fn count_join(&self, address: IpAddr) -> Result<(), u64> {
        // A bucket is one number: nothing can be half done.
        let mut joins = self.joins.lock().unwrap_or_else(PoisonError::into_inner);
        joins.take(address.to_canonical(), now())
    }

    /// When a client should come back after `going_away`, so that not all come at once.
    pub(crate) fn retry_after_ms(&self) -> u64 {
        let sockets = self.tasks.running() as u64;
        let spread = (sockets * SPREAD_PER_SOCKET_MS).min(SPREAD_MAX_MS);
        RETRY_AFTER_MIN_MS + rand::random_range(0..=spread)
    }
}
