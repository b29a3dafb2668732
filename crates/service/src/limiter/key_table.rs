//! A map from keys to what is remembered of each, bounded without ever being scanned.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Keys that are looked at, and forgotten where they need not be remembered, for each new one. Above 1, so
/// that a table that was full of them shrinks again.
pub(super) const LOOKS_PER_INSERT: usize = 2;

/// Remembers at most `max_keys`. What is forgotten is decided by whoever asks, and only ever what says
/// nothing, as a full bucket: filling the table gives nobody a fresh allowance.
#[derive(Debug)]
pub(super) struct KeyTable<K, V> {
    entries: HashMap<K, V>,
    /// Every key once; the front is looked at next.
    order: VecDeque<K>,
    max_keys: usize,
}

impl<K: Eq + Hash + Clone, V> KeyTable<K, V> {
    pub(super) fn new(max_keys: usize) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            max_keys,
        }
    }

    /// What is remembered of `key`, where it is known.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    /// What is remembered of `key`, or `new` for an unknown one. None where there is no room for it.
    /// `is_idle` tells of an entry whether it may be forgotten.
    pub(super) fn get_or_insert(
        &mut self,
        key: &K,
        is_idle: impl FnMut(&mut V) -> bool,
        new: impl FnOnce() -> V,
    ) -> Option<&mut V> {
        if !self.entries.contains_key(key) {
            self.forget_idle(is_idle);
            if self.entries.len() >= self.max_keys {
                return None;
            }
            self.order.push_back(key.clone());
        }
        Some(self.entries.entry(key.clone()).or_insert_with(new))
    }

    fn forget_idle(&mut self, mut is_idle: impl FnMut(&mut V) -> bool) {
        for _ in 0..LOOKS_PER_INSERT {
            let Some(key) = self.order.pop_front() else {
                return;
            };
            if self.entries.get_mut(&key).is_some_and(&mut is_idle) {
                self.entries.remove(&key);
            } else {
                self.order.push_back(key);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.entries.len(), self.order.len(), "every key once");
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    const MAX: usize = 50;

    proptest! {
        /// Keys come in any order, and of each step half of them may be forgotten.
        #[test]
        fn edg_71_a_table_is_bounded_and_a_new_key_looks_at_few(
            steps in proptest::collection::vec((0_u16..200, 0_u16..4), 1..2_000)
        ) {
            let mut table = KeyTable::new(MAX);
            let mut looks = 0;
            for (key, idle) in steps {
                let is_idle = |owner: &mut u16| {
                    looks += 1;
                    *owner % 4 == idle
                };
                let known = table.entries.contains_key(&key);
                let taken = table.get_or_insert(&key, is_idle, || key).copied();
                prop_assert!(taken.is_none_or(|owner| owner == key));
                prop_assert!(!known || taken.is_some(), "who is known is never refused");
                prop_assert!(table.len() <= MAX);
                prop_assert!(looks <= LOOKS_PER_INSERT, "{looks}");
                looks = 0;
            }
        }
    }

    #[test]
    fn edg_71_what_is_idle_makes_room() {
        let mut table = KeyTable::new(MAX);
        for key in 0..1_000 {
            assert!(table.get_or_insert(&key, |_| true, || ()).is_some());
        }
        assert!(table.len() <= LOOKS_PER_INSERT, "{}", table.len());
    }
}
