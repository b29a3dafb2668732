//! When each of many sockets should come back after a stop, so that they come one after another; pure.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Least time for a client to stay away while the service restarts, in milliseconds.
const BASE_MS: u64 = 500;
/// What each socket adds to the span that all are spread over, in milliseconds: 50 a second, which is
/// what one address may join with, and leaves room below 100 a second for those who try again.
const SLOT_MS: u64 = 20;
/// Least span, in milliseconds: two pages don't come at the very same time either.
const SPAN_MIN_MS: u64 = 500;
/// Longest span, in milliseconds: with a restart it stays within the 30 s that seats are kept.
const SPAN_MAX_MS: u64 = 20_000;

/// Gives each socket a slot of its own, and within it a time by chance.
#[derive(Debug, Default)]
pub struct ReconnectBackoff {
    sockets: OnceLock<u64>,
    given: AtomicU64,
}

impl ReconnectBackoff {
    /// The `retry_after_ms` of the next socket. `sockets` is how many there are in all, of which the first
    /// call counts; `random` is any number.
    pub fn retry_after_ms(&self, sockets: usize, random: u64) -> u64 {
        let sockets = *self.sockets.get_or_init(|| (sockets as u64).max(1));
        let span = (sockets * SLOT_MS).clamp(SPAN_MIN_MS, SPAN_MAX_MS);
        // Who comes in during the stop shares the slots of the others.
        let slot = self.given.fetch_add(1, Ordering::Relaxed) % sockets;
        let (from, to) = (slot * span / sockets, (slot + 1) * span / sockets);
        BASE_MS + from + random % (to - from).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(sockets: usize) -> Vec<u64> {
        let backoff = ReconnectBackoff::default();
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut times: Vec<_> = (0..sockets)
            .map(|_| {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                backoff.retry_after_ms(sockets, seed)
            })
            .collect();
        times.sort_unstable();
        times
    }

    fn most_within_a_second(times: &[u64]) -> usize {
        let within = |first: u64| {
            let second = first..first + 1_000;
            times.iter().filter(|at| second.contains(at)).count()
        };
        times.iter().map(|first| within(*first)).max().unwrap()
    }

    #[test]
    fn edg_62_five_hundred_come_back_one_after_another_and_in_time() {
        let times = times(500);
        assert!(most_within_a_second(&times) <= 60);
        assert!(*times.last().unwrap() <= 11_000, "{times:?}");
        assert!(times[0] >= BASE_MS);
    }

    #[test]
    fn edg_62_few_are_apart_and_many_still_come_within_their_grace() {
        assert!(times(1)[0] < BASE_MS + SPAN_MIN_MS);
        let two = times(2);
        assert!(two[0] < 750 && two[1] >= 750, "{two:?}");
        let many = times(18_000);
        assert!(*many.last().unwrap() <= BASE_MS + SPAN_MAX_MS);
        assert!(most_within_a_second(&many) <= 1_000);
    }

    #[test]
    fn who_comes_late_shares_a_slot() {
        let backoff = ReconnectBackoff::default();
        for _ in 0..1_000 {
            assert!(backoff.retry_after_ms(2, 7) <= BASE_MS + SPAN_MIN_MS);
        }
    }
}
