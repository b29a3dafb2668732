//! What booking, changing and cancelling come to, once what they concern has been loaded.

use wire::{EndReason, EventType, NotificationKind, SessionState, UnixMs};

use super::announce::{add_jobs, announce};
use super::replan::{Replan, replan};
use super::{BookCommand, CancelCommand, ChangeCommand, ChangeReason, CommandOutcome, Decision};
use crate::effects::{Effects, JobClosing, SessionChange};
use crate::idempotency::{FirstAnswer, IdempotencyKey, StoredAnswer};
use crate::ids::NewId;
use crate::job::JobKind;
use crate::job_plan::plan;
use crate::notification::notify_both;
use crate::occupancy::{OccupancyChange, Surroundings};
use crate::people::{KnownPerson, resolve};
use crate::record::Record;
use crate::session::BookedSession;

/// What a command comes to whose key was found in the store: its first answer, or a refusal where the
/// key stood for another command.
#[must_use]
pub fn repeated(key: &IdempotencyKey, found: StoredAnswer) -> CommandOutcome {
    match found.answer {
        FirstAnswer::Session(session) if found.key.fingerprint == key.fingerprint => {
            CommandOutcome::Repeated {
                session,
                at: found.at,
            }
        }
        _ => CommandOutcome::KeyReused,
    }
}

/// Books: people, session, jobs, event, timeline entry and idempotency key, all or nothing. `found` is
/// what the store has for each of the two people, `surroundings` their other sessions.
#[must_use]
pub fn book(
    now: UnixMs,
    command: BookCommand,
    found: [Option<KnownPerson>; 2],
    surroundings: Surroundings,
    new_id: NewId<'_>,
) -> Decision {
    let BookCommand {
        application,
        booking,
        of_match,
        idempotency,
    } = command;
    let (match_id, room) = of_match.unzip();
    let (participants, people) = match resolve(now, &application, booking.people, found, new_id) {
        Ok(resolved) => resolved,
        Err(fields) => return Decision::unchanged(CommandOutcome::Invalid(fields)),
    };
    if let Some(busy) = surroundings.busy.filter(|_| !booking.terms.allow_overlap) {
        return Decision::unchanged(CommandOutcome::Busy(busy));
    }
    let mut session = BookedSession {
        id: new_id().into(),
        application,
        revision: 1,
        room_id: room.unwrap_or_else(|| new_id().into()),
        match_id,
        participants,
        terms: booking.terms,
        record: Record::default(),
        cancelled: false,
        created_at: now,
    };
    session.terms.followed_at = session.followed_by(surroundings.next_start);
    let mut effects = Effects {
        people,
        occupancy: session.occupancy().map(OccupancyChange::Add),
        session: Some(SessionChange::Insert(Box::new(session.clone()))),
        ..Effects::default()
    };
    announce(
        &mut effects,
        &session,
        EventType::SessionScheduled,
        now,
        new_id,
    );
    let latest_end = session.spec().latest_end();
    let jobs = plan(now, &session.terms, &session.users(), latest_end);
    add_jobs(&mut effects, &session, jobs, now, new_id);
    Decision::done(now, session, idempotency, effects)
}

/// Replaces the terms of a session that is neither live nor over. Jobs whose time stays are kept, the others
/// planned anew; the services are told, under a new revision, when what tickets say changes, and both
/// people when the start moves. What changes nothing writes nothing.
#[must_use]
pub fn change(
    now: UnixMs,
    command: ChangeCommand,
    found: Option<BookedSession>,
    surroundings: Surroundings,
    new_id: NewId<'_>,
) -> Decision {
    let mut session = match open_session(now, &command.application, found) {
        Ok(session) => session,
        Err((outcome, _)) => return Decision::unchanged(outcome),
    };
    if session.revision != command.revision {
        return Decision::unchanged(CommandOutcome::RevisionMismatch);
    }
    if session.state(now) == SessionState::Live {
        return Decision::unchanged(CommandOutcome::Live);
    }
    let before = session.clone();
    session.terms = command.terms;
    let is_refused = command.reason == ChangeReason::Asked && overlaps_anew(&before, &session);
    if let Some(busy) = surroundings.busy.filter(|_| is_refused) {
        return Decision::unchanged(CommandOutcome::Busy(busy));
    }
    session.terms.followed_at = session.followed_by(surroundings.next_start);
    let told = session.spec() != before.spec();
    if told {
        session.revision += 1;
    }
    let mut effects = Effects {
        occupancy: session.occupancy_change(&before),
        ..Effects::default()
    };
    if session != before {
        effects.session = Some(SessionChange::Update(Box::new(session.clone())));
    }
    if told {
        let kind = EventType::SessionRescheduled;
        announce(&mut effects, &session, kind, now, new_id);
    }
    let Replan { closed, added } = replan(now, &before, &session);
    if !closed.is_empty() {
        effects.closed_jobs = Some(JobClosing::CancelThese {
            session: session.id.clone(),
            jobs: closed,
        });
    }
    add_jobs(&mut effects, &session, added, now, new_id);
    if session.terms.starts_at != before.terms.starts_at {
        let kind = NotificationKind::SessionRescheduled;
        effects.notifications = notify_both(&session, kind, now, new_id);
    }
    Decision::done(now, session, command.idempotency, effects)
}

/// Calls a session off, with its open jobs, and notifies both. One that is cancelled stays as it is.
#[must_use]
pub fn cancel(
    now: UnixMs,
    command: CancelCommand,
    found: Option<BookedSession>,
    new_id: NewId<'_>,
) -> Decision {
    let mut session = match open_session(now, &command.application, found) {
        Ok(session) => session,
        Err((CommandOutcome::Over(EndReason::Cancelled), Some(session))) => {
            return Decision::unchanged(CommandOutcome::Done(session));
        }
        Err((outcome, _)) => return Decision::unchanged(outcome),
    };
    if command
        .revision
        .is_some_and(|named| named != session.revision)
    {
        return Decision::unchanged(CommandOutcome::RevisionMismatch);
    }
    let before = session.clone();
    session.cancelled = true;
    session.revision += 1;
    let mut effects = Effects {
        occupancy: session.occupancy_change(&before),
        session: Some(SessionChange::Update(Box::new(session.clone()))),
        closed_jobs: Some(JobClosing::Cancel {
            session: session.id.clone(),
            except: JobKind::Retention,
        }),
        ..Effects::default()
    };
    announce(
        &mut effects,
        &session,
        EventType::SessionCancelled,
        now,
        new_id,
    );
    let kind = NotificationKind::SessionCancelled;
    effects.notifications = notify_both(&session, kind, now, new_id);
    Decision::done(now, session, command.idempotency, effects)
}

/// True where a change may bring about an overlap that is not allowed: what overlaps already may stay.
fn overlaps_anew(before: &BookedSession, after: &BookedSession) -> bool {
    let span = |session: &BookedSession| session.terms.occupied_span();
    let is_newly_refused = before.terms.allow_overlap || span(before) != span(after);
    !after.terms.allow_overlap && is_newly_refused
}

/// The session, if it is this application's and not over; else the refusal, and the session if it is
/// there all the same.
fn open_session(
    now: UnixMs,
    application: &str,
    found: Option<BookedSession>,
) -> Result<BookedSession, (CommandOutcome, Option<Box<BookedSession>>)> {
    let Some(session) = found.filter(|session| session.application == application) else {
        return Err((CommandOutcome::NotFound, None));
    };
    match session.over(now) {
        Some(reason) => Err((CommandOutcome::Over(reason), Some(Box::new(session)))),
        None => Ok(session),
    }
}
