//! The clock that every scheduler on one store goes by where it claims what is due: that of the store's server, or of this
//! machine where the store is a file of its own. So two machines whose clocks differ neither do anything early nor take from
//! each other what is under way.
//!
//! Between two readings it counts by the steady clock: whoever sets this machine's clock meanwhile moves nothing. What a
//! request may say, and until when a ticket is good, is not its business.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use service::clock;
use wire::UnixMs;

use crate::store::{SchedulerStore, StoreError};

/// How old a reading may become, in milliseconds of the steady clock.
const READ_EVERY_MS: i64 = 5_000;
/// Of a reading that took longer nobody knows when it was true, in milliseconds.
const LONGEST_READING_MS: i64 = 1_000;
/// A machine whose clock differs by more is an alarm, in milliseconds: no time server leaves it so far off.
const ALARM_MS: i64 = 5_000;
/// A smaller step back is none: readings are as exact as their answers were quick, in milliseconds.
const LEAST_STEP_MS: i64 = 1_000;

/// What the store's clock shows. Clones share their readings.
#[derive(Clone, Default)]
pub(crate) struct StoreClock {
    reading: Arc<Mutex<LastReading>>,
}

/// The last reading.
#[derive(Debug, Clone, Copy, Default)]
struct LastReading {
    /// When it was taken, by the steady clock; `None` before the first.
    taken_at: Option<UnixMs>,
    /// How far the server's clock is ahead of the steady clock, in milliseconds; `None` where it is this machine's.
    ahead_ms: Option<i64>,
    /// How far this machine's wall clock was ahead of the steady one then, in milliseconds.
    wall_ahead_ms: i64,
    /// How often what it shows was set back.
    set_back: u64,
    /// This machine's clock differs so far that it is an alarm.
    is_alarmed: bool,
}

impl StoreClock {
    /// The present moment.
    pub(crate) fn now(&self) -> UnixMs {
        match self.lock().ahead_ms {
            Some(ahead_ms) => clock::steady() + ahead_ms,
            None => clock::now(),
        }
    }

    /// Reads the store's clock, where the last reading is old; the present moment.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn read(&self, store: &dyn SchedulerStore) -> Result<UnixMs, StoreError> {
        let asked_at = clock::steady();
        if self.lock().is_fresh(asked_at) {
            return Ok(self.now());
        }
        let shown = store.server_time().await?;
        let answered_at = clock::steady();
        let wall_ahead_ms = clock::wall_ahead_ms();
        if answered_at.since(asked_at) <= LONGEST_READING_MS {
            let ahead_ms = shown.map(|shown| {
                // It showed this before its answer came: reckoned from there nothing is early, however slow the way is. A
                // server knows nothing of the clock of tests.
                (shown + clock::ahead_ms()).since(answered_at)
            });
            self.lock().take(answered_at, ahead_ms, wall_ahead_ms);
        }
        Ok(self.now())
    }

    /// How often it was set back since the start: claims of before may reach further ahead than any that is given now.
    pub(crate) fn set_back(&self) -> u64 {
        self.lock().set_back
    }

    fn lock(&self) -> MutexGuard<'_, LastReading> {
        // Each write is whole.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LastReading {
    fn is_fresh(&self, steady: UnixMs) -> bool {
        let age_ms = self.taken_at.map(|taken_at| steady.since(taken_at));
        age_ms.is_some_and(|age_ms| (0..READ_EVERY_MS).contains(&age_ms))
    }

    fn take(&mut self, taken_at: UnixMs, ahead_ms: Option<i64>, wall_ahead_ms: i64) {
        let (was_ms, is_ms) = (
            self.ahead_ms.unwrap_or(self.wall_ahead_ms),
            ahead_ms.unwrap_or(wall_ahead_ms),
        );
        if self.taken_at.is_some() && is_ms <= was_ms - LEAST_STEP_MS {
            self.set_back += 1;
        }
        let off_ms = ahead_ms.map_or(0, |ahead_ms| wall_ahead_ms - ahead_ms);
        let is_alarmed = off_ms.abs() > ALARM_MS;
        if is_alarmed && !self.is_alarmed {
            metrics::counter!("store_clock_alarms_total").increment(1);
            tracing::error!(
                event = "clock_differs",
                by_ms = off_ms,
                "this machine's clock differs from the database server's; what is due goes by the server's"
            );
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds between two clocks are far below 2^53"
        )]
        metrics::gauge!("store_clock_off_ms").set(off_ms as f64);
        *self = Self {
            taken_at: Some(taken_at),
            ahead_ms,
            wall_ahead_ms,
            set_back: self.set_back,
            is_alarmed,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixMs = UnixMs(1_900_000_000_000);
    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn sch_412_a_reading_lasts_for_five_seconds_of_the_steady_clock() {
        let mut reading = LastReading::default();
        assert!(!reading.is_fresh(AT));
        reading.take(AT, Some(90_000), 0);
        assert!(reading.is_fresh(AT) && reading.is_fresh(AT + READ_EVERY_MS - 1));
        assert!(!reading.is_fresh(AT + READ_EVERY_MS));
    }

    #[test]
    fn sch_412_a_machine_whose_clock_differs_goes_by_the_servers_and_is_an_alarm() {
        let clock = StoreClock::default();
        clock.lock().take(clock::steady(), Some(-90_000), 0);
        let behind_ms = clock::now().since(clock.now());
        assert!((89_000..91_000).contains(&behind_ms), "{behind_ms}");
        assert!(clock.lock().is_alarmed);
        // It was set right.
        clock.lock().take(clock::steady(), Some(-90_000), -90_000);
        assert!(!clock.lock().is_alarmed);
    }

    #[test]
    fn sch_413_a_step_back_counts_by_the_clock_that_is_gone_by() {
        let mut reading = LastReading::default();
        reading.take(AT, None, 0);
        reading.take(AT, None, HOUR_MS);
        assert_eq!(reading.set_back, 0, "ahead");
        reading.take(AT, None, 0);
        assert_eq!(reading.set_back, 1);
        reading.take(AT, Some(5), 0);
        reading.take(AT, Some(5), -HOUR_MS);
        assert_eq!(reading.set_back, 1, "this machine's, by which nothing goes");
        reading.take(AT, Some(5 - LEAST_STEP_MS), -HOUR_MS);
        assert_eq!(reading.set_back, 2);
    }
}
