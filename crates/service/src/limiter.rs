//! Rate limits, pure: they are told the time.

mod shared_quota;

pub use shared_quota::{QuotaPermit, SharedQuota};

use std::collections::HashMap;
use std::hash::Hash;

use wire::UnixMs;

/// Most keys that a [`KeyedLimiter`] remembers; full buckets are forgotten first.
const MAX_KEYS: usize = 100_000;

/// A rate and how far it may be exceeded for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that come back each second.
    pub per_second: u32,
    /// Tokens there at most.
    pub burst: u32,
}

/// A token bucket. Kept in thousandths of a token, so that no fraction is lost.
#[derive(Debug, Clone, Copy)]
pub struct TokenBucket {
    rate: Rate,
    millitokens: i64,
    filled_at: UnixMs,
}

impl TokenBucket {
    /// A full one.
    #[must_use]
    pub fn new(rate: Rate, now: UnixMs) -> Self {
        Self {
            rate,
            millitokens: i64::from(rate.burst) * 1000,
            filled_at: now,
        }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// Where there is none: how long until there is one, in milliseconds.
    pub fn take(&mut self, now: UnixMs) -> Result<(), u64> {
        self.fill(now);
        if self.millitokens >= 1000 {
            self.millitokens -= 1000;
            return Ok(());
        }
        let missing = 1000 - self.millitokens;
        let per_ms = i64::from(self.rate.per_second.max(1));
        Err((missing + per_ms - 1).div_euclid(per_ms).unsigned_abs())
    }

    /// A clock that went back fills nothing, and takes nothing away.
    fn fill(&mut self, now: UnixMs) {
        let passed_ms = now.since(self.filled_at).max(0);
        let gained = passed_ms.saturating_mul(i64::from(self.rate.per_second));
        let full = i64::from(self.rate.burst) * 1000;
        self.millitokens = self.millitokens.saturating_add(gained).min(full);
        self.filled_at = now;
    }

    pub(crate) fn is_full(&mut self, now: UnixMs) -> bool {
        self.fill(now);
        self.millitokens >= i64::from(self.rate.burst) * 1000
    }
}

/// A token bucket for each key, as an address.
#[derive(Debug)]
pub struct KeyedLimiter<K> {
    rate: Rate,
    buckets: HashMap<K, TokenBucket>,
}

impl<K: Eq + Hash> KeyedLimiter<K> {
    /// One that knows no key yet.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: HashMap::new(),
        }
    }

    /// Takes one token of `key`.
    ///
    /// # Errors
    /// Where there is none, or no room for another key: when to try again, in milliseconds.
    pub fn take(&mut self, key: K, now: UnixMs) -> Result<(), u64> {
        if self.buckets.len() >= MAX_KEYS && !self.buckets.contains_key(&key) {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
            if self.buckets.len() >= MAX_KEYS {
                return Err(1000);
            }
        }
        self.buckets
            .entry(key)
            .or_insert_with(|| TokenBucket::new(self.rate, now))
            .take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: Rate = Rate {
        per_second: 100,
        burst: 200,
    };

    #[test]
    fn edg_13_a_burst_then_the_rate() {
        let mut bucket = TokenBucket::new(FRAMES, UnixMs(0));
        for _ in 0..200 {
            assert_eq!(bucket.take(UnixMs(0)), Ok(()));
        }
        assert_eq!(bucket.take(UnixMs(0)), Err(10));
        assert_eq!(bucket.take(UnixMs(9)), Err(1));
        assert_eq!(bucket.take(UnixMs(10)), Ok(()));
        assert_eq!(bucket.take(UnixMs(10)), Err(10));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = TokenBucket::new(
            Rate {
                per_second: 1,
                burst: 1,
            },
            UnixMs(10_000),
        );
        assert_eq!(bucket.take(UnixMs(10_000)), Ok(()));
        assert_eq!(bucket.take(UnixMs(0)), Err(1000));
        assert_eq!(bucket.take(UnixMs(1_000)), Ok(()));
    }

    #[test]
    fn keys_do_not_share() {
        let mut limiter = KeyedLimiter::new(Rate {
            per_second: 1,
            burst: 1,
        });
        assert_eq!(limiter.take("a", UnixMs(0)), Ok(()));
        assert_eq!(limiter.take("a", UnixMs(0)), Err(1000));
        assert_eq!(limiter.take("b", UnixMs(0)), Ok(()));
    }
}
