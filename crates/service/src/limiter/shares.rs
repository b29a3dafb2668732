//! What several sockets share, as those of one person or one address: a cap on how many there are, and one
//! token bucket for all of them.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::UnixMs;

use super::{Rate, TokenBucket};

/// Keys at which a first look is taken for those that need not be remembered.
const SWEEP_MIN: usize = 1_024;

/// Who shares with whom. Clones share one table.
///
/// A key is remembered while somebody holds it, and after that until its bucket is full again: leaving and
/// coming back gives nobody more. So there are no more keys than holders, and those of a few seconds ago.
#[derive(Debug)]
pub struct Shares<K> {
    table: Arc<Mutex<Table<K>>>,
    rate: Rate,
    max_holders: usize,
}

#[derive(Debug)]
struct Table<K> {
    shares: HashMap<K, Share>,
    sweep_at: usize,
}

#[derive(Debug)]
struct Share {
    holders: usize,
    bucket: Arc<Mutex<TokenBucket>>,
}

impl<K: Eq + Hash + Clone> Shares<K> {
    /// At most `max_holders` a key, and `rate` for all of them together.
    #[must_use]
    pub fn new(rate: Rate, max_holders: usize) -> Self {
        Self {
            table: Arc::new(Mutex::new(Table {
                shares: HashMap::new(),
                sweep_at: SWEEP_MIN,
            })),
            rate,
            max_holders,
        }
    }

    /// A part of `key`'s share; none where there are too many holders.
    #[must_use]
    pub fn hold(&self, key: K, now: UnixMs) -> Option<Held<K>> {
        let mut table = lock(&self.table);
        table.sweep(now);
        let share = table.shares.entry(key.clone()).or_insert_with(|| Share {
            holders: 0,
            bucket: Arc::new(Mutex::new(TokenBucket::new(self.rate, now))),
        });
        if share.holders >= self.max_holders {
            return None;
        }
        share.holders += 1;
        Some(Held {
            bucket: Arc::clone(&share.bucket),
            table: Arc::clone(&self.table),
            key,
        })
    }
}

impl<K: Eq + Hash> Table<K> {
    /// Forgets who is gone and owes nothing. Each look doubles the number at which the next one is due, so
    /// that it costs nothing that grows.
    fn sweep(&mut self, now: UnixMs) {
        if self.shares.len() < self.sweep_at {
            return;
        }
        self.shares
            .retain(|_, share| share.holders > 0 || !lock(&share.bucket).is_full(now));
        self.sweep_at = (self.shares.len() * 2).max(SWEEP_MIN);
    }
}

/// A part of a share; dropping it gives it back.
#[derive(Debug)]
pub struct Held<K: Eq + Hash> {
    table: Arc<Mutex<Table<K>>>,
    bucket: Arc<Mutex<TokenBucket>>,
    key: K,
}

impl<K: Eq + Hash> Held<K> {
    /// Takes one token of the share.
    ///
    /// # Errors
    /// Where there is none: how long until there is one, in milliseconds.
    pub fn take(&self, now: UnixMs) -> Result<(), u64> {
        lock(&self.bucket).take(now)
    }
}

impl<K: Eq + Hash> Drop for Held<K> {
    fn drop(&mut self) {
        if let Some(share) = lock(&self.table).shares.get_mut(&self.key) {
            share.holders -= 1;
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
        let shares = Shares::new(RATE, 2);
        let now = UnixMs(0);
        let first = shares.hold("ann", now).unwrap();
        let second = shares.hold("ann", now).unwrap();
        assert!(shares.hold("ann", now).is_none());
        assert!(shares.hold("bo", now).is_some());
        assert_eq!(first.take(now), Ok(()));
        assert_eq!(second.take(now), Ok(()));
        assert_eq!(first.take(now), Err(1_000));
        drop(second);
        let third = shares.hold("ann", now).unwrap();
        assert_eq!(third.take(now), Err(1_000), "coming back gives nothing");
    }

    #[test]
    fn who_is_gone_and_owes_nothing_is_forgotten() {
        let shares = Shares::new(RATE, 1);
        let owes = shares.hold(0, UnixMs(0)).unwrap();
        owes.take(UnixMs(0)).unwrap();
        drop(owes);
        let stays = shares.hold(1, UnixMs(0)).unwrap();
        for key in 2..SWEEP_MIN {
            drop(shares.hold(key, UnixMs(0)).unwrap());
        }
        assert_eq!(lock(&shares.table).shares.len(), SWEEP_MIN);
        drop(shares.hold(SWEEP_MIN, UnixMs(0)).unwrap());
        assert_eq!(
            lock(&shares.table).shares.len(),
            3,
            "who owes, who stays, who is new"
        );
        drop(stays);
    }
}
