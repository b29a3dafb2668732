//! Putting off a job that can't be done, or giving it up.

use scheduler_core::{FailReason, Job, JobState, failed_attempt};
use storage::retry_on_conflict;
use wire::UnixMs;

use crate::store::{SchedulerStore, Settled, StoreError, UnitOfWork, UnreadableJob};

/// Puts off a job that can't be understood, or whose session can't; it is locked.
pub(super) async fn put_off(
    work: &mut dyn UnitOfWork,
    now: UnixMs,
    job: &UnreadableJob,
) -> Result<(), StoreError> {
    let reason = FailReason::Unreadable;
    let update = failed_attempt(now, job.attempts, job.due_at, reason);
    work.jobs().rewrite(&job.id, update).await?;
    report_failure(&job.id, update.state, reason, "its row or its session");
    Ok(())
}

/// Counts and logs an attempt that failed: loudly where it was the last one.
fn report_failure(id: &str, state: JobState, reason: FailReason, detail: &str) {
    let labels = [("reason", reason.name())];
    if matches!(state, JobState::Failed(_)) {
        metrics::counter!("due_jobs_dead_total", &labels).increment(1);
        tracing::error!(
            job = id,
            reason = reason.name(),
            detail,
            "a job is given up; POST /v1/jobs/{{id}}/retry tries it again"
        );
    } else {
        metrics::counter!("due_job_attempts_failed_total", &labels).increment(1);
        tracing::warn!(
            job = id,
            reason = reason.name(),
            detail,
            "a job failed; it is tried again later"
        );
    }
}

/// Puts off a job whose attempt failed, or gives it up, while its claim holds.
pub(crate) async fn fail(
    store: &dyn SchedulerStore,
    now: UnixMs,
    job: &Job,
    reason: FailReason,
) -> Result<(), StoreError> {
    let update = failed_attempt(now, job.attempts, job.due_at, reason);
    let settled = retry_on_conflict("fail_job", || async move {
        let mut work = store.begin().await?;
        let settled = work.jobs().settle(&[(job, update)]).await?;
        work.commit().await?;
        Ok::<_, StoreError>(settled)
    });
    if settled.await? == [Settled::Written] {
        report_failure(&job.id, update.state, reason, job.kind.name());
    }
    Ok(())
}
