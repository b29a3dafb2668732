//! Having a job tried again that was given up.

use scheduler_core::{audit_row, retried};
use storage::retry_on_conflict;
use wire::{JobStatus, JobView, OperatorAction, UnixMs, UserId};

use super::new_id;
use crate::store::{SchedulerStore, StoreError};

/// What became of a retry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RetryOutcome {
    /// It is due: as it is from now on.
    Due(JobView),
    /// There is no such job.
    Unknown,
    /// It was not given up.
    NotFailed(JobStatus),
}

/// Has a job be due at once that was given up, and records who asked for it.
pub(crate) async fn retry_job(
    store: &dyn SchedulerStore,
    id: &str,
    actor: &str,
    now: UnixMs,
) -> Result<RetryOutcome, StoreError> {
    retry_on_conflict("retry_job", || retry_job_once(store, id, actor, now)).await
}

async fn retry_job_once(
    store: &dyn SchedulerStore,
    id: &str,
    actor: &str,
    now: UnixMs,
) -> Result<RetryOutcome, StoreError> {
    let mut work = store.begin().await?;
    let Some(job) = work.jobs().find(id).await? else {
        return Ok(RetryOutcome::Unknown);
    };
    if job.state != JobStatus::Failed {
        // The row was locked, and whoever claims what is due would leave it out until the connection is back.
        work.commit().await?;
        return Ok(RetryOutcome::NotFailed(job.state));
    }
    work.jobs().rewrite(id, retried(now)).await?;
    let row = audit_row(new_id(), now, action(&job, actor));
    work.audit().add(&row).await?;
    let due = work.jobs().find(id).await?;
    work.commit().await?;
    Ok(due.map_or(RetryOutcome::Unknown, RetryOutcome::Due))
}

fn action(job: &JobView, actor: &str) -> OperatorAction {
    let of_session = job.subject_kind == "session";
    OperatorAction {
        session_id: of_session.then(|| job.subject_id.as_str().into()),
        user_id: job.user_id.as_ref().map(|user| UserId(user.0.clone())),
        detail: Some(job.kind.clone()),
        ..OperatorAction::new(actor, "job.retry", job.id.as_str())
    }
}
