//! How much somebody may store: so many items and so many bytes an hour, for each key, as a person, a
//! room or an application.
//!
//! A bucket holds one hour's amount and fills evenly, so that normal use, which comes in bursts, never meets
//! it, and no hour takes more than twice the amount. Buckets are in memory: a restart fills them.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

use serde::{Deserialize, Serialize};
use wire::UnixMs;

const HOUR_MS: u64 = 3_600_000;
/// Keys of one generation; two are remembered.
const GENERATION_KEYS: usize = 50_000;

/// What an hour may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaLimits {
    /// Items in an hour.
    pub items_per_hour: u64,
    /// Bytes in an hour.
    pub bytes_per_hour: u64,
}

/// Why nothing more is stored for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaExceeded {
    /// How long until there is room for the same again, in milliseconds.
    pub retry_after_ms: u64,
}

/// What is left of an hour's amount, in the amount's units times [`HOUR_MS`], so that a millisecond adds
/// a whole number.
#[derive(Debug, Clone, Copy)]
struct HourBucket {
    left: u128,
    filled_at: UnixMs,
}

impl HourBucket {
    fn full(per_hour: u64, now: UnixMs) -> Self {
        Self {
            left: u128::from(per_hour) * u128::from(HOUR_MS),
            filled_at: now,
        }
    }

    /// Time that goes back fills nothing, and takes nothing away.
    fn fill(&mut self, per_hour: u64, now: UnixMs) {
        let passed_ms = now.since(self.filled_at).max(0).unsigned_abs();
        let gained = u128::from(passed_ms) * u128::from(per_hour);
        let full = u128::from(per_hour) * u128::from(HOUR_MS);
        self.left = self.left.saturating_add(gained).min(full);
        self.filled_at = now;
    }

    /// How long until `cost` is there, in milliseconds. What is more than an hour's amount takes all of it.
    fn wait_ms(&self, per_hour: u64, cost: u64) -> u64 {
        let needed = u128::from(cost.min(per_hour.max(1))) * u128::from(HOUR_MS);
        let missing = needed.saturating_sub(self.left);
        let wait_ms = missing.div_ceil(u128::from(per_hour.max(1)));
        u64::try_from(wait_ms).unwrap_or(HOUR_MS)
    }

    fn give_back(&mut self, cost: u64, per_hour: u64) {
        let given = u128::from(cost) * u128::from(HOUR_MS);
        let full = u128::from(per_hour) * u128::from(HOUR_MS);
        self.left = self.left.saturating_add(given).min(full);
    }

    fn take(&mut self, cost: u64) {
        let taken = u128::from(cost) * u128::from(HOUR_MS);
        self.left = self.left.saturating_sub(taken);
    }
}

#[derive(Debug, Clone, Copy)]
struct StoredAmount {
    items: HourBucket,
    bytes: HourBucket,
}

/// A quota for each key. At most 100,000 keys are remembered, without a scan: those of the older half that
/// nobody used meanwhile are forgotten together, and have their full amount again.
#[derive(Debug)]
pub struct KeyedQuota<K> {
    limits: QuotaLimits,
    recent: HashMap<K, StoredAmount>,
    older: HashMap<K, StoredAmount>,
}

impl<K: Eq + Hash> KeyedQuota<K> {
    /// One that knows no key yet.
    #[must_use]
    pub fn new(limits: QuotaLimits) -> Self {
        Self {
            limits,
            recent: HashMap::new(),
            older: HashMap::new(),
        }
    }

    /// Whether `key` may store one item of so many bytes now; takes nothing.
    ///
    /// # Errors
    /// When it may not: how long until it may.
    pub fn check(&self, key: &K, bytes: u64, now: UnixMs) -> Result<(), QuotaExceeded> {
        let known = self.recent.get(key).or_else(|| self.older.get(key));
        let amount = self.filled(known.copied(), now);
        let items_ms = amount.items.wait_ms(self.limits.items_per_hour, 1);
        let bytes_ms = amount.bytes.wait_ms(self.limits.bytes_per_hour, bytes);
        match items_ms.max(bytes_ms) {
            0 => Ok(()),
            retry_after_ms => Err(QuotaExceeded { retry_after_ms }),
        }
    }

    /// Counts one item of so many bytes.
    pub fn take(&mut self, key: K, bytes: u64, now: UnixMs) {
        let known = self.recent.get(&key).copied();
        let known = known.or_else(|| self.older.remove(&key));
        let mut amount = self.filled(known, now);
        amount.items.take(1);
        amount.bytes.take(bytes);
        if self.recent.len() >= GENERATION_KEYS && !self.recent.contains_key(&key) {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(key, amount);
    }

    /// Takes back that an item was counted, its bytes not.
    pub fn give_back(&mut self, key: &K) {
        let known = self.recent.get_mut(key);
        if let Some(amount) = known.or_else(|| self.older.get_mut(key)) {
            amount.items.give_back(1, self.limits.items_per_hour);
        }
    }

    fn filled(&self, known: Option<StoredAmount>, now: UnixMs) -> StoredAmount {
        let mut amount = known.unwrap_or_else(|| StoredAmount {
            items: HourBucket::full(self.limits.items_per_hour, now),
            bytes: HourBucket::full(self.limits.bytes_per_hour, now),
        });
        amount.items.fill(self.limits.items_per_hour, now);
        amount.bytes.fill(self.limits.bytes_per_hour, now);
        amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: QuotaLimits = QuotaLimits {
        items_per_hour: 3_600,
        bytes_per_hour: 7_200,
    };

    fn store(quota: &mut KeyedQuota<u32>, key: u32, bytes: u64, now: i64) -> Result<(), u64> {
        let checked = quota.check(&key, bytes, UnixMs(now));
        checked.map_err(|exceeded| exceeded.retry_after_ms)?;
        quota.take(key, bytes, UnixMs(now));
        Ok(())
    }

    #[test]
    fn edg_110_items_and_bytes_are_bounded_by_the_hour() {
        let mut quota = KeyedQuota::new(LIMITS);
        for _ in 0..3_600 {
            assert_eq!(store(&mut quota, 1, 2, 0), Ok(()));
        }
        assert_eq!(store(&mut quota, 1, 0, 0), Err(1_000), "items");
        assert_eq!(store(&mut quota, 1, 4, 1_000), Err(1_000), "bytes");
        assert_eq!(store(&mut quota, 1, 2, 1_000), Ok(()));
        assert_eq!(store(&mut quota, 2, 7_200, 1_000), Ok(()), "another key");
        assert_eq!(store(&mut quota, 2, 1, 1_001), Err(499));
        assert_eq!(store(&mut quota, 2, 1, 0), Err(500), "time goes back");
        assert_eq!(store(&mut quota, 3, 9_000, 0), Ok(()), "all of the hour's");
        assert_eq!(store(&mut quota, 3, 1, 0), Err(500));
    }

    #[test]
    fn edg_111_the_table_of_a_quota_is_bounded() {
        let mut quota = KeyedQuota::new(LIMITS);
        let keys = u32::try_from(GENERATION_KEYS * 3).unwrap();
        for key in 0..keys {
            quota.take(key, 7_200, UnixMs(0));
        }
        assert!(quota.recent.len() + quota.older.len() <= 2 * GENERATION_KEYS);
        assert!(store(&mut quota, keys - 1, 1, 0).is_err(), "still known");
    }
}
