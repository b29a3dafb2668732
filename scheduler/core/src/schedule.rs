//! When a recurring task begins that one node at a time does, and how its run ended.

use wire::UnixMs;

/// A run that is not over after so many milliseconds was its node's last: another one may begin.
const LONGEST_RUN_MS: i64 = 15 * 60_000;
/// Further than this no two nodes' clocks are apart, in milliseconds. A run from a later time is of a clock that has been
/// set back since.
const CLOCKS_APART_MS: i64 = 3_600_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunResult {
    /// It did what there was to do.
    Done,
    /// It could not; it runs again at its next time.
    Failed,
    /// It ended by a fault of ours.
    Panicked,
}

impl RunResult {
    /// The word that is stored, shown and counted.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
        }
    }
}

/// The last run of a task, by whichever node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastRun {
    /// When it began.
    pub started_at: Option<UnixMs>,
    /// When a run was last over.
    pub finished_at: Option<UnixMs>,
}

impl LastRun {
    /// Whether a run may begin at `now`: none has begun since `since`, and none is under way.
    #[must_use]
    pub fn permits(&self, now: UnixMs, since: UnixMs) -> bool {
        let Some(started_at) = self.started_at else {
            return true;
        };
        if started_at.since(now) > CLOCKS_APART_MS {
            return true;
        }
        let is_over = self.finished_at.is_some_and(|at| at >= started_at)
            || now.since(started_at) >= LONGEST_RUN_MS;
        started_at < since && is_over
    }
}

/// The last moment at which it was `hour` o'clock in UTC.
#[must_use]
pub fn last_daily_time(now: UnixMs, hour: i64) -> UnixMs {
    let since = (now.0 - hour * HOUR_MS).rem_euclid(DAY_MS);
    now - since
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_900_000_000_000);

    #[test]
    fn sch_335_a_run_begins_once_in_its_time_and_beside_no_other() {
        let run = |started: i64, finished: Option<i64>| LastRun {
            started_at: Some(NOW + started),
            finished_at: finished.map(|at| NOW + at),
        };
        let since = NOW - 30_000;
        assert!(LastRun::default().permits(NOW, since));
        assert!(run(-30_001, Some(-30_000)).permits(NOW, since));
        assert!(!run(-30_000, Some(-29_000)).permits(NOW, since), "has run");
        assert!(!run(-60_000, None).permits(NOW, since), "is under way");
        assert!(!run(-60_000, Some(-90_000)).permits(NOW, since));
        assert!(run(-LONGEST_RUN_MS, None).permits(NOW, since), "has died");
        let ahead = CLOCKS_APART_MS;
        assert!(!run(ahead, Some(ahead)).permits(NOW, since));
        assert!(run(ahead + 1, Some(ahead + 1)).permits(NOW, since));
    }

    #[test]
    fn sch_336_a_daily_time_is_the_last_one_that_was() {
        // 2030-03-17 17:46:40 UTC.
        let six = UnixMs(1_899_957_600_000);
        assert_eq!(last_daily_time(NOW, 6), six);
        assert_eq!(last_daily_time(six, 6), six);
        assert_eq!(last_daily_time(six - 1, 6), six - DAY_MS);
        assert_eq!(last_daily_time(NOW, 18), six - DAY_MS / 2);
    }
}
