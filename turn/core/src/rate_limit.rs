//! How much of something one may have in a second.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use wire::UnixMs;

use crate::ClientEndpoint;

/// Counters of [`RateCounters`]: half a megabyte.
const COUNTERS: usize = 65_536;

/// Bytes or requests that an allocation may still have: refills evenly, and holds a second's worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    left: i64,
    per_second: i64,
    filled_at: UnixMs,
}

impl Bucket {
    pub(crate) fn full(per_second: u32, now: UnixMs) -> Self {
        let per_second = i64::from(per_second);
        Self {
            left: per_second,
            per_second,
            filled_at: now,
        }
    }

    /// Takes `amount`, or nothing.
    pub(crate) fn take(&mut self, now: UnixMs, amount: usize) -> bool {
        let passed_ms = now.since(self.filled_at).clamp(0, 1_000);
        let gained = self.per_second * passed_ms / 1_000;
        // Too short a time to gain one must add up with the next.
        if gained > 0 || now < self.filled_at {
            self.left = (self.left + gained).min(self.per_second);
            self.filled_at = now;
        }
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        let has_enough = self.left >= amount;
        if has_enough {
            self.left -= amount;
        }
        has_enough
    }
}

/// Of what is counted by second.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) enum RateKey<'a> {
    /// Requests of nobody in particular, by the address that they show.
    Network(IpAddr),
    /// The same, by address and port or connection.
    Endpoint(ClientEndpoint),
    /// Requests that are signed with a person's credential.
    Person(&'a str),
}

/// Counts by key and second in a table of fixed size: a new key costs what a known one does, and no number
/// of forged addresses takes memory, or the room of others. Two keys that meet in a counter share it, which
/// a stranger can't bring about without the table's own key.
pub(crate) struct RateCounters {
    key: [u8; 32],
    counters: Box<[RateCounter]>,
}

#[derive(Debug, Clone, Copy, Default)]
struct RateCounter {
    second: u32,
    count: u32,
}

impl std::fmt::Debug for RateCounters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RateCounters(…)")
    }
}

impl RateCounters {
    /// Empty ones; `key` is a random value that stays here.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            counters: vec![RateCounter::default(); COUNTERS].into_boxed_slice(),
        }
    }

    /// True when `key` may have one more within this second.
    pub(crate) fn allow(&mut self, now: UnixMs, key: RateKey<'_>, per_second: u32) -> bool {
        let mut hasher = DefaultHasher::new();
        self.key.hash(&mut hasher);
        key.hash(&mut hasher);
        // Truncated: any bits of the hash will do, as of the second.
        let at = hasher.finish() as usize % COUNTERS;
        let second = now.as_secs() as u32;
        let counter = &mut self.counters[at];
        if counter.second != second {
            *counter = RateCounter { second, count: 0 };
        }
        counter.count = counter.count.saturating_add(1);
        counter.count <= per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_rate_and_no_more() {
        let mut bucket = Bucket::full(1_000, UnixMs(0));
        assert!(bucket.take(UnixMs(0), 1_000));
        assert!(!bucket.take(UnixMs(0), 1));
        assert!(bucket.take(UnixMs(500), 500));
        assert!(!bucket.take(UnixMs(500), 1));
        let taken = (0..2_000)
            .filter(|ms| bucket.take(UnixMs(500 + ms), 1))
            .count();
        assert!((1_990..=2_000).contains(&taken), "{taken}");
        assert!(
            !bucket.take(UnixMs(9_000), 1_001),
            "no more than a second's worth"
        );
    }

    #[test]
    fn trn_53_what_is_counted_by_second_is_counted_by_key() {
        let mut rates = RateCounters::new([7; 32]);
        let [one, other] = [[1, 1, 1, 1], [2, 2, 2, 2]].map(|ip| RateKey::Network(ip.into()));
        assert!(rates.allow(UnixMs(0), one, 1));
        assert!(!rates.allow(UnixMs(999), one, 1));
        assert!(rates.allow(UnixMs(999), other, 1));
        assert!(rates.allow(UnixMs(1_000), one, 1));
        assert!(rates.allow(UnixMs(1_000), RateKey::Person("1.1.1.1"), 1));
    }

    #[test]
    fn trn_53_no_number_of_addresses_takes_the_room_of_another() {
        let mut rates = RateCounters::new([7; 32]);
        // Five times as many as a table of 16,384 addresses had, which then refused all new ones.
        for number in 0..80_000_u32 {
            rates.allow(
                UnixMs(0),
                RateKey::Network(IpAddr::from(number.to_be_bytes())),
                500,
            );
        }
        let refused = (0..10_000_u32)
            .map(|number| IpAddr::from((0x0A00_0000 + number).to_be_bytes()))
            .filter(|ip| !rates.allow(UnixMs(0), RateKey::Network(*ip), 500))
            .count();
        assert_eq!(refused, 0);
        assert_eq!(rates.counters.len(), COUNTERS);
    }
}
