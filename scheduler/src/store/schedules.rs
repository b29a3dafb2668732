//! Recurring tasks and their last runs, of all nodes together.

use scheduler_core::{LastRun, RunResult};
use wire::{ScheduleView, UnixMs};

use super::StoreFuture;

/// Runs of one task on this node since they were last written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TaskRuns {
    pub(crate) name: &'static str,
    /// How often it ran since then.
    pub(crate) runs: u64,
    /// When the last of them began.
    pub(crate) started_at: UnixMs,
    /// When it was over.
    pub(crate) finished_at: UnixMs,
    pub(crate) result: RunResult,
    /// Why it failed.
    pub(crate) error: Option<String>,
}

/// Reads committed runs.
pub(crate) trait ScheduleQueries: Send + Sync {
    /// Every task, by name.
    fn list(&self) -> StoreFuture<'_, Vec<ScheduleView>>;
}

/// Writes runs within a unit of work.
pub(crate) trait ScheduleRepository: Send {
    /// Adds tasks that are not there yet, each with its schedule, and gives those that are there theirs.
    fn register<'a>(&'a mut self, tasks: &'a [(&'a str, &'a str)]) -> StoreFuture<'a, ()>;

    /// The last run of a task, locked: who begins a run for all nodes begins it so. `None` where it is not registered.
    fn last_run<'a>(&'a mut self, name: &'a str) -> StoreFuture<'a, Option<LastRun>>;

    /// Notes that a run begins.
    fn begin<'a>(&'a mut self, name: &'a str, now: UnixMs) -> StoreFuture<'a, ()>;

    /// Adds runs to what was there: the latest of all nodes stays.
    fn add_runs<'a>(&'a mut self, runs: &'a TaskRuns) -> StoreFuture<'a, ()>;
}
