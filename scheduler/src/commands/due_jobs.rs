//! Claiming what is due, and settling it.

use scheduler_core::{self as core, ClaimedJob, JobAction, JobState, SettleContext};
use wire::UnixMs;

use super::apply::apply;
use super::new_id;
use crate::notification_stream::Delivery;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// The service that reports who came to a session.
const SIGNALING: &str = "signaling";

/// What was due, and how far signaling's reports are complete.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimedBatch {
    pub(crate) jobs: Vec<ClaimedJob>,
    /// Everything that signaling reports up to then has been taken; `None` before its first batch.
    pub(crate) source_watermark: Option<UnixMs>,
}

/// Claims jobs that are due, the longest due first. What is claimed is nobody else's until the lease
/// ends, and may then be claimed again.
pub(crate) async fn claim_due(
    store: &dyn SchedulerStore,
    now: UnixMs,
    limit: u32,
) -> Result<ClaimedBatch, StoreError> {
    if !store.jobs().any_claimable(now).await? {
        return Ok(ClaimedBatch::default());
    }
    let mut work = store.begin().await?;
    let found = work.jobs().claimable(now, limit).await?;
    let mut claimed = ClaimedBatch {
        jobs: Vec::with_capacity(found.len()),
        source_watermark: work.events().source_watermark(SIGNALING).await?,
    };
    for stored in found {
        let Ok(JobState::Claimed { until }) = stored.state.claim(now) else {
            continue;
        };
        let job = stored.job;
        work.jobs().claim(&job.id, until).await?;
        if let Some(session) = work.sessions().find(&job.session).await? {
            claimed.jobs.push(ClaimedJob {
                job,
                until,
                session,
            });
        }
    }
    work.commit().await?;
    Ok(claimed)
}

/// Carries out what was decided about claimed jobs; a job whose claim has lapsed and been taken over, or
/// whose booking has changed, is left alone.
pub(crate) async fn settle(
    store: &dyn SchedulerStore,
    now: UnixMs,
    decided: Vec<(ClaimedJob, JobAction)>,
) -> Result<Vec<Delivery>, StoreError> {
    let mut work = store.begin().await?;
    let mut deliveries = Vec::new();
    for (claimed, action) in decided {
        let update = action.job_update(&claimed.job);
        let holds = work
            .jobs()
            .settle(&claimed.job.id, claimed.until, update)
            .await?;
        if holds {
            let context = context(&mut *work, &claimed, &action).await?;
            let effects = core::settle(now, &claimed, &action, context, &mut new_id);
            deliveries.extend(apply(&mut *work, effects).await?);
        }
    }
    work.commit().await?;
    Ok(deliveries)
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
