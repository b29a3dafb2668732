//! How much of something one may have in a second.

use std::collections::BTreeMap;
use std::net::IpAddr;

use wire::UnixMs;

/// Addresses that are counted apart in one second; beyond, new ones wait for the next.
const MAX_ADDRESSES: usize = 16_384;

/// Bytes that an allocation may still send: refills evenly, and holds a second's worth.
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

    /// Takes `bytes`, or nothing.
    pub(crate) fn take(&mut self, now: UnixMs, bytes: usize) -> bool {
        let passed_ms = now.since(self.filled_at).clamp(0, 1_000);
        let gained = self.per_second * passed_ms / 1_000;
        // Too short a time to gain a byte must add up with the next.
        if gained > 0 || now < self.filled_at {
            self.left = (self.left + gained).min(self.per_second);
            self.filled_at = now;
        }
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let has_enough = self.left >= bytes;
        if has_enough {
            self.left -= bytes;
        }
        has_enough
    }
}

/// Counts answers by address, so that nobody is flooded with them under a forged one.
#[derive(Debug, Default)]
pub(crate) struct ResponseLimiter {
    second: i64,
    given: BTreeMap<IpAddr, u32>,
}

impl ResponseLimiter {
    /// True when `ip` may have one more within this second.
    pub(crate) fn allow(&mut self, now: UnixMs, ip: IpAddr, per_second: u32) -> bool {
        if self.second != now.as_secs() {
            self.second = now.as_secs();
            self.given.clear();
        }
        if self.given.len() >= MAX_ADDRESSES && !self.given.contains_key(&ip) {
            return false;
        }
        let given = self.given.entry(ip).or_default();
        *given += 1;
        *given <= per_second
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
    fn answers_are_counted_by_address_and_second() {
        let mut answers = ResponseLimiter::default();
        let [one, other] = [[1, 1, 1, 1], [2, 2, 2, 2]].map(IpAddr::from);
        assert!(answers.allow(UnixMs(0), one, 1));
        assert!(!answers.allow(UnixMs(999), one, 1));
        assert!(answers.allow(UnixMs(999), other, 1));
        assert!(answers.allow(UnixMs(1_000), one, 1));
    }
}
