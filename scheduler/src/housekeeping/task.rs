//! What recurs: the name of each task, when it runs, and when it is missed.

use std::time::Duration;

/// A recurring task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecurringTask {
    /// Has the stored jobs looked at.
    WakeJobs,
    /// Opens gifts whose time has come.
    OpenGifts,
    /// Leaves nothing of what was erased in the files of the store.
    Scrub,
    /// Reads keys that were made beside this process.
    ReloadKeys,
    /// Reads which pages applications have.
    ReloadOrigins,
    /// Deletes what is too old.
    Retention,
    /// Tells operators what failed.
    FailureDigest,
}

/// What people wait for.
const SECOND: &str = "* * * * * *";
/// A key may have been made, or an application changed, beside this process.
const TEN_SECONDS: &str = "*/10 * * * * *";
const MINUTE: &str = "0 * * * * *";
const TEN_MINUTES: &str = "0 */10 * * * *";
/// The hour of the daily digest, in UTC.
pub(super) const DIGEST_HOUR: i64 = 6;
const DAILY: &str = "0 0 6 * * *";

impl RecurringTask {
    /// Each of them.
    pub(super) const ALL: [Self; 7] = [
        Self::WakeJobs,
        Self::OpenGifts,
        Self::Scrub,
        Self::ReloadKeys,
        Self::ReloadOrigins,
        Self::Retention,
        Self::FailureDigest,
    ];

    /// As it is stored, shown and counted.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WakeJobs => "wake_jobs",
            Self::OpenGifts => "open_gifts",
            Self::Scrub => "scrub",
            Self::ReloadKeys => "reload_keys",
            Self::ReloadOrigins => "reload_origins",
            Self::Retention => "retention",
            Self::FailureDigest => "failure_digest",
        }
    }

    /// When it runs, as it is shown.
    pub(super) fn schedule(self) -> &'static str {
        match self {
            Self::FailureDigest => DAILY,
            _ => self.ticks(),
        }
    }

    /// When it is looked at. What runs once a day is looked at each minute: the time of the last run is a row's, so that a
    /// run is made up for which fell into a time when nobody was there, and the clock of tests is followed.
    pub(super) fn ticks(self) -> &'static str {
        match self {
            Self::WakeJobs | Self::OpenGifts | Self::Scrub => SECOND,
            Self::ReloadKeys | Self::ReloadOrigins => TEN_SECONDS,
            Self::Retention => TEN_MINUTES,
            Self::FailureDigest => MINUTE,
        }
    }

    /// One node at a time does it, by the row of the task.
    pub(super) fn is_claimed(self) -> bool {
        matches!(self, Self::Retention | Self::FailureDigest)
    }

    /// Without a look for so long its timer has stopped.
    pub(super) fn longest_silence(self) -> Duration {
        match self.ticks() {
            TEN_MINUTES => Duration::from_secs(1_500),
            MINUTE => Duration::from_secs(200),
            _ => Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sch_340_each_task_has_a_name_and_a_schedule_that_cron_understands() {
        let names: BTreeSet<_> = RecurringTask::ALL.iter().map(|task| task.name()).collect();
        assert_eq!(names.len(), RecurringTask::ALL.len());
        for task in RecurringTask::ALL {
            for schedule in [task.schedule(), task.ticks()] {
                let made = tokio_cron_scheduler::Job::new(schedule, |_, _| ());
                assert!(made.is_ok(), "{schedule}");
            }
        }
        let hour: i64 = DAILY.split(' ').nth(2).unwrap().parse().unwrap();
        assert_eq!(hour, DIGEST_HOUR);
    }
}
