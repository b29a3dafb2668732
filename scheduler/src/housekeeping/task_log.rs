//! Runs of recurring tasks on this node: one of each at a time, none of them the end of housekeeping, and all of them
//! counted and kept until they are written down.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::FutureExt as _;
use scheduler_core::RunResult;
use service::clock;
use tokio::sync::Notify;
use wire::UnixMs;

use super::task::RecurringTask;
use crate::store::{StoreError, TaskRuns};

/// Whether a look at a task came to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    Yes,
    /// It was not its time, or another node is at it.
    No,
}

/// The runs of every task. Clones share them.
#[derive(Clone)]
pub(super) struct TaskLog(Arc<TaskStates>);

struct TaskStates {
    tasks: Vec<TaskState>,
    /// Something is worth writing down at once.
    changed: Notify,
}

struct TaskState {
    task: RecurringTask,
    is_running: AtomicBool,
    runs: Mutex<Runs>,
}

struct Runs {
    /// When the task was last looked at: by the machine's clock, which that of tests does not move.
    looked_at: Instant,
    unwritten: Option<TaskRuns>,
    last: Option<RunResult>,
}

/// Says that a run is over, however it ends.
struct RunGuard<'a>(&'a AtomicBool);

impl Drop for RunGuard<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Default for TaskLog {
    fn default() -> Self {
        let state = |task| TaskState {
            task,
            is_running: AtomicBool::new(false),
            runs: Mutex::new(Runs {
                looked_at: Instant::now(),
                unwritten: None,
                last: None,
            }),
        };
        Self(Arc::new(TaskStates {
            tasks: RecurringTask::ALL.into_iter().map(state).collect(),
            changed: Notify::new(),
        }))
    }
}

impl TaskLog {
    /// Does `work` as a run of `task` that begins now, unless one is under way on this node: then it is skipped.
    pub(super) async fn run<Fut>(&self, task: RecurringTask, work: impl FnOnce(UnixMs) -> Fut)
    where
        Fut: Future<Output = Result<Ran, StoreError>>,
    {
        let state = self.state(task);
        lock(&state.runs).looked_at = Instant::now();
        if state.is_running.swap(true, Ordering::Acquire) {
            count(task, "skipped");
            return;
        }
        let guard = RunGuard(&state.is_running);
        let started_at = clock::now();
        let ended = AssertUnwindSafe(async { work(started_at).await })
            .catch_unwind()
            .await;
        drop(guard);
        let (result, error) = match ended {
            Ok(Ok(Ran::No)) => return,
            Ok(Ok(Ran::Yes)) => (RunResult::Done, None),
            Ok(Err(error)) => (RunResult::Failed, Some(error.to_string())),
            Err(_) => (RunResult::Panicked, Some("a fault of ours".to_owned())),
        };
        self.note(state, (started_at, result, error));
    }

    /// Resolves once something is worth writing down at once.
    pub(super) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// What has not been written down yet; it is from here on.
    pub(super) fn take_unwritten(&self) -> Vec<TaskRuns> {
        let take = |state: &TaskState| lock(&state.runs).unwritten.take();
        self.0.tasks.iter().filter_map(take).collect()
    }

    /// Keeps what could not be written down, until it can be.
    pub(super) fn keep(&self, unwritten: Vec<TaskRuns>) {
        for earlier in unwritten {
            let named = |state: &&TaskState| state.task.name() == earlier.name;
            let Some(state) = self.0.tasks.iter().find(named) else {
                continue;
            };
            let mut runs = lock(&state.runs);
            match &mut runs.unwritten {
                Some(later) => later.runs += earlier.runs,
                none => *none = Some(earlier),
            }
        }
    }

    /// A task that nothing looked at for too long.
    pub(super) fn silent(&self, now: Instant) -> Option<RecurringTask> {
        let is_silent = |state: &&TaskState| {
            let looked_at = lock(&state.runs).looked_at;
            now.saturating_duration_since(looked_at) > state.task.longest_silence()
        };
        self.0.tasks.iter().find(is_silent).map(|state| state.task)
    }

    /// Every task was looked at now: its timer is new.
    pub(super) fn begin_anew(&self, now: Instant) {
        for state in &self.0.tasks {
            lock(&state.runs).looked_at = now;
        }
    }

    fn state(&self, task: RecurringTask) -> &TaskState {
        let found = self.0.tasks.iter().find(|state| state.task == task);
        found.expect("there is a state for each")
    }

    fn note(&self, state: &TaskState, run: (UnixMs, RunResult, Option<String>)) {
        let (started_at, result, error) = run;
        let task = state.task;
        let finished_at = clock::now();
        count(task, result.name());
        if result == RunResult::Done {
            #[expect(
                clippy::cast_precision_loss,
                reason = "seconds since 1970 are exact as f64"
            )]
            let seconds = finished_at.0 as f64 / 1000.0;
            metrics::gauge!("housekeeping_last_success_seconds", "task" => task.name())
                .set(seconds);
        } else {
            let why = error.as_deref().unwrap_or_default();
            tracing::warn!(
                task = task.name(),
                result = result.name(),
                why,
                "housekeeping failed; it is tried again"
            );
        }
        let mut runs = lock(&state.runs);
        let before = runs.unwritten.take().map_or(0, |unwritten| unwritten.runs);
        runs.unwritten = Some(TaskRuns {
            name: task.name(),
            runs: before + 1,
            started_at,
            finished_at,
            result,
            error,
        });
        let is_news = runs.last.replace(result) != Some(result);
        drop(runs);
        if is_news || task.is_claimed() {
            self.0.changed.notify_one();
        }
    }
}

fn count(task: RecurringTask, result: &'static str) {
    metrics::counter!("housekeeping_runs_total", "task" => task.name(), "result" => result)
        .increment(1);
}

fn lock(runs: &Mutex<Runs>) -> MutexGuard<'_, Runs> {
    // Each change is one step: nothing can be half done.
    runs.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TASK: RecurringTask = RecurringTask::Scrub;

    #[tokio::test]
    async fn sch_341_a_task_that_is_under_way_is_skipped() {
        let log = TaskLog::default();
        let ends = Notify::new();
        let slow = log.run(TASK, |_| async {
            ends.notified().await;
            Ok(Ran::Yes)
        });
        let other = async {
            log.run(TASK, |_| async { panic!("two at once") }).await;
            assert!(log.take_unwritten().is_empty(), "neither is over");
            ends.notify_one();
        };
        tokio::join!(biased; slow, other);
        let runs = log.take_unwritten();
        assert_eq!((runs.len(), runs[0].runs), (1, 1));
        assert_eq!(runs[0].result, RunResult::Done);
    }

    #[tokio::test]
    async fn sch_342_a_panic_ends_one_run_and_the_next_one_begins() {
        let log = TaskLog::default();
        log.run(TASK, |_| async { panic!("a canary") }).await;
        log.run(TASK, |_| async { Err(StoreError::Failed("away".into())) })
            .await;
        let runs = log.take_unwritten();
        assert_eq!((runs[0].runs, runs[0].result), (2, RunResult::Failed));
        assert_eq!(runs[0].error.as_deref(), Some("away"));
        log.keep(runs);
        log.run(TASK, |_| async { Ok(Ran::No) }).await;
        log.run(TASK, |_| async { Ok(Ran::Yes) }).await;
        let runs = log.take_unwritten();
        assert_eq!((runs[0].runs, runs[0].result), (3, RunResult::Done));
        assert_eq!(runs[0].error, None);
    }

    #[tokio::test]
    async fn sch_341_a_task_whose_timer_has_stopped_is_missed() {
        let log = TaskLog::default();
        let now = Instant::now();
        let later = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(log.silent(later(59)), None);
        assert!(log.silent(later(62)).is_some());
        log.begin_anew(later(62));
        assert_eq!(log.silent(later(62)), None);
    }
}
