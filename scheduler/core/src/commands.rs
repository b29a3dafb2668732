//! What booking, changing and cancelling come to, once what they concern has been loaded.

use wire::{
    EndReason, Event, EventType, FieldError, NotificationKind, SessionBooked, SessionState,
};
use wire::{SessionId, UnixMs};

use crate::booking::CheckedBooking;
use crate::changes::{Changes, JobClosing, SessionChange};
use crate::idempotency::{IdempotencyKey, StoredAnswer};
use crate::ids::NewId;
use crate::job::JobKind;
use crate::job_plan::{NewJob, plan};
use crate::notification::notify_both;
use crate::people::{KnownPerson, resolve};
use crate::record::Record;
use crate::session::BookedSession;
use crate::terms::Terms;
use crate::timeline::{ReminderEntry, booking_entry};

/// The name of this service in the events that it publishes.
pub const SOURCE: &str = "scheduler";

/// A checked booking, to be stored.
#[derive(Debug, Clone)]
pub struct BookCommand {
    /// The application that books.
    pub application: String,
    /// What it asked for, within every bound.
    pub booking: CheckedBooking,
    /// Makes a repeat safe, where the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

/// Checked terms, to replace those of `revision`.
#[derive(Debug, Clone)]
pub struct ChangeCommand {
    /// The application that asks; only its own sessions are found.
    pub application: String,
    /// The session to change.
    pub id: SessionId,
    /// The revision that `terms` were made for.
    pub revision: u64,
    /// All terms, changed and unchanged ones.
    pub terms: Terms,
    /// Makes a repeat safe, where the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

/// A session to be called off.
#[derive(Debug, Clone)]
pub struct CancelCommand {
    /// The application that asks; only its own sessions are found.
    pub application: String,
    /// The session to cancel.
    pub id: SessionId,
    /// Only if it still has this revision; `None` cancels any.
    pub revision: Option<u64>,
    /// Makes a repeat safe, where the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandOutcome {
    /// Carried out: the session as it is now.
    Done(Box<BookedSession>),
    /// Carried out before under the same idempotency key.
    Repeated {
        /// The session as it was at that moment.
        session: Box<BookedSession>,
        /// When that was.
        at: UnixMs,
    },
    /// The idempotency key stood for another command.
    KeyReused,
    /// These fields name nobody, or one person twice.
    Invalid(Vec<FieldError>),
    /// The session has another revision than the command was made for.
    RevisionMismatch,
    /// The session is live, and can't be changed.
    Live,
    /// The session is over, for this reason.
    Over(EndReason),
    /// This application has no such session.
    NotFound,
}

/// What a command comes to, and what is to be written for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What the client is answered.
    pub outcome: CommandOutcome,
    /// `None` when nothing is to be written.
    pub changes: Option<Changes>,
}

impl Decision {
    fn unchanged(outcome: CommandOutcome) -> Self {
        Self {
            outcome,
            changes: None,
        }
    }

    fn done(
        now: UnixMs,
        session: BookedSession,
        idempotency: Option<IdempotencyKey>,
        mut changes: Changes,
    ) -> Self {
        let session = Box::new(session);
        changes.answer = idempotency.map(|key| StoredAnswer {
            application: session.application.clone(),
            key,
            session: session.clone(),
            at: now,
        });
        Self {
            outcome: CommandOutcome::Done(session),
            changes: Some(changes),
        }
    }
}

/// What a command comes to whose key was found in the store: its first answer, or a refusal where the
/// key stood for another command.
#[must_use]
pub fn repeated(key: &IdempotencyKey, found: StoredAnswer) -> CommandOutcome {
    if found.key.fingerprint == key.fingerprint {
        CommandOutcome::Repeated {
            session: found.session,
            at: found.at,
        }
    } else {
        CommandOutcome::KeyReused
    }
}

/// Books: people, session, jobs, event, timeline entry and idempotency key, all or nothing. `found` is
/// what the store has for each of the two people.
#[must_use]
pub fn book(
    now: UnixMs,
    command: BookCommand,
    found: [Option<KnownPerson>; 2],
    new_id: NewId<'_>,
) -> Decision {
    let BookCommand {
        application,
        booking,
        idempotency,
    } = command;
    let (participants, people) = match resolve(now, &application, booking.people, found, new_id) {
        Ok(resolved) => resolved,
        Err(fields) => return Decision::unchanged(CommandOutcome::Invalid(fields)),
    };
    let session = BookedSession {
        id: new_id().into(),
        application,
        revision: 1,
        room_id: new_id().into(),
        participants,
        terms: booking.terms,
        record: Record::default(),
        cancelled: false,
        created_at: now,
    };
    let mut changes = Changes {
        people,
        session: Some(SessionChange::Insert(Box::new(session.clone()))),
        ..Changes::default()
    };
    announce(
        &mut changes,
        &session,
        EventType::SessionScheduled,
        now,
        new_id,
    );
    add_jobs(&mut changes, &session, now, new_id);
    Decision::done(now, session, idempotency, changes)
}

/// Replaces the terms of a session that is neither live nor over. The open jobs of the revision before
/// are called off, those of the new one planned; both people are notified when the start moves.
#[must_use]
pub fn change(
    now: UnixMs,
    command: ChangeCommand,
    found: Option<BookedSession>,
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
    let start_moved = session.terms.starts_at != command.terms.starts_at;
    session.terms = command.terms;
    session.revision += 1;
    let mut changes = replace(&session);
    announce(
        &mut changes,
        &session,
        EventType::SessionRescheduled,
        now,
        new_id,
    );
    add_jobs(&mut changes, &session, now, new_id);
    if start_moved {
        let kind = NotificationKind::SessionRescheduled;
        changes.notifications = notify_both(&session, kind, now, new_id);
    }
    Decision::done(now, session, command.idempotency, changes)
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
    session.cancelled = true;
    session.revision += 1;
    let mut changes = replace(&session);
    announce(
        &mut changes,
        &session,
        EventType::SessionCancelled,
        now,
        new_id,
    );
    let kind = NotificationKind::SessionCancelled;
    changes.notifications = notify_both(&session, kind, now, new_id);
    Decision::done(now, session, command.idempotency, changes)
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

/// Writes the session, and calls off what was due for it but the end of its keeping.
fn replace(session: &BookedSession) -> Changes {
    Changes {
        session: Some(SessionChange::Update(Box::new(session.clone()))),
        closed_jobs: Some(JobClosing::Cancel {
            session: session.id.clone(),
            except: JobKind::Retention,
        }),
        ..Changes::default()
    }
}

/// Tells of a booking, a change or a cancellation: other services by an event, operators by the timeline.
fn announce(
    changes: &mut Changes,
    session: &BookedSession,
    kind: EventType,
    now: UnixMs,
    new_id: NewId<'_>,
) {
    let data = SessionBooked {
        session: session.spec(),
        room_id: session.room_id.clone(),
    };
    let event = Event {
        id: new_id(),
        kind: kind.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: session.id.to_string(),
        revision: Some(session.revision),
        data: serde_json::to_value(data).expect("a booking has only plain fields"),
    };
    let entry = booking_entry(session, event.id.clone(), kind, now);
    changes.timeline.push(entry);
    changes.events.push(event);
}

/// Plans the jobs of the session's present revision; those that are past already are shown as missed.
fn add_jobs(changes: &mut Changes, session: &BookedSession, now: UnixMs, new_id: NewId<'_>) {
    let latest_end = session.spec().latest_end();
    for job in plan(now, &session.terms, &session.users(), latest_end) {
        if job.missed.is_some() {
            let entry = ReminderEntry {
                id: new_id(),
                session: session.id.clone(),
                revision: session.revision,
                before_ms: job.kind.before_ms(),
                user: job.user.clone(),
                missed: job.missed,
            };
            changes.timeline.push(entry.at(now));
        }
        changes.new_jobs.push(NewJob {
            id: new_id(),
            session: session.id.clone(),
            revision: session.revision,
            planned: job,
        });
    }
}

#[cfg(test)]
mod tests;
