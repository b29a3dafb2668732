//! What stands between sockets and the sessions and rooms behind them: caps and rates, by socket, by person
//! and by address. What a frame says is not looked at.

use std::hash::Hash;
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
///
/// Who has shown a good ticket is limited by socket and by person, and with others who have by address. Who has
/// not is limited by socket and by address, in quotas of their own: they can use up nothing of the former.
#[derive(Debug, Clone)]
pub struct ConnectionLimiter(Arc<LimiterState>);

#[derive(Debug)]
struct LimiterState {
    limits: SocketLimits,
    failed_joins: Mutex<KeyedLimiter<IpAddr>>,
    joins: Mutex<KeyedLimiter<UserId>>,
    requests: Mutex<KeyedLimiter<UserId>>,
    users: SharedQuota<UserId>,
    addresses: SharedQuota<IpAddr>,
    strangers: SharedQuota<IpAddr>,
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
            stranger: address.and_then(|ip| self.0.strangers.acquire(ip, now)),
            address: None,
            user: None,
            is_known: false,
        }))
    }

    /// Counts a request over HTTP of a person, as frames of a socket are counted.
    ///
    /// # Errors
    /// When there were too many: when to try again, in milliseconds.
    pub fn check_request(&self, user: &UserId, now: UnixMs) -> Result<(), u64> {
        take(&self.0.requests, user, now).inspect_err(|_| Limit::Requests.hit())
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
    stranger: Option<QuotaPermit<IpAddr>>,
    address: Option<QuotaPermit<IpAddr>>,
    user: Option<QuotaPermit<UserId>>,
    is_known: bool,
}

impl ConnectionPermit {
    /// Counts a frame. Before a good ticket was shown the socket's own bucket alone is asked, as the frame may
    /// bring it.
    ///
    /// # Errors
    /// When the socket, its person or their address has sent too many.
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

    /// Counts frames that bring no message, as pings and fragments, from the same buckets. True when they are
    /// too many: close with 4004.
    #[must_use]
    pub fn check_overhead(&mut self, frames: u32, now: UnixMs) -> bool {
        (0..frames).any(|_| match self.check_frame(now) {
            Ok(()) => self.check_stranger(now),
            Err(exceeded) => exceeded.flood,
        })
    }

    /// Counts a frame that did not bring a good ticket among those of the address's strangers. True when they
    /// are too many: close with 4004.
    #[must_use]
    pub fn check_stranger(&mut self, now: UnixMs) -> bool {
        let stranger = self.0.stranger.as_ref();
        let too_many = stranger.is_some_and(|stranger| stranger.take(now).is_err());
        if too_many {
            Limit::FramesPerAddress.hit();
        }
        too_many
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

    /// Counts a join that was refused, unless it showed a good ticket.
    ///
    /// # Errors
    /// When there were too many of the socket's address: when to try again, in milliseconds.
    pub fn check_refused_join(&self, now: UnixMs) -> Result<(), u64> {
        if self.0.is_known {
            return Ok(());
        }
        let address = self.0.client.limit_key();
        take(&self.0.limiter.0.failed_joins, &address, now).inspect_err(|_| Limit::Joins.hit())
    }

    /// The ticket was good: from here on the socket is one of this person's, and no stranger's.
    ///
    /// # Errors
    /// When they have too many, or have joined too often: when to try again, in milliseconds.
    pub fn assign_user(&mut self, user: &UserId, now: UnixMs) -> Result<(), u64> {
        let limiter = &self.0.limiter.0;
        self.0.is_known = true;
        take(&limiter.joins, user, now).inspect_err(|_| Limit::JoinsPerUser.hit())?;
        self.0.user = limiter.users.acquire(user.clone(), now);
        if self.0.user.is_none() {
            Limit::ConnectionsPerUser.hit();
            return Err(FULL_RETRY_MS);
        }
        self.0.stranger = None;
        let address = self.0.client.counted();
        self.0.address = address.and_then(|ip| limiter.addresses.acquire(ip, now));
        Ok(())
    }

    /// Takes a token of each bucket that the socket draws from.
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

/// A bucket is one number: whoever panics leaves nothing half done.
fn take<K: Eq + Hash + Clone>(
    limiter: &Mutex<KeyedLimiter<K>>,
    key: &K,
    now: UnixMs,
) -> Result<(), u64> {
    let mut limiter = limiter.lock().unwrap_or_else(PoisonError::into_inner);
    limiter.take(key, now)
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
        let bo = UserId::from("bo".to_owned());
        for (socket, user) in sockets.iter_mut().zip([&ann, &ann, &ann, &bo]) {
            socket.assign_user(user, now).unwrap();
        }
        let mut sent = |index: usize| sockets[index].take(now).map_err(|(limit, _)| limit);
        assert_eq!([sent(0), sent(0)], [Ok(()), Ok(())]);
        assert_eq!(sent(0), Err(Limit::Frames));
        assert_eq!([sent(1), sent(1)], [Ok(()), Ok(())]);
        assert_eq!(sent(2), Err(Limit::FramesPerUser));
        assert_eq!([sent(3), sent(3)], [Ok(()), Ok(())], "another one's");
        let mut fifth = limiter.admit(far, now);
        fifth.assign_user(&"cy".to_owned().into(), now).unwrap();
        assert_eq!(fifth.take(now).unwrap_err().0, Limit::FramesPerAddress);
        let mut near = limiter.admit(from("127.0.0.1"), now);
        near.assign_user(&"di".to_owned().into(), now).unwrap();
        assert_eq!(near.take(now), Ok(()), "the loopback is not counted");
    }

    #[test]
    fn edg_74_who_has_a_good_ticket_pays_for_no_stranger() {
        let now = UnixMs(0);
        let limiter = limiter(|limits| {
            limits.frames_address_factor = 2;
            limits.joins_per_second = 3;
            limits.joins_burst = 3;
        });
        let ann = UserId::from("ann".to_owned());
        let mut good = limiter.admit(from("2001:db8::1"), now);
        good.assign_user(&ann, now).unwrap();
        // Strangers of her network use up what they have, in frames and in joins.
        let mut strangers: Vec<_> = (2..100)
            .map(|host| limiter.admit(from(&format!("2001:db8::{host}")), now))
            .collect();
        let refused = |strangers: &mut [ConnectionPermit], now| {
            let too_many = strangers
                .iter_mut()
                .filter_map(|s| s.check_stranger(now).then_some(()));
            let frames = too_many.count();
            let joins = strangers
                .iter()
                .filter(|s| s.check_refused_join(now).is_err());
            (frames, joins.count())
        };
        assert_eq!(refused(&mut strangers, now), (98 - 4, 98 - 3));
        assert!(strangers[0].check_overhead(1, now), "a ping of theirs, too");
        // Neither her frames nor the joins of her friends are theirs to use up.
        assert_eq!(
            [good.check_frame(now), good.check_frame(now)],
            [Ok(()), Ok(())]
        );
        assert!(!good.check_overhead(1, now), "refused, and no flood");
        for user in ["bo", "cy"] {
            let mut friend = limiter.admit(from("2001:db8::bb"), now);
            assert_eq!(friend.check_frame(now), Ok(()), "its join");
            friend.assign_user(&user.to_owned().into(), now).unwrap();
            assert_eq!(friend.check_refused_join(now), Ok(()), "it is no stranger");
        }
    }

    #[test]
    fn edg_75_a_person_joins_only_so_often() {
        let (limiter, now) = (limiter(|_| {}), UnixMs(0));
        let join = |user: &str| {
            let mut permit = limiter.admit(from("127.0.0.1"), now);
            permit.assign_user(&user.to_owned().into(), now).is_ok()
        };
        let joins = SocketLimits::default().joins().burst as usize;
        assert_eq!((0..1_000).filter(|_| join("ann")).count(), joins);
        assert!(join("bo"));
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
    fn edg_72_pings_and_fragments_are_charged_as_frames() {
        let limiter = limiter(|_| {});
        for is_known in [false, true] {
            let mut permit = limiter.admit(from("127.0.0.1"), UnixMs(0));
            if is_known {
                permit
                    .assign_user(&"ann".to_owned().into(), UnixMs(0))
                    .unwrap();
            }
            assert!(!permit.check_overhead(102, UnixMs(0)));
            assert!(
                permit
                    .check_frame(UnixMs(0))
                    .is_err_and(|refused| refused.flood)
            );
            assert!(permit.check_overhead(1, UnixMs(0)));
            assert!(
                permit.check_overhead(u32::MAX, UnixMs(0)),
                "counted no further"
            );
        }
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
