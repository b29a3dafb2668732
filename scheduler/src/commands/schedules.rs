//! Runs of recurring tasks.

use storage::retry_on_conflict;
use wire::UnixMs;

use crate::store::{SchedulerStore, StoreError, TaskRuns};

/// Makes tasks known, each with its schedule.
pub(crate) async fn register_tasks(
    store: &dyn SchedulerStore,
    tasks: &[(&str, &str)],
) -> Result<(), StoreError> {
    retry_on_conflict("register_tasks", || async move {
        let mut work = store.begin().await?;
        work.schedules().register(tasks).await?;
        work.commit().await
    })
    .await
}

/// Begins a run that one node at a time does: false where one has begun since `since`, or is under way.
pub(crate) async fn begin_run(
    store: &dyn SchedulerStore,
    name: &str,
    now: UnixMs,
    since: UnixMs,
) -> Result<bool, StoreError> {
    retry_on_conflict("begin_run", || async move {
        let mut work = store.begin().await?;
        let last = work.schedules().last_run(name).await?;
        if !last.is_some_and(|last| last.permits(now, since)) {
            return Ok(false);
        }
        work.schedules().begin(name, now).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}

/// Writes down what ran.
pub(crate) async fn record_runs(
    store: &dyn SchedulerStore,
    runs: &[TaskRuns],
) -> Result<(), StoreError> {
    retry_on_conflict("record_runs", || async move {
        let mut work = store.begin().await?;
        for runs in runs {
            work.schedules().add_runs(runs).await?;
        }
        work.commit().await
    })
    .await
}
