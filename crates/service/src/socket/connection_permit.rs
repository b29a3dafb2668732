//! What stands between one socket and the sessions and rooms behind it: what it may still send, and to whom
//! that is charged. What a frame says is not looked at.

use std::net::IpAddr;

use axum::http::HeaderValue;
use wire::{UnixMs, UserId};

use super::Upgrade;
use super::connection_limiter::{ConnectionLimiter, take};
use super::malformed::MalformedCounter;
use crate::http::ConnectionPlace;
use crate::limiter::{QuotaPermit, Rate, TokenBucket};
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

/// A frame that came too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateExceeded {
    /// When there is room for it, in milliseconds.
    pub retry_after_ms: u64,
    /// So many were refused that the socket is to be closed with 4004.
    pub flood: bool,
}

impl ConnectionLimiter {
    /// A new socket, of which only the address is known.
    #[must_use]
    pub fn admit(&self, request: &Upgrade, now: UnixMs) -> ConnectionPermit {
        let mut permit = ConnectionPermit::new(self, request.client(), request.place(), now);
        permit.0.origin = request.origin();
        permit
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
    place: Option<ConnectionPlace>,
    frames: TokenBucket,
    refusals: TokenBucket,
    malformed: MalformedCounter,
    stranger: Option<QuotaPermit<IpAddr>>,
    address: Option<QuotaPermit<IpAddr>>,
    user: Option<QuotaPermit<UserId>>,
    is_known: bool,
    /// Of the page that asked, until its ticket is looked at: it holds the whole head of the request.
    origin: Option<HeaderValue>,
}

impl ConnectionPermit {
    fn new(
        limiter: &ConnectionLimiter,
        client: ClientAddr,
        place: Option<ConnectionPlace>,
        now: UnixMs,
    ) -> Self {
        let address = client.counted();
        Self(Box::new(PermitState {
            limiter: limiter.clone(),
            client,
            place,
            frames: TokenBucket::new(limiter.0.limits.frames(), now),
            refusals: TokenBucket::new(REFUSALS, now),
            malformed: MalformedCounter::default(),
            stranger: address.and_then(|ip| limiter.0.strangers.acquire(ip, now)),
            address: None,
            user: None,
            is_known: false,
            origin: None,
        }))
    }

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

    /// The `Origin` of the page that asked, once.
    pub fn take_origin(&mut self) -> Option<HeaderValue> {
        self.0.origin.take()
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
        if let Some(place) = &self.0.place {
            place.recognize();
        }
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

#[cfg(test)]
mod tests;
