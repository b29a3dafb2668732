//! Rate limits, pure: they are told the time.

mod key_table;
mod shared_quota;

pub use shared_quota::{QuotaPermit, SharedQuota};

use std::hash::Hash;

use wire::UnixMs;

use self::key_table::KeyTable;

/// Most keys that a limiter remembers. A full bucket is as good as none, and makes room.
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

/// A token bucket for each key, as an address. Those for whom there is no room share one more bucket: they
/// are limited together, and nobody who is remembered gains or loses by them.
#[derive(Debug)]
pub struct KeyedLimiter<K> {
    rate: Rate,
    buckets: KeyTable<K, TokenBucket>,
    overflow: Option<TokenBucket>,
}

impl<K: Eq + Hash + Clone> KeyedLimiter<K> {
    /// One that knows no key yet.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self::with_max_keys(rate, MAX_KEYS)
    }

    fn with_max_keys(rate: Rate, max_keys: usize) -> Self {
        Self {
            rate,
            buckets: KeyTable::new(max_keys),
            overflow: None,
        }
    }

    /// Takes one token of `key`.
    ///
    /// # Errors
    /// Where there is none: when to try again, in milliseconds.
    pub fn take(&mut self, key: &K, now: UnixMs) -> Result<(), u64> {
        let new = || TokenBucket::new(self.rate, now);
        let is_full = |bucket: &mut TokenBucket| bucket.is_full(now);
        match self.buckets.get_or_insert(key, is_full, new) {
            Some(bucket) => bucket.take(now),
            None => self.overflow.get_or_insert_with(new).take(now),
        }
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
        assert_eq!(limiter.take(&"a", UnixMs(0)), Ok(()));
        assert_eq!(limiter.take(&"a", UnixMs(0)), Err(1000));
        assert_eq!(limiter.take(&"b", UnixMs(0)), Ok(()));
    }

    #[test]
    fn edg_71_filling_the_table_frees_nobody_and_shuts_nobody_out() {
        let rate = Rate {
            per_second: 1,
            burst: 2,
        };
        let (mut limiter, now) = (KeyedLimiter::with_max_keys(rate, 10), UnixMs(0));
        for _ in 0..2 {
            limiter.take(&0, now).unwrap();
        }
        let passed = (1..1_000).filter(|key| limiter.take(key, now).is_ok());
        assert_eq!(
            passed.count(),
            9 + 2,
            "nine with a bucket, two that share one"
        );
        assert!(limiter.take(&0, now).is_err(), "not forgotten");
        // A second later nine buckets are full, which makes room: the flood is over.
        let later = UnixMs(1_000);
        for key in 2_000..2_009 {
            limiter.take(&key, later).unwrap();
            limiter.take(&key, later).unwrap();
            assert!(limiter.take(&key, later).is_err(), "a bucket of its own");
        }
    }
}
