//! What several sockets share, as those of one person or one address: a cap on how many there are, and one
//! token bucket for all of them.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::UnixMs;

use super::key_table::KeyTable;
use super::{Rate, TokenBucket};

/// A quota for each key. Clones share one table.
///
/// A key is remembered while somebody holds it, and after that until its bucket is full again: leaving and
/// coming back gives nobody more. So there are at most twice as many keys as holders, and those of a few
/// seconds ago.
#[derive(Debug)]
pub struct SharedQuota<K> {
    table: Table<K>,
    rate: Rate,
    max_holders: usize,
}

type Table<K> = Arc<Mutex<KeyTable<K, QuotaEntry>>>;

#[derive(Debug)]
struct QuotaEntry {
    holders: usize,
    bucket: Arc<Mutex<TokenBucket>>,
}

impl<K: Eq + Hash + Clone> SharedQuota<K> {
    /// At most `max_holders` a key, and `rate` for all of them together.
    #[must_use]
    pub fn new(rate: Rate, max_holders: usize) -> Self {
        Self {
            table: Arc::new(Mutex::new(KeyTable::new(usize::MAX))),
            rate,
            max_holders,
        }
    }

    /// One holder's permit on the quota of `key`; `None` at `max_holders`.
    #[must_use]
    pub fn acquire(&self, key: K, now: UnixMs) -> Option<QuotaPermit<K>> {
        let mut table = lock(&self.table);
        let is_idle =
            |entry: &mut QuotaEntry| entry.holders == 0 && lock(&entry.bucket).is_full(now);
        let entry = table.get_or_insert(&key, is_idle, || QuotaEntry {
            holders: 0,
            bucket: Arc::new(Mutex::new(TokenBucket::new(self.rate, now))),
        })?;
        if entry.holders >= self.max_holders {
            return None;
        }
        entry.holders += 1;
        Some(QuotaPermit {
            bucket: Arc::clone(&entry.bucket),
            table: Arc::clone(&self.table),
            key,
        })
    }
}

/// One holder of a quota; dropping it releases the place.
#[derive(Debug)]
pub struct QuotaPermit<K: Eq + Hash + Clone> {
    table: Table<K>,
    bucket: Arc<Mutex<TokenBucket>>,
    key: K,
}

impl<K: Eq + Hash + Clone> QuotaPermit<K> {
    /// Takes one token of the shared bucket.
    ///
    /// # Errors
    /// Where there is none: how long until there is one, in milliseconds.
    pub fn take(&self, now: UnixMs) -> Result<(), u64> {
        lock(&self.bucket).take(now)
    }
}

impl<K: Eq + Hash + Clone> Drop for QuotaPermit<K> {
    fn drop(&mut self) {
        if let Some(entry) = lock(&self.table).get_mut(&self.key) {
            entry.holders -= 1;
        }
    }
}

/// Counts and buckets stay right when a holder panics: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 1,
        burst: 2,
    };

    #[test]
    fn edg_45_holders_are_capped_and_share_one_bucket() {
        let entries = SharedQuota::new(RATE, 2);
        let now = UnixMs(0);
        let first = entries.acquire("ann", now).unwrap();
        let second = entries.acquire("ann", now).unwrap();
        assert!(entries.acquire("ann", now).is_none());
        assert!(entries.acquire("bo", now).is_some());
        assert_eq!(first.take(now), Ok(()));
        assert_eq!(second.take(now), Ok(()));
        assert_eq!(first.take(now), Err(1_000));
        drop(second);
        let third = entries.acquire("ann", now).unwrap();
        assert_eq!(third.take(now), Err(1_000), "coming back gives nothing");
    }

    #[test]
    fn who_is_gone_and_owes_nothing_is_forgotten() {
        let entries = SharedQuota::new(RATE, 1);
        let owes = entries.acquire(0, UnixMs(0)).unwrap();
        owes.take(UnixMs(0)).unwrap();
        drop(owes);
        let stays = entries.acquire(1, UnixMs(0)).unwrap();
        for key in 2..1_000 {
            drop(entries.acquire(key, UnixMs(0)).unwrap());
        }
        assert!(lock(&entries.table).len() <= 6, "{entries:?}");
        let mut table = lock(&entries.table);
        assert!(table.get_mut(&0).is_some(), "who owes");
        assert!(table.get_mut(&1).is_some(), "who stays");
        drop((table, stays));
    }
}
