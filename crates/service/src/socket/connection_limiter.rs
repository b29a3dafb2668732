//! What a service's sockets share: caps and rates by person and by address.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wire::{UnixMs, UserId};

use super::{SocketLimits, SocketSettings};
use crate::limiter::{KeyedLimiter, SharedQuota};
use crate::limits::Limit;

/// The limits of a service's sockets. Clones share them.
///
/// Who has shown a good ticket is limited by socket and by person, and with others who have by address. Who has
/// not is limited by socket and by address, in quotas of their own: they can use up nothing of the former.
#[derive(Debug, Clone)]
pub struct ConnectionLimiter(pub(super) Arc<LimiterState>);

#[derive(Debug)]
pub(super) struct LimiterState {
    pub(super) limits: SocketLimits,
    pub(super) failed_joins: Mutex<KeyedLimiter<IpAddr>>,
    pub(super) joins: Mutex<KeyedLimiter<UserId>>,
    requests: Mutex<KeyedLimiter<UserId>>,
    pub(super) users: SharedQuota<UserId>,
    pub(super) addresses: SharedQuota<IpAddr>,
    pub(super) strangers: SharedQuota<IpAddr>,
}

impl ConnectionLimiter {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(limits: SocketLimits) -> Self {
        Self(Arc::new(LimiterState {
            limits,
            failed_joins: Mutex::new(KeyedLimiter::new(limits.joins())),
            joins: Mutex::new(KeyedLimiter::new(limits.joins())),
            requests: Mutex::new(KeyedLimiter::new(limits.frames())),
            users: SharedQuota::new(limits.frames_per_user(), limits.connections_per_user),
            // How many sockets an address may have is the accept loop's business.
            addresses: SharedQuota::new(limits.frames_per_address(), usize::MAX),
            strangers: SharedQuota::new(limits.frames_per_address(), usize::MAX),
        }))
    }

    /// How a socket of `subprotocol` behaves under these limits.
    #[must_use]
    pub fn settings(&self, subprotocol: &'static str) -> SocketSettings {
        SocketSettings::under(&self.0.limits, subprotocol)
    }

    /// How long a new socket may take to send its first frame.
    #[must_use]
    pub fn join_timeout(&self) -> Duration {
        self.0.limits.join_timeout()
    }

    /// Counts a request over HTTP of a person, as frames of a socket are counted.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub fn check_request(&self, user: &UserId, now: UnixMs) -> Result<(), u64> {
        take(&self.0.requests, user, now).inspect_err(|_| Limit::Requests.hit())
    }
}

/// A bucket is one number: whoever panics leaves nothing half done.
pub(super) fn take<K: Eq + Hash + Clone>(
    limiter: &Mutex<KeyedLimiter<K>>,
    key: &K,
    now: UnixMs,
) -> Result<(), u64> {
    let mut limiter = limiter.lock().unwrap_or_else(PoisonError::into_inner);
    limiter.take(key, now)
}
