//! Spans that somebody else named, as durations that can be added to any instant.

use std::time::Duration;

/// What is further away is looked at again by then, in milliseconds.
const DAY_MS: u64 = 86_400_000;
/// The longest wait before something is tried again, in milliseconds.
const MINUTE_MS: u64 = 60_000;

/// A span in milliseconds: a negative one is none, and none is longer than a day.
pub(crate) fn span(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs().min(DAY_MS))
}

/// A delay before something is tried again, in milliseconds: a minute at most, since a seat is kept for half of one.
pub(crate) fn delay(ms: u64) -> Duration {
    Duration::from_millis(ms.min(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn rcl_8_no_span_of_a_server_is_too_long_to_wait_for() {
        assert_eq!(span(i64::MIN), Duration::ZERO);
        assert_eq!(span(1_500), Duration::from_millis(1_500));
        let now = Instant::now();
        for (far, seconds) in [(span(i64::MAX), 86_400), (delay(u64::MAX), 60)] {
            assert_eq!((now + far).duration_since(now).as_secs(), seconds);
        }
    }
}
