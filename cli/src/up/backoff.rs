//! How long to wait before a child that died is started again. Told how long it ran; reads no clock.

use std::time::Duration;

/// The second time in a row; each one after takes twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Never longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A child that ran so long was well: the next death counts as the first.
const RAN_WELL: Duration = Duration::from_secs(10);

/// Deaths in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    deaths: u32,
}

impl Backoff {
    /// The pause before the next start, after a child that ran for `ran`: none the first time.
    pub(super) fn pause_after(&mut self, ran: Duration) -> Duration {
        if ran >= RAN_WELL {
            self.deaths = 0;
        }
        self.deaths = self.deaths.saturating_add(1);
        match self.deaths {
            1 => Duration::ZERO,
            deaths => FIRST_PAUSE
                .saturating_mul(2_u32.saturating_pow(deaths - 2))
                .min(LONGEST_PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_4_the_first_restart_is_at_once_and_no_pause_is_above_5_s() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..40)
            .map(|_| backoff.pause_after(Duration::ZERO).as_millis())
            .collect();
        assert_eq!(pauses[..7], [0, 250, 500, 1_000, 2_000, 4_000, 5_000]);
        assert_eq!(pauses[39], 5_000);
    }

    #[test]
    fn ops_4_a_child_that_ran_well_starts_over() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.pause_after(Duration::ZERO);
        }
        assert!(backoff.pause_after(RAN_WELL - Duration::from_millis(1)) > Duration::ZERO);
        assert_eq!(backoff.pause_after(RAN_WELL), Duration::ZERO);
    }
}
