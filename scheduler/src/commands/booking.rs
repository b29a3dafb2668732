//! Booking, changing and cancelling.

use scheduler_core::{
    self as core, BookCommand, BookedSession, CancelCommand, ChangeCommand, CommandOutcome,
    Decision, IdempotencyKey, KnownPerson, ParticipantRef, RenewLinkCommand, Surroundings,
    repeated,
};
use storage::retry_on_conflict;
use wire::{NotificationChannel, UnixMs};

use super::neighbours::{apply_with_neighbours, around, find_with_people, surroundings};
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{Around, SchedulerStore, StoreError, UnitOfWork};

/// A command's outcome, and whom to notify now that it is committed.
#[derive(Debug)]
pub(crate) struct Executed {
    pub(crate) outcome: CommandOutcome,
    pub(crate) streamed: Vec<StreamedNotification>,
}

/// Books a session of two people.
pub(crate) async fn book(
    store: &dyn SchedulerStore,
    command: BookCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    let may_mail = may_mail(store, &command).await?;
    retry_on_conflict("book", || book_once(store, command.clone(), may_mail, now)).await
}

/// Whether the application of a booking lets us send mails. A match tells its two by itself.
async fn may_mail(store: &dyn SchedulerStore, command: &BookCommand) -> Result<bool, StoreError> {
    if command.of_match.is_some() {
        return Ok(false);
    }
    let application = command.application.clone();
    let said = store.applications().find(application).await?;
    Ok(said.is_some_and(|application| {
        let channels = &application.said.channels;
        channels.contains(&NotificationChannel::Email)
    }))
}

async fn book_once(
    store: &dyn SchedulerStore,
    command: BookCommand,
    may_mail: bool,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    let mut work = store.begin().await?;
    let key = command.idempotency.as_ref();
    if let Some(outcome) = known_answer(&mut *work, &command.application, key).await? {
        return Ok(unwritten(outcome));
    }
    let found = find_people(&mut *work, &command.application, &command.booking.people).await?;
    let around = Around {
        users: found.iter().flatten().map(|p| p.id.clone()).collect(),
        except: None,
    };
    let surroundings = surroundings(&mut *work, &around, &command.booking.terms).await?;
    let mut decision = core::book(now, command, found.clone(), surroundings, &mut new_id);
    if may_mail {
        core::invite(now, &mut decision, &found, &mut new_id);
    }
    finish(work, decision, now, None).await
}

/// Replaces the terms of a session.
pub(crate) async fn change(
    store: &dyn SchedulerStore,
    command: ChangeCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    retry_on_conflict("change", || change_once(store, command.clone(), now)).await
}

async fn change_once(
    store: &dyn SchedulerStore,
    command: ChangeCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    let mut work = store.begin().await?;
    let key = command.idempotency.as_ref();
    if let Some(outcome) = known_answer(&mut *work, &command.application, key).await? {
        return Ok(unwritten(outcome));
    }
    let found = find_with_people(&mut *work, &command.id).await?;
    let surroundings = match &found {
        Some(session) => surroundings(&mut *work, &around(session), &command.terms).await?,
        None => Surroundings::default(),
    };
    let before = found.clone();
    let decision = core::change(now, command, found, surroundings, &mut new_id);
    finish(work, decision, now, before.as_ref()).await
}

/// Calls a session off.
pub(crate) async fn cancel(
    store: &dyn SchedulerStore,
    command: CancelCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    retry_on_conflict("cancel", || cancel_once(store, command.clone(), now)).await
}

async fn cancel_once(
    store: &dyn SchedulerStore,
    command: CancelCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    let mut work = store.begin().await?;
    let key = command.idempotency.as_ref();
    if let Some(outcome) = known_answer(&mut *work, &command.application, key).await? {
        return Ok(unwritten(outcome));
    }
    let found = find_with_people(&mut *work, &command.id).await?;
    let before = found.clone();
    let decision = core::cancel(now, command, found, &mut new_id);
    finish(work, decision, now, before.as_ref()).await
}

/// Replaces a person's join link.
pub(crate) async fn renew_link(
    store: &dyn SchedulerStore,
    command: RenewLinkCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    retry_on_conflict("renew_link", || {
        renew_link_once(store, command.clone(), now)
    })
    .await
}

async fn renew_link_once(
    store: &dyn SchedulerStore,
    command: RenewLinkCommand,
    now: UnixMs,
) -> Result<Executed, StoreError> {
    let mut work = store.begin().await?;
    let found = work.sessions().find(&command.id).await?;
    let decision = core::renew_link(now, command, found, &mut new_id);
    finish(work, decision, now, None).await
}

async fn known_answer(
    work: &mut dyn UnitOfWork,
    application: &str,
    key: Option<&IdempotencyKey>,
) -> Result<Option<CommandOutcome>, StoreError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let found = work.idempotency().find(application, key).await?;
    Ok(found.map(|found| repeated(key, found)))
}

/// Both, locked in an order that is the same in every booking: two bookings of the same two would otherwise wait for
/// each other.
pub(super) async fn find_people(
    work: &mut dyn UnitOfWork,
    application: &str,
    [first, second]: &[ParticipantRef; 2],
) -> Result<[Option<KnownPerson>; 2], StoreError> {
    if first.id() <= second.id() {
        let found = find_person(work, application, first).await?;
        return Ok([found, find_person(work, application, second).await?]);
    }
    let found = find_person(work, application, second).await?;
    Ok([find_person(work, application, first).await?, found])
}

async fn find_person(
    work: &mut dyn UnitOfWork,
    application: &str,
    person: &ParticipantRef,
) -> Result<Option<KnownPerson>, StoreError> {
    let people = work.people();
    match person {
        ParticipantRef::Known { user_id, .. } => people.find(application, user_id).await,
        ParticipantRef::External(external) => {
            people
                .find_external(application, &external.external_id)
                .await
        }
    }
}

/// Writes what was decided, if anything is to be written, and lets the sessions around it follow. `before` is the
/// session as it was.
async fn finish(
    mut work: Box<dyn UnitOfWork>,
    decision: Decision,
    now: UnixMs,
    before: Option<&BookedSession>,
) -> Result<Executed, StoreError> {
    let Some(effects) = decision.effects else {
        return Ok(unwritten(decision.outcome));
    };
    let streamed = apply_with_neighbours(&mut *work, effects, before, now).await?;
    work.commit().await?;
    Ok(Executed {
        outcome: decision.outcome,
        streamed,
    })
}

fn unwritten(outcome: CommandOutcome) -> Executed {
    Executed {
        outcome,
        streamed: Vec::new(),
    }
}
