//! Settling jobs that were claimed.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use scheduler_core::{
    self as core, ClaimedJob, FailReason, Job, JobAction, JobPayload, JobSubject, SettleContext,
};
use storage::retry_on_conflict;
use wire::{Notification, RoomId, UnixMs};

use super::appends::Appends;
use super::apply::change;
use super::job_failures::fail;
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, Settled, StoreError, UnitOfWork};

/// Sessions that are erased in one unit of work.
const MAX_ERASED: usize = 10;

/// A claimed job, and what was decided about it.
type DecidedJob = (ClaimedJob, JobAction);

/// Carries out what was decided about claimed jobs; a job whose claim has lapsed and been taken over, or
/// whose booking has changed, is left alone. Where the store takes the whole of it and not one job of it, that one is put
/// off, and the others are carried out.
pub(crate) async fn settle(
    store: &dyn SchedulerStore,
    now: UnixMs,
    decided: Vec<DecidedJob>,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut streamed = Vec::new();
    let mut parts = parts(&decided);
    parts.reverse();
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

/// What is written in one unit of work each, in order: a session goes with all its rows, and of these only so many hold up
/// whoever else wants to write.
fn parts(decided: &[DecidedJob]) -> Vec<&[DecidedJob]> {
    let erases = |(_, action): &DecidedJob| *action == JobAction::Erase;
    let alike = decided.chunk_by(|one, other| erases(one) == erases(other));
    let parts = alike.flat_map(|part| {
        let size = if erases(&part[0]) {
            MAX_ERASED
        } else {
            part.len()
        };
        part.chunks(size)
    });
    parts.collect()
}

/// All of a part in one unit of work, or why none of it could be done though the store is there.
async fn settle_part(
    store: &dyn SchedulerStore,
    now: UnixMs,
    part: &[DecidedJob],
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
    decided: &[DecidedJob],
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
    let mut taken_over = 0;
    let mut appends = Appends::default();
    let are_alone = |one: &DecidedJob, other: &DecidedJob| {
        !one.1.changes_other_jobs() && !other.1.changes_other_jobs()
    };
    for run in decided.chunk_by(are_alone) {
        taken_over += settle_run(&mut *work, now, run, &mut appends).await?;
    }
    let streamed = appends.write(&mut *work).await?;
    work.commit().await?;
    metrics::counter!("due_jobs_lapsed_total").increment(taken_over);
    Ok(streamed)
}

/// Settles jobs of which none changes whether another one's claim holds; how many of the claims had been taken over.
async fn settle_run(
    work: &mut dyn UnitOfWork,
    now: UnixMs,
    run: &[DecidedJob],
    appends: &mut Appends,
) -> Result<u64, StoreError> {
    let updates = run.iter();
    let updates = updates.map(|(claimed, action)| (&claimed.job, action.job_update(&claimed.job)));
    let settled = work.jobs().settle(&updates.collect::<Vec<_>>()).await?;
    let outcomes = run.iter().zip(&settled);
    for ((claimed, action), _) in outcomes.filter(|(_, one)| **one == Settled::Written) {
        let context = context(work, &claimed.job, action).await?;
        let effects = core::settle(now, claimed, action, context, &mut new_id);
        change(work, effects, appends).await?;
    }
    let taken_over = settled.iter().filter(|one| **one == Settled::TakenOver);
    Ok(taken_over.count() as u64)
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

/// The notification that stands for the messages of a digest, while it is unread; none of a match that is over, and none
/// of a group that its person has left.
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
    if unread.room_id.is_some() && work.rooms().title(room, user).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(unread))
}
