//! Claiming what is due, and settling it.

use std::collections::{BTreeSet, HashMap};
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use scheduler_core::{
    self as core, BookedSession, ClaimedJob, ClaimedSubject, FailReason, Job, JobAction,
    JobPayload, JobState, JobSubject, SettleContext,
};
use storage::retry_on_conflict;
use wire::{Notification, RoomId, SessionId, UnixMs};

use super::apply::apply;
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{
    FoundJob, SchedulerStore, Settled, StoreError, StoredJob, UnitOfWork, UnreadableJob,
};

/// The service that reports who came to a session.
const SIGNALING: &str = "signaling";

/// What was due, and how far signaling's reports are complete.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimedBatch {
    pub(crate) jobs: Vec<ClaimedJob>,
    /// Everything that signaling reports up to then has been taken; `None` before its first batch.
    pub(crate) source_watermark: Option<UnixMs>,
    /// How many were found, with those that could not be claimed.
    pub(crate) found: usize,
}

/// Claims jobs that are due for `lease_ms`, the longest due first. What is claimed is nobody else's until the lease
/// ends, and may then be claimed again. One that can't be understood is put off, and holds up none of the others.
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
    let rows = work.jobs().claimable(now, limit).await?;
    let found = rows.len();
    if found == 0 {
        // Rows that another had claimed by the time they were looked at are locked, too, and free again from here on.
        work.commit().await?;
        return Ok(ClaimedBatch::default());
    }
    let source_watermark = work.events().source_watermark(SIGNALING).await?;
    let sessions = sessions_of(&mut *work, &rows).await?;
    let mut batch = ClaimedBatch {
        jobs: Vec::with_capacity(found),
        source_watermark,
        found,
    };
    for row in rows {
        match claimed(row, &sessions, now, lease_ms) {
            Ok(Some(job)) => batch.jobs.push(job),
            Ok(None) => {}
            Err(unreadable) => put_off(&mut *work, now, &unreadable).await?,
        }
    }
    let claims = batch
        .jobs
        .iter()
        .map(|claimed| (claimed.job.clone(), claimed.until));
    let claims: Vec<_> = claims.collect();
    if !claims.is_empty() {
        work.jobs().claim(&claims).await?;
    }
    work.commit().await?;
    Ok(batch)
}

/// The sessions of these jobs. They are not locked: a change of a session waits for its jobs, and a claim must not wait
/// for a session in turn. What the change replaces it takes from us, under whatever claim it is.
async fn sessions_of(
    work: &mut dyn UnitOfWork,
    rows: &[FoundJob],
) -> Result<HashMap<SessionId, BookedSession>, StoreError> {
    let session = |row: &FoundJob| match row {
        FoundJob::Readable(stored) => stored.job.subject.session().cloned(),
        FoundJob::Unreadable(_) => None,
    };
    let ids: BTreeSet<_> = rows.iter().filter_map(session).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = ids.iter().collect();
    let sessions = work.sessions().snapshots(&ids).await?;
    let by_id = |session: BookedSession| (session.id.clone(), session);
    Ok(sessions.into_iter().map(by_id).collect())
}

/// The job under its claim; `None` where it can't be claimed.
fn claimed(
    row: FoundJob,
    sessions: &HashMap<SessionId, BookedSession>,
    now: UnixMs,
    lease_ms: i64,
) -> Result<Option<ClaimedJob>, UnreadableJob> {
    let StoredJob { job, state } = match row {
        FoundJob::Readable(stored) => stored,
        FoundJob::Unreadable(unreadable) => return Err(unreadable),
    };
    let subject = match &job.subject {
        JobSubject::Session(id) => match sessions.get(id) {
            Some(session) => ClaimedSubject::Session(Box::new(session.clone())),
            None => {
                return Err(UnreadableJob {
                    id: job.id,
                    due_at: job.due_at,
                    attempts: job.attempts,
                });
            }
        },
        JobSubject::Room(_) => ClaimedSubject::Room,
    };
    let Ok((job, until)) = job.claim(state, now, lease_ms) else {
        return Ok(None);
    };
    Ok(Some(ClaimedJob {
        job,
        until,
        subject,
    }))
}

/// Puts off a job that can't be understood, or whose session can't; it is locked.
async fn put_off(
    work: &mut dyn UnitOfWork,
    now: UnixMs,
    job: &UnreadableJob,
) -> Result<(), StoreError> {
    let reason = FailReason::Unreadable;
    let update = core::failed_attempt(now, job.attempts, job.due_at, reason);
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

/// Puts off a job whose attempt failed, or gives it up, while its claim holds.
pub(crate) async fn fail(
    store: &dyn SchedulerStore,
    now: UnixMs,
    job: &Job,
    reason: FailReason,
) -> Result<(), StoreError> {
    let update = core::failed_attempt(now, job.attempts, job.due_at, reason);
    let settled = retry_on_conflict("fail_job", || async move {
        let mut work = store.begin().await?;
        let settled = work.jobs().settle(&job.id, job.term, update).await?;
        work.commit().await?;
        Ok::<_, StoreError>(settled)
    });
    if settled.await? == Settled::Written {
        report_failure(&job.id, update.state, reason, job.kind.name());
    }
    Ok(())
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
