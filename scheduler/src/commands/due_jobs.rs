//! Settling jobs that were claimed.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use scheduler_core::{
    self as core, ClaimedJob, FailReason, Job, JobAction, JobPayload, JobSubject, SettleContext,
};
use storage::retry_on_conflict;
use wire::{Notification, RoomId, UnixMs};

use super::apply::apply;
use super::job_failures::fail;
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, Settled, StoreError, UnitOfWork};

/// Carries out what was decided about claimed jobs; a job whose claim has lapsed and been taken over, or
/// whose booking has changed, is left alone. Where the store takes the whole of it and not one job of it, that one is put
/// off, and the others are carried out.
pub(crate) async fn settle(
    store: &dyn SchedulerStore,
    now: UnixMs,
    decided: Vec<(ClaimedJob, JobAction)>,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut streamed = Vec::new();
    let mut parts = vec![decided.as_slice()];
    while let Some(part) = parts.pop() {
        let settled = match settle_part(store, now, part).await {
            Ok(settled) => settled,
            // Somebody waits for what was committed; the rest is claimed again.
            Err(error) if !streamed.is_empty() => {
                tracing::warn!(%error, "jobs could not be settled; they will be tried again");
                break;
            }
            Err(error) => return Err(error),
        };
        match settled {
            Ok(settled) => streamed.extend(settled),
            Err(reason) => match part {
                [] => {}
                [(claimed, _)] => fail(store, now, &claimed.job, reason).await?,
                _ => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
            },
        }
    }
    Ok(streamed)
}

/// All of a part in one unit of work, or why none of it could be done though the store is there.
async fn settle_part(
    store: &dyn SchedulerStore,
    now: UnixMs,
    part: &[(ClaimedJob, JobAction)],
) -> Result<Result<Vec<StreamedNotification>, FailReason>, StoreError> {
    let settling = retry_on_conflict("settle", || settle_once(store, now, part));
    match AssertUnwindSafe(settling).catch_unwind().await {
        Ok(Ok(streamed)) => Ok(Ok(streamed)),
        Ok(Err(error)) if error.is_of_this_work() => {
            tracing::warn!(%error, jobs = part.len(), "the store refused what jobs cause");
            Ok(Err(FailReason::Refused))
        }
        Ok(Err(error)) => Err(error),
        Err(_panic) => Ok(Err(FailReason::Panicked)),
    }
}

async fn settle_once(
    store: &dyn SchedulerStore,
    now: UnixMs,
    decided: &[(ClaimedJob, JobAction)],
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut work = store.begin().await?;
    // Before the jobs, as whoever changes a session does: neither waits for the other then.
    let ids = decided
        .iter()
        .filter_map(|(claimed, _)| claimed.job.subject.session());
    let ids: BTreeSet<_> = ids.collect();
    if !ids.is_empty() {
        work.sessions().lock(&ids).await?;
    }
    let mut streamed = Vec::new();
    let mut taken_over = 0;
    for (claimed, action) in decided {
        let job = &claimed.job;
        let update = action.job_update(job);
        match work.jobs().settle(&job.id, job.term, update).await? {
            Settled::Written => {
                let context = context(&mut *work, job, action).await?;
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
    job: &Job,
    action: &JobAction,
) -> Result<SettleContext, StoreError> {
    let mut context = SettleContext::default();
    match &job.subject {
        JobSubject::Session(id) => {
            if action.reads_open_reminders() {
                context.open_reminders = work.jobs().open_reminders(id).await?;
            }
            if action.reads_session() {
                context.session = work.sessions().find(id).await?;
            }
        }
        JobSubject::Room(room) if action.reads_unread() => {
            context.unread = unread(work, job, room).await?;
        }
        JobSubject::Room(_) => {}
    }
    Ok(context)
}

/// The notification that stands for the messages of a digest, while it is unread; none of a match that is over.
async fn unread(
    work: &mut dyn UnitOfWork,
    job: &Job,
    room: &RoomId,
) -> Result<Option<Notification>, StoreError> {
    let (Some(user), Some(payload)) = (&job.user, &job.payload) else {
        return Ok(None);
    };
    let JobPayload::Unread {
        notification_id, ..
    } = payload;
    let unread = work
        .notifications()
        .find_unread(user, notification_id)
        .await?;
    let Some(unread) = unread else {
        return Ok(None);
    };
    if unread.match_id.is_some() && work.matches().find_by_room(room).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(unread))
}
