//! The server's clock, as the driver measures it and every handle reads it.

use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use wire::UnixMs;

use crate::protocol::{ClockEstimate, span};

/// Shared by a session's driver and its handles.
#[derive(Debug)]
pub(crate) struct ServerClock {
    started: Instant,
    estimate: Mutex<Option<ClockEstimate>>,
}

impl ServerClock {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            estimate: Mutex::default(),
        }
    }

    /// The server's time; before the first answer, this machine's.
    pub(crate) fn now(&self) -> UnixMs {
        let estimate = *self.estimate.lock().unwrap_or_else(PoisonError::into_inner);
        estimate.map_or_else(wall_clock, |estimate| estimate.server_time(self.local_us()))
    }

    /// Microseconds of a monotonic clock.
    pub(crate) fn local_us(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// The server's clock showed `server_now` at some time between `sent_at` (local, µs) and now.
    pub(crate) fn learn(&self, sent_at: i64, server_now: UnixMs) {
        let sample = ClockEstimate::of_round_trip(sent_at, self.local_us(), server_now);
        let mut estimate = self.estimate.lock().unwrap_or_else(PoisonError::into_inner);
        *estimate = Some(ClockEstimate::better(*estimate, sample));
    }

    /// When the server's clock shows `at`, by this machine's monotonic one; tomorrow, where that is later.
    pub(crate) fn instant_of(&self, at: UnixMs) -> Instant {
        Instant::now() + span(at.since(self.now()))
    }
}

fn wall_clock() -> UnixMs {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
