//! Claiming what is due, and settling it.

use std::collections::{BTreeSet, HashMap};

use scheduler_core::{self as core, ClaimedJob, JobAction, SettleContext};
use storage::retry_on_conflict;
use wire::UnixMs;

use super::apply::apply;
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, Settled, StoreError, UnitOfWork};

/// The service that reports who came to a session.
const SIGNALING: &str = "signaling";

/// What was due, and how far signaling's reports are complete.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimedBatch {
    pub(crate) jobs: Vec<ClaimedJob>,
    /// Everything that signaling reports up to then has been taken; `None` before its first batch.
    pub(crate) source_watermark: Option<UnixMs>,
}

/// Claims jobs that are due for `lease_ms`, the longest due first. What is claimed is nobody else's until the lease
/// ends, and may then be claimed again.
pub(crate) async fn claim_due(
    store: &dyn SchedulerStore,
    now: UnixMs,
    lease_ms: i64,
    limit: u32,
) -> Result<ClaimedBatch, StoreError> {
    if !store.jobs().any_claimable(now).await? {
        return Ok(ClaimedBatch::default());
    }
    retry_on_conflict("claim_due", || claim_due_once(store, now, lease_ms, limit)).await
}

async fn claim_due_once(
    store: &dyn SchedulerStore,
    now: UnixMs,
    lease_ms: i64,
    limit: u32,
) -> Result<ClaimedBatch, StoreError> {
    let mut work = store.begin().await?;
    let found = work.jobs().claimable(now, limit).await?;
    let claims = found
        .into_iter()
        .filter_map(|stored| stored.job.claim(stored.state, now, lease_ms).ok());
    let claims: Vec<_> = claims.collect();
    if claims.is_empty() {
        // Rows that another had claimed by the time they were looked at are locked, too, and free again from here on.
        work.commit().await?;
        return Ok(ClaimedBatch::default());
    }
    work.jobs().claim(&claims).await?;
    let source_watermark = work.events().source_watermark(SIGNALING).await?;
    // Not locked: a change of a session waits for its jobs, and a claim must not wait for a session in turn. What the
    // change replaces it takes from us, under whatever claim it is.
    let ids: BTreeSet<_> = claims.iter().map(|(job, _)| &job.session).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let sessions = work.sessions().snapshots(&ids).await?;
    work.commit().await?;
    let sessions: HashMap<_, _> = sessions.iter().map(|found| (&found.id, found)).collect();
    let jobs = claims.into_iter().filter_map(|(job, until)| {
        let session = sessions.get(&job.session).copied()?.clone();
        Some(ClaimedJob {
            job,
            until,
            session,
        })
    });
    Ok(ClaimedBatch {
        jobs: jobs.collect(),
        source_watermark,
    })
}

/// Carries out what was decided about claimed jobs; a job whose claim has lapsed and been taken over, or
/// whose booking has changed, is left alone.
pub(crate) async fn settle(
    store: &dyn SchedulerStore,
    now: UnixMs,
    decided: Vec<(ClaimedJob, JobAction)>,
) -> Result<Vec<StreamedNotification>, StoreError> {
    retry_on_conflict("settle", || settle_once(store, now, &decided)).await
}

async fn settle_once(
    store: &dyn SchedulerStore,
    now: UnixMs,
    decided: &[(ClaimedJob, JobAction)],
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut work = store.begin().await?;
    // Before the jobs, as whoever changes a session does: neither waits for the other then.
    let ids = decided.iter().map(|(claimed, _)| &claimed.job.session);
    work.sessions().lock(&ids.collect()).await?;
    let mut streamed = Vec::new();
    let mut taken_over = 0;
    for (claimed, action) in decided {
        let job = &claimed.job;
        let update = action.job_update(job);
        match work.jobs().settle(&job.id, job.term, update).await? {
            Settled::Written => {
                let context = context(&mut *work, claimed, action).await?;
                let effects = core::settle(now, claimed, action, context, &mut new_id);
                streamed.extend(apply(&mut *work, effects).await?);
            }
            Settled::TakenOver => taken_over += 1,
            Settled::Closed => {}
        }
    }
    work.commit().await?;
    metrics::counter!("due_jobs_lapsed_total").increment(taken_over);
    Ok(streamed)
}

/// Reads again what the action asks for.
async fn context(
    work: &mut dyn UnitOfWork,
    claimed: &ClaimedJob,
    action: &JobAction,
) -> Result<SettleContext, StoreError> {
    let id = &claimed.session.id;
    let mut context = SettleContext::default();
    if action.reads_open_reminders() {
        context.open_reminders = work.jobs().open_reminders(id).await?;
    }
    if action.reads_session() {
        context.session = work.sessions().find(id).await?;
    }
    Ok(context)
}
