//! Writing what a decision returned.

use scheduler_core::timeline::has_room;
use scheduler_core::{
    Effects, EmailAddress, JobClosing, KnownPerson, MissReason, NewNotification, OccupancyChange,
    PersonChange, SessionChange, TimelineEntry,
};

use super::deliveries::add_deliveries;
use super::webhooks::add_webhook_deliveries;
use crate::notification_stream::StreamedNotification;
use crate::store::{JobRepository, StoreError, UnitOfWork, address_hash};

/// Writes all of it, and returns the notifications that were new: deliver them after the commit.
pub(crate) async fn apply(
    work: &mut dyn UnitOfWork,
    effects: Effects,
) -> Result<Vec<StreamedNotification>, StoreError> {
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
    append_timeline(work, &effects.timeline).await?;
    if let Some(answer) = &effects.answer {
        work.idempotency().insert(answer).await?;
    }
    add_digests(work, &effects.digests).await?;
    add_webhook_deliveries(work, &effects.outgoing).await?;
    add_notifications(work, effects.notifications).await
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

/// Adds entries of one session while there is room for them.
async fn append_timeline(
    work: &mut dyn UnitOfWork,
    entries: &[TimelineEntry],
) -> Result<(), StoreError> {
    let Some(first) = entries.first() else {
        return Ok(());
    };
    let mut count = work.timeline().count(&first.session).await?;
    for entry in entries {
        if has_room(entry.item.kind, count) {
            work.timeline().add(entry).await?;
            count += 1;
        } else {
            metrics::counter!("timeline_entries_dropped_total").increment(1);
        }
    }
    Ok(())
}

/// What stands in the list already is told by the other channels.
async fn add_digests(
    work: &mut dyn UnitOfWork,
    digests: &[NewNotification],
) -> Result<(), StoreError> {
    for digest in digests {
        let told = &digest.notification;
        let count = told.count.unwrap_or_default();
        work.notifications().put_count(&told.id, count).await?;
    }
    add_deliveries(work, digests).await
}

async fn add_notifications(
    work: &mut dyn UnitOfWork,
    notifications: Vec<NewNotification>,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut stored = Vec::with_capacity(notifications.len());
    for new in notifications {
        if work.notifications().add(&new).await? {
            stored.push(new);
        }
    }
    add_deliveries(work, &stored).await?;
    let streamed = |new: NewNotification| StreamedNotification {
        user: new.user,
        notification: new.notification,
    };
    Ok(stored.into_iter().map(streamed).collect())
}
