//! A rate limit by the minute, for each key.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use service::clock::now;
use service::http::HttpError;
use service::limiter::{KeyedLimiter, Rate};
use service::limits::Limit;

/// The limiter counts whole tokens a second. It is given the time divided by this, so that its second
/// lasts a minute and its rate is tokens a minute.
const SECONDS_PER_MINUTE: i64 = 60;

/// A bucket of a minute's tokens for each key.
#[derive(Debug)]
pub(crate) struct MinuteLimiter<K> {
    buckets: Mutex<KeyedLimiter<K>>,
    limit: Limit,
}

impl<K: Eq + Hash + Clone> MinuteLimiter<K> {
    /// `limit` is what is counted when a bucket is empty.
    pub(crate) fn new(per_minute: u32, limit: Limit) -> Self {
        let rate = Rate {
            per_second: per_minute,
            burst: per_minute,
        };
        Self {
            buckets: Mutex::new(KeyedLimiter::new(rate)),
            limit,
        }
    }

    /// Takes a token of `key`.
    ///
    /// # Errors
    /// 429 with when to try again, where there is none.
    pub(crate) fn take(&self, key: &K) -> Result<(), HttpError> {
        let minute_as_second = wire::UnixMs(now().0 / SECONDS_PER_MINUTE);
        // A bucket is one number: nothing can be half done.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take(key, minute_as_second).map_err(|wait_ms| {
            self.limit.hit();
            HttpError::rate_limited(wait_ms.saturating_mul(SECONDS_PER_MINUTE.unsigned_abs()))
        })
    }
}
