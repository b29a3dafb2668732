//! What stands between sockets and the sessions and rooms behind them: caps and rates, by socket, by person
//! and by address. What a frame says is not looked at.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wire::{UnixMs, UserId};

use super::malformed::MalformedCounter;
use super::{SocketLimits, SocketSettings};
use crate::limiter::{KeyedLimiter, QuotaPermit, Rate, SharedQuota, TokenBucket};
use crate::limits::Limit;
use crate::proxies::ClientAddr;

/// How many frames above the limit a socket may send before it is closed: some are a burst of candidates,
/// many are a flood.
const REFUSALS: Rate = Rate {
    per_second: 10,
    burst: 100,
};
/// When to try again where a person has too many sockets, in milliseconds.
const FULL_RETRY_MS: u64 = 5_000;

/// The limits of a service's sockets. Clones share them.
#[derive(Debug, Clone)]
pub struct ConnectionLimiter(Arc<LimiterState>);

#[derive(Debug)]
struct LimiterState {
    limits: SocketLimits,
    joins: Mutex<KeyedLimiter<IpAddr>>,
    requests: Mutex<KeyedLimiter<UserId>>,
    users: SharedQuota<UserId>,
    addresses: SharedQuota<IpAddr>,
}

/// A frame that came too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateExceeded {
    /// When there is room for it, in milliseconds.
    pub retry_after_ms: u64,
    /// So many were refused that the socket is to be closed with 4004.
    pub flood: bool,
}

impl ConnectionLimiter {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(limits: SocketLimits) -> Self {
        Self(Arc::new(LimiterState {
            limits,
            joins: Mutex::new(KeyedLimiter::new(limits.joins())),
            requests: Mutex::new(KeyedLimiter::new(limits.frames())),
            users: SharedQuota::new(limits.frames_per_user(), limits.connections_per_user),
            // How many sockets an address may have is the accept loop's business.
            addresses: SharedQuota::new(limits.frames_per_address(), usize::MAX),
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

    /// A new socket, of which only the address is known.
    #[must_use]
    pub fn admit(&self, client: ClientAddr, now: UnixMs) -> ConnectionPermit {
        let address = client.counted();
        ConnectionPermit(Box::new(PermitState {
            limiter: self.clone(),
            client,
            frames: TokenBucket::new(self.0.limits.frames(), now),
            refusals: TokenBucket::new(REFUSALS, now),
            malformed: MalformedCounter::default(),
            address: address.and_then(|ip| self.0.addresses.acquire(ip, now)),
            user: None,
        }))
    }

    /// Counts a request over HTTP of a person, as frames of a socket are counted.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub fn check_request(&self, user: &UserId, now: UnixMs) -> Result<(), u64> {
        // A bucket is one number: nothing can be half done.
        let mut requests = (self.0.requests.lock()).unwrap_or_else(PoisonError::into_inner);
        requests
            .take(user.clone(), now)
            .inspect_err(|_| Limit::Requests.hit())
    }
}

/// What one socket may still send, and its places in the quotas; dropping it releases them.
///
/// Boxed: each future that it passes through would keep room for it for as long as the socket lives.
#[derive(Debug)]
pub struct ConnectionPermit(Box<PermitState>);

#[derive(Debug)]
struct PermitState {
    limiter: ConnectionLimiter,
    client: ClientAddr,
    frames: TokenBucket,
    refusals: TokenBucket,
    malformed: MalformedCounter,
    address: Option<QuotaPermit<IpAddr>>,
    user: Option<QuotaPermit<UserId>>,
}

impl ConnectionPermit {
    /// Counts a frame.
    ///
    /// # Errors
    /// When the socket, its person or its address has sent too many.
    pub fn check_frame(&mut self, now: UnixMs) -> Result<(), RateExceeded> {
        let (limit, retry_after_ms) = match self.take(now) {
            Ok(()) => return Ok(()),
            Err(refused) => refused,
        };
        limit.hit();
        let flood = self.0.refusals.take(now).is_err();
        if flood {
            Limit::Flood.hit();
        }
        Err(RateExceeded {
            retry_after_ms,
            flood,
        })
    }

    /// Counts a frame that could not be read. True when it is one too many: close with 4500.
    #[must_use]
    pub fn count_malformed(&mut self, now: UnixMs) -> bool {
        let too_many = self.0.malformed.count(now);
        if too_many {
            Limit::Malformed.hit();
        }
        too_many
    }

    /// Counts a join of the socket's address, before its ticket is looked at.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub fn check_join(&self, now: UnixMs) -> Result<(), u64> {
        let mut joins = (self.0.limiter.0.joins.lock()).unwrap_or_else(PoisonError::into_inner);
        joins
            .take(self.0.client.ip, now)
            .inspect_err(|_| Limit::Joins.hit())
    }

    /// The ticket was good: from here on the socket is one of this person's.
    ///
    /// # Errors
    /// When they have too many: when to try again, in milliseconds.
    pub fn assign_user(&mut self, user: &UserId, now: UnixMs) -> Result<(), u64> {
        self.0.user = self.0.limiter.0.users.acquire(user.clone(), now);
        if self.0.user.is_none() {
            Limit::ConnectionsPerUser.hit();
            return Err(FULL_RETRY_MS);
        }
        Ok(())
    }

    fn take(&mut self, now: UnixMs) -> Result<(), (Limit, u64)> {
        self.0.frames.take(now).map_err(|ms| (Limit::Frames, ms))?;
        if let Some(user) = &self.0.user {
            user.take(now).map_err(|ms| (Limit::FramesPerUser, ms))?;
        }
        match &self.0.address {
            Some(address) => address
                .take(now)
                .map_err(|ms| (Limit::FramesPerAddress, ms)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(change: impl FnOnce(&mut SocketLimits)) -> ConnectionLimiter {
        let mut limits = SocketLimits {
            frames_per_second: 1,
            frames_burst: 2,
            ..SocketLimits::default()
        };
        change(&mut limits);
        ConnectionLimiter::new(limits)
    }

    fn from(ip: &str) -> ClientAddr {
        ClientAddr::direct(ip.parse().unwrap())
    }

    #[test]
    fn edg_44_frames_are_limited_by_socket_by_person_and_by_address() {
        let now = UnixMs(0);
        let limiter = limiter(|limits| {
            limits.frames_user_factor = 2;
            limits.frames_address_factor = 3;
        });
        let (ann, far) = (UserId::from("ann".to_owned()), from("192.0.2.1"));
        let mut sockets: Vec<_> = (0..4).map(|_| limiter.admit(far, now)).collect();
        for socket in &mut sockets[..3] {
            socket.assign_user(&ann, now).unwrap();
        }
        let mut sent = |index: usize| sockets[index].take(now).map_err(|(limit, _)| limit);
        assert_eq!([sent(0), sent(0)], [Ok(()), Ok(())]);
        assert_eq!(sent(0), Err(Limit::Frames));
        assert_eq!([sent(1), sent(1)], [Ok(()), Ok(())]);
        assert_eq!(sent(2), Err(Limit::FramesPerUser));
        assert_eq!([sent(3), sent(3)], [Ok(()), Ok(())], "another one's");
        let mut fifth = limiter.admit(far, now);
        assert_eq!(fifth.take(now).unwrap_err().0, Limit::FramesPerAddress);
        let mut near = limiter.admit(from("127.0.0.1"), now);
        assert_eq!(near.take(now), Ok(()), "the loopback is not counted");
    }

    #[test]
    fn edg_43_a_person_has_so_many_sockets_and_gets_places_back() {
        let now = UnixMs(0);
        let limiter = limiter(|limits| limits.connections_per_user = 2);
        let ann = UserId::from("ann".to_owned());
        let enter = || {
            let mut permit = limiter.admit(from("127.0.0.1"), now);
            permit.assign_user(&ann, now).map(|()| permit)
        };
        let first = enter().unwrap();
        let _second = enter().unwrap();
        assert_eq!(enter().err(), Some(FULL_RETRY_MS));
        drop(first);
        assert!(enter().is_ok());
    }

    #[test]
    fn a_burst_is_refused_and_a_flood_is_to_be_closed() {
        let limiter = limiter(|_| {});
        let mut permit = limiter.admit(from("127.0.0.1"), UnixMs(0));
        let refused: Vec<_> = (0..200)
            .filter_map(|_| permit.check_frame(UnixMs(0)).err())
            .collect();
        assert_eq!(refused.len(), 198);
        assert_eq!(refused.iter().filter(|refused| !refused.flood).count(), 100);
    }
}
