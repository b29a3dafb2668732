//! The server's clock, estimated from round trips as NTP does. Local readings are of a monotonic clock, so that a
//! machine whose wall clock is wrong or jumps still agrees with the other peer about every instant.

use wire::UnixMs;

/// Monotonic clocks drift apart by up to this much: an old sample slowly loses to a new one (parts per million).
const DRIFT_PPM: i64 = 100;
/// Allowance for scheduling delays where two samples contradict each other (µs).
const JUMP_SLACK_US: i64 = 50_000;

/// The best measurement so far: the server's time minus the local monotonic time. All in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockEstimate {
    offset: i64,
    error: i64,
    taken_at: i64,
}

impl ClockEstimate {
    /// A request left at `sent_at` and its answer came at `received_at` (local, µs): the server read its clock
    /// somewhere between.
    pub(crate) fn of_round_trip(sent_at: i64, received_at: i64, server_now: UnixMs) -> Self {
        let half = received_at.saturating_sub(sent_at).max(0) / 2;
        let server_us = server_now.0.saturating_mul(1_000);
        Self {
            offset: server_us.saturating_sub(sent_at.saturating_add(half)),
            error: half,
            taken_at: received_at,
        }
    }

    /// The one with the smaller error, where the older one's grows with drift. Where both cannot be true the
    /// machine slept meanwhile, and the new one is right.
    pub(crate) fn better(known: Option<Self>, sample: Self) -> Self {
        let Some(known) = known else { return sample };
        let age = sample.taken_at.saturating_sub(known.taken_at).max(0);
        let aged = known.error.saturating_add(age / 1_000_000 * DRIFT_PPM);
        let apart = known.offset.saturating_sub(sample.offset).saturating_abs();
        let both = aged
            .saturating_add(sample.error)
            .saturating_add(JUMP_SLACK_US);
        if apart > both || sample.error <= aged {
            return sample;
        }
        known
    }

    /// The server's time at a local instant (µs).
    pub(crate) fn server_time(self, local: i64) -> UnixMs {
        UnixMs(local.saturating_add(self.offset).div_euclid(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The server is 5 s ahead of a local clock that shows microseconds since some start.
    fn sample(sent_at: i64, received_at: i64) -> ClockEstimate {
        let middle = i64::midpoint(sent_at, received_at);
        ClockEstimate::of_round_trip(sent_at, received_at, UnixMs((middle + 5_000_000) / 1_000))
    }

    #[test]
    fn rcl_1_the_quickest_answer_says_the_time_and_an_old_one_loses_by_drift() {
        let quick = sample(1_000_000, 1_002_000);
        let slow = sample(2_000_000, 2_080_000);
        let kept = ClockEstimate::better(Some(quick), slow);
        assert_eq!(kept, quick);
        assert_eq!(kept.server_time(3_000_000), UnixMs(8_000));
        let later = sample(900_000_000, 900_060_000);
        assert_eq!(
            ClockEstimate::better(Some(quick), later),
            later,
            "15 minutes later"
        );
    }

    #[test]
    fn rcl_1_a_machine_that_slept_believes_the_new_answer() {
        let before = sample(1_000_000, 1_001_000);
        let slept = ClockEstimate::of_round_trip(2_000_000, 2_050_000, UnixMs(3_607_000));
        let kept = ClockEstimate::better(Some(before), slept);
        assert_eq!(kept, slept);
    }

    #[test]
    fn rcl_1_no_time_of_a_server_is_too_far_away_to_be_calculated_with() {
        for time in [i64::MIN, -1, i64::MAX / 1_000, i64::MAX] {
            let strange = ClockEstimate::of_round_trip(0, 2_000, UnixMs(time));
            let kept = ClockEstimate::better(Some(strange), sample(1_000_000, 1_001_000));
            let back = ClockEstimate::better(Some(kept), strange);
            back.server_time(i64::MAX);
        }
    }
}
