//! The wall clock, and how far the server's is from it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970: a server's instants are in milliseconds, its lateness is below that.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// What the quickest answer said about the other clock: whoever answers quickly says it most exactly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offset {
    best: Duration,
    us: i64,
}

impl Offset {
    /// A server on this machine has this machine's clock.
    pub(crate) const SAME_CLOCK: Offset = Offset {
        best: Duration::ZERO,
        us: 0,
    };

    /// Nothing is known yet.
    pub(crate) const UNKNOWN: Offset = Offset {
        best: Duration::MAX,
        us: 0,
    };

    /// Takes an answer into account: the server's clock showed `server_ms` between `asked` and now.
    pub(crate) fn learn(&mut self, asked: Instant, server_ms: i64) {
        self.learn_at(asked.elapsed(), now_us(), server_ms);
    }

    fn learn_at(&mut self, round_trip: Duration, now_us: i64, server_ms: i64) {
        if round_trip < self.best {
            self.best = round_trip;
            let half_us = i64::try_from(round_trip.as_micros() / 2).unwrap_or(i64::MAX);
            self.us = server_ms * 1_000 - (now_us - half_us);
        }
    }

    /// How late it is, by the server's clock, for something due at `due_ms`; never negative.
    pub(crate) fn late(&self, now_us: i64, due_ms: i64) -> Duration {
        let late_us = now_us + self.us - due_ms * 1_000;
        Duration::from_micros(u64::try_from(late_us).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_1_lateness_is_by_the_servers_clock_as_its_quickest_answer_told_it() {
        let mut offset = Offset::UNKNOWN;
        // The server is 5 s ahead; the answers took 10 ms, 2 ms and 50 ms.
        offset.learn_at(Duration::from_millis(10), 1_010_000, 6_009);
        offset.learn_at(Duration::from_millis(2), 2_002_000, 7_001);
        offset.learn_at(Duration::from_millis(50), 3_050_000, 8_049);
        let late = offset.late(4_003_000, 9_000);
        assert_eq!(late, Duration::from_millis(3));
        assert_eq!(
            offset.late(3_000_000, 9_000),
            Duration::ZERO,
            "early is not late"
        );
        assert_eq!(
            Offset::SAME_CLOCK.late(9_004_500, 9_000),
            Duration::from_micros(4_500)
        );
    }
}
