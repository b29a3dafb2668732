//! What every booking, change and cancellation makes: an event, a timeline entry, and jobs.

use wire::{Event, EventType, SessionBooked, UnixMs};

use super::SOURCE;
use crate::effects::Effects;
use crate::ids::NewId;
use crate::job::JobSubject;
use crate::job_plan::{NewJob, PlannedJob};
use crate::session::BookedSession;
use crate::timeline::{ReminderEntry, booking_entry};
use crate::webhook::outgoing;

/// Announces a booking, a change or a cancellation: to other services and to the application by an event, to operators by
/// the timeline.
pub(super) fn announce(
    effects: &mut Effects,
    session: &BookedSession,
    kind: EventType,
    now: UnixMs,
    new_id: NewId<'_>,
) {
    let event = booking_event(session, kind, now, new_id);
    let entry = booking_entry(session, event.id.clone(), kind, now);
    effects.timeline.push(entry);
    effects
        .outgoing
        .extend(outgoing(&session.application, &event));
    effects.events.push(event);
}

/// What the other services are told of a booking at its present revision.
pub(super) fn booking_event(
    session: &BookedSession,
    kind: EventType,
    now: UnixMs,
    new_id: NewId<'_>,
) -> Event {
    let data = SessionBooked {
        session: session.spec(),
        room_id: session.room_id.clone(),
    };
    Event {
        id: new_id(),
        kind: kind.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: session.id.to_string(),
        revision: Some(session.revision),
        data: serde_json::to_value(data).expect("a booking has only plain fields"),
    }
}

/// Adds planned jobs under the session's present revision; those that are past already are shown as missed.
pub(super) fn add_jobs(
    effects: &mut Effects,
    session: &BookedSession,
    jobs: Vec<PlannedJob>,
    now: UnixMs,
    new_id: NewId<'_>,
) {
    for job in jobs {
        if job.missed.is_some() {
            let entry = ReminderEntry {
                id: new_id(),
                session: session.id.clone(),
                revision: session.revision,
                before_ms: job.kind.before_ms(),
                user: job.user.clone(),
                missed: job.missed,
            };
            effects.timeline.push(entry.at(now));
        }
        effects.new_jobs.push(NewJob {
            id: new_id(),
            subject: JobSubject::Session(session.id.clone()),
            revision: session.revision,
            planned: job,
            payload: None,
        });
    }
}
