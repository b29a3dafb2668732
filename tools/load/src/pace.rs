//! When the next one may begin. Pure: it is told the time.

use std::time::Duration;

/// A fixed rate: number `n` is due `n / rate` seconds after the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    per_second: u32,
}

impl Pace {
    /// None for 0, which is no limit.
    pub(crate) fn new(per_second: u32) -> Option<Self> {
        (per_second > 0).then_some(Self { per_second })
    }

    /// How long after the first one number `n` is due.
    pub(crate) fn due(self, n: u64) -> Duration {
        let nanos = u128::from(n) * 1_000_000_000 / u128::from(self.per_second);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Numbers that are handed out one after the other, each not before its time; one that was not taken
/// in time is gone, so that a pause is not followed by a burst.
#[derive(Debug)]
pub(crate) struct JoinQueue {
    pace: Pace,
    next: Duration,
}

impl JoinQueue {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            next: Duration::ZERO,
        }
    }

    /// The time at which whoever asks at `now` may go; both since the same start.
    pub(crate) fn take(&mut self, now: Duration) -> Duration {
        let mine = self.next.max(now);
        self.next = mine + self.pace.due(1);
        mine
    }
}

/// When an open-loop operation began, for its latency: when it was due, if the one before it was still
/// going on then, because that delay is the server's (coordinated omission); else when it was sent,
/// because the timer that woke us late is our own.
pub(crate) fn began<T: Ord>(due: T, was_busy: bool, sent: T) -> T {
    if was_busy { due.min(sent) } else { sent }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn lod_2_operations_are_due_at_a_fixed_rate_without_drift() {
        let pace = Pace::new(3).unwrap();
        assert_eq!(pace.due(0), Duration::ZERO);
        assert_eq!(pace.due(3), MS(1_000));
        assert_eq!(pace.due(3_000_000), Duration::from_secs(1_000_000));
        assert_eq!(Pace::new(0), None);
    }

    #[test]
    fn lod_2_joins_keep_their_distance_also_after_a_pause() {
        let mut queue = JoinQueue::new(Pace::new(10).unwrap());
        assert_eq!(queue.take(MS(0)), MS(0));
        assert_eq!(queue.take(MS(0)), MS(100));
        assert_eq!(queue.take(MS(10)), MS(200));
        assert_eq!(queue.take(MS(5_000)), MS(5_000));
        assert_eq!(queue.take(MS(5_000)), MS(5_100));
    }

    #[test]
    fn lod_3_a_wait_that_the_server_caused_counts_and_our_own_does_not() {
        assert_eq!(began(10, true, 25), 10);
        assert_eq!(began(10, false, 11), 11);
        assert_eq!(began(10, true, 9), 9);
    }
}
