//! Writing what a decision returned.

use scheduler_core::{
    Effects, EmailAddress, JobClosing, KnownPerson, MissReason, OccupancyChange, PersonChange,
    SessionChange,
};

use super::appends::Appends;
use crate::notification_stream::StreamedNotification;
use crate::store::{JobRepository, StoreError, UnitOfWork, address_hash};

/// Writes all of it, and returns the notifications that were new: deliver them after the commit.
pub(crate) async fn apply(
    work: &mut dyn UnitOfWork,
    effects: Effects,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut appends = Appends::default();
    change(work, effects, &mut appends).await?;
    appends.write(work).await
}

/// Writes what changes rows, and adds the rest to `appends`, which must be written within the same unit of work.
pub(super) async fn change(
    work: &mut dyn UnitOfWork,
    effects: Effects,
    appends: &mut Appends,
) -> Result<(), StoreError> {
    for person in &effects.people {
        match person {
            PersonChange::Insert(person) => work.people().insert(person).await?,
            PersonChange::Update(person) => update_person(work, person).await?,
        }
    }
    match &effects.session {
        Some(SessionChange::Insert(session)) => work.sessions().insert(session).await?,
        Some(SessionChange::Update(session)) => work.sessions().update(session).await?,
        Some(SessionChange::Regenerate {
            session,
            user,
            generation,
        }) => {
            let sessions = work.sessions();
            sessions.regenerate(session, user, *generation).await?;
        }
        Some(SessionChange::Erase(id)) => work.sessions().erase(id).await?,
        None => {}
    }
    match &effects.occupancy {
        Some(OccupancyChange::Add(occupancy)) => work.occupancies().insert(occupancy).await?,
        Some(OccupancyChange::Replace(occupancy)) => {
            work.occupancies().remove(&occupancy.session).await?;
            work.occupancies().insert(occupancy).await?;
        }
        Some(OccupancyChange::Remove(session)) => work.occupancies().remove(session).await?,
        None => {}
    }
    if let Some(feedback) = &effects.feedback {
        work.feedback().put(feedback).await?;
    }
    if let Some(closing) = &effects.closed_jobs {
        close_jobs(work.jobs(), closing).await?;
    }
    if !effects.new_jobs.is_empty() {
        work.jobs().insert(&effects.new_jobs).await?;
        for reason in effects.new_jobs.iter().filter_map(|job| job.planned.missed) {
            count_missed(reason, 1);
        }
    }
    for (job, payload) in &effects.job_payloads {
        work.jobs().put_payload(job, payload).await?;
    }
    for event in &effects.events {
        work.events().publish(event).await?;
    }
    for row in &effects.audit {
        work.audit().add(row).await?;
    }
    if let Some(answer) = &effects.answer {
        work.idempotency().insert(answer).await?;
    }
    appends.timeline.extend(effects.timeline);
    appends.digests.extend(effects.digests);
    appends.outgoing.extend(effects.outgoing);
    appends.notifications.extend(effects.notifications);
    Ok(())
}

/// An address that somebody is given anew may be there by now, whatever its server said before.
async fn update_person(work: &mut dyn UnitOfWork, person: &KnownPerson) -> Result<(), StoreError> {
    let before = work.people().find(&person.application, &person.id).await?;
    let address = |person: &KnownPerson| person.email.as_deref().and_then(EmailAddress::parse);
    let had = before.as_ref().and_then(address);
    let given = address(person);
    let is_new = had.as_ref().map(EmailAddress::key) != given.as_ref().map(EmailAddress::key);
    if let Some(given) = given.filter(|_| is_new) {
        let hash = address_hash(&given);
        work.mail_addresses().unmark(&hash).await?;
    }
    work.people().update(person).await
}

async fn close_jobs(jobs: &mut dyn JobRepository, closing: &JobClosing) -> Result<(), StoreError> {
    match closing {
        JobClosing::Cancel { session, except } => jobs.cancel_open(session, *except).await,
        JobClosing::CancelThese {
            session,
            jobs: these,
        } => {
            for (kind, user) in these {
                jobs.cancel(session, *kind, user.as_ref()).await?;
            }
            Ok(())
        }
        JobClosing::MissReminders { session, reason } => {
            let missed = jobs.miss_reminders(session, *reason).await?;
            count_missed(*reason, missed);
            Ok(())
        }
    }
}

fn count_missed(reason: MissReason, missed: u64) {
    metrics::counter!("due_jobs_missed_total", "reason" => reason.name()).increment(missed);
}
