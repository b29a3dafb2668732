mod interleavings;

use wire::{EndReason, EventType, MediaBackend, NotificationKind, SessionState};

use super::*;
use crate::booking::check_booking;
use crate::booking::tests::{NOW, offer};
use crate::effects::{JobClosing, SessionChange};
use crate::occupancy::{Busy, Surroundings};
use crate::record::Fact;
use crate::settlement::tests::counted;

pub(crate) fn command(key: Option<IdempotencyKey>) -> BookCommand {
    BookCommand {
        application: "shop".into(),
        booking: check_booking(NOW, offer(), &[MediaBackend::P2p]).unwrap(),
        of_match: None,
        idempotency: key,
    }
}

fn key(fingerprint: &str) -> IdempotencyKey {
    IdempotencyKey {
        scope: "book".into(),
        key: "k".into(),
        fingerprint: fingerprint.into(),
    }
}

fn booked() -> BookedSession {
    done(book(
        NOW,
        command(None),
        [None, None],
        Surroundings::default(),
        &mut counted(),
    ))
    .0
}

fn moved(session: &BookedSession, by_ms: i64) -> ChangeCommand {
    let mut terms = session.terms.clone();
    terms.starts_at = terms.starts_at + by_ms;
    ChangeCommand {
        application: "shop".into(),
        id: session.id.clone(),
        revision: session.revision,
        terms,
        reason: ChangeReason::Asked,
        idempotency: None,
    }
}

fn cancelled(revision: Option<u64>) -> CancelCommand {
    CancelCommand {
        application: "shop".into(),
        id: "s".into(),
        revision,
        idempotency: None,
    }
}

fn done(decision: Decision) -> (BookedSession, Effects) {
    match decision {
        Decision {
            outcome: CommandOutcome::Done(session),
            effects: Some(effects),
        } => (*session, effects),
        other => panic!("{other:?}"),
    }
}

fn kinds(effects: &Effects) -> Vec<EventType> {
    effects
        .timeline
        .iter()
        .map(|entry| entry.item.kind)
        .collect()
}

#[test]
fn sch_70_a_booking_makes_session_people_jobs_event_and_timeline() {
    let (session, effects) = done(book(
        NOW,
        command(Some(key("a"))),
        [None, None],
        Surroundings::default(),
        &mut counted(),
    ));
    assert_eq!((session.revision, session.created_at), (1, NOW));
    assert_eq!(effects.people.len(), 2);
    assert_eq!(
        effects.session,
        Some(SessionChange::Insert(Box::new(session.clone())))
    );
    // One reminder for each, and the session's four moments.
    assert_eq!(effects.new_jobs.len(), 6);
    assert_eq!(effects.events[0].kind, "session.scheduled");
    assert_eq!(effects.events[0].id, effects.timeline[0].id);
    assert_eq!(kinds(&effects), [EventType::SessionScheduled]);
    assert!(effects.notifications.is_empty());
    let kept = FirstAnswer::Session(Box::new(session));
    assert_eq!(effects.answer.unwrap().answer, kept);
}

#[test]
fn sch_6_a_reminder_that_is_past_when_booked_is_shown_as_missed() {
    let mut late = command(None);
    late.booking.terms.starts_at = NOW + 1;
    let (_, effects) = done(book(
        NOW,
        late,
        [None, None],
        Surroundings::default(),
        &mut counted(),
    ));
    let missed = EventType::SessionReminderMissed;
    assert_eq!(
        kinds(&effects),
        [EventType::SessionScheduled, missed, missed]
    );
}

#[test]
fn sch_71_a_key_stands_for_its_first_command() {
    let (session, effects) = done(book(
        NOW,
        command(Some(key("a"))),
        [None, None],
        Surroundings::default(),
        &mut counted(),
    ));
    let answer = effects.answer.unwrap();
    let CommandOutcome::Repeated { session: same, at } = repeated(&key("a"), answer.clone()) else {
        panic!("the same command");
    };
    assert_eq!((*same, at), (session, NOW));
    assert_eq!(repeated(&key("b"), answer), CommandOutcome::KeyReused);
}

#[test]
fn sch_72_a_move_replaces_jobs_and_notifies_both_and_another_change_notifies_nobody() {
    let session = booked();
    let (after, effects) = done(change(
        NOW,
        moved(&session, 60_000),
        Some(session.clone()),
        Surroundings::default(),
        &mut counted(),
    ));
    assert_eq!(after.revision, 2);
    let Some(JobClosing::CancelThese { jobs, .. }) = effects.closed_jobs else {
        panic!("the old jobs stay");
    };
    assert_eq!((jobs.len(), effects.new_jobs.len()), (6, 6));
    assert!(effects.new_jobs.iter().all(|job| job.revision == 2));
    let kinds_notified: Vec<_> = effects
        .notifications
        .iter()
        .map(|n| n.notification.kind)
        .collect();
    assert_eq!(kinds_notified, [NotificationKind::SessionRescheduled; 2]);
    assert_eq!(
        effects.notifications[0].cause,
        format!("revision:{}:2", session.id)
    );
    let same_start = moved(&session, 0);
    let (same, effects) = done(change(
        NOW,
        same_start,
        Some(session.clone()),
        Surroundings::default(),
        &mut counted(),
    ));
    assert_eq!((same, effects), (session, Effects::default()));
}

#[test]
fn sch_58_a_change_is_refused_for_another_revision_and_while_live_and_after_the_end() {
    let mut session = booked();
    let refused = |session: &BookedSession, command: ChangeCommand| {
        let decision = change(
            NOW,
            command,
            Some(session.clone()),
            Surroundings::default(),
            &mut counted(),
        );
        assert_eq!(decision.effects, None);
        decision.outcome
    };
    let mut stale = moved(&session, 1);
    stale.revision = 7;
    assert_eq!(refused(&session, stale), CommandOutcome::RevisionMismatch);
    let mut theirs = moved(&session, 1);
    theirs.application = "other".into();
    assert_eq!(refused(&session, theirs), CommandOutcome::NotFound);
    let live = Fact::Live {
        started_at: NOW,
        deadline_at: NOW + 1,
    };
    session.record.note(NOW, live);
    assert_eq!(refused(&session, moved(&session, 1)), CommandOutcome::Live);
    let ended = Fact::Ended {
        reason: EndReason::Left,
        absent: None,
    };
    session.record.note(NOW, ended);
    let over = CommandOutcome::Over(EndReason::Left);
    assert_eq!(refused(&session, moved(&session, 1)), over);
}

#[test]
fn sch_73_a_cancellation_calls_everything_off_once() {
    let session = booked();
    let stale = cancel(
        NOW,
        cancelled(Some(7)),
        Some(session.clone()),
        &mut counted(),
    );
    assert_eq!(stale.outcome, CommandOutcome::RevisionMismatch);
    let (after, effects) = done(cancel(
        NOW,
        cancelled(Some(1)),
        Some(session),
        &mut counted(),
    ));
    assert_eq!(
        (after.state(NOW), after.revision),
        (SessionState::Cancelled, 2)
    );
    assert!(effects.closed_jobs.is_some() && effects.new_jobs.is_empty());
    assert_eq!(effects.notifications.len(), 2);
    assert_eq!(kinds(&effects), [EventType::SessionCancelled]);
    let again = cancel(NOW, cancelled(None), Some(after.clone()), &mut counted());
    assert_eq!(again.outcome, CommandOutcome::Done(Box::new(after)));
    assert_eq!(again.effects, None);
}

#[test]
fn sch_202_an_overlap_is_refused_where_it_is_not_allowed() {
    let busy = Busy {
        user: "u1".into(),
        session: "other".into(),
    };
    let around = Surroundings {
        busy: Some(busy.clone()),
        next_start: None,
    };
    let mut alone = command(None);
    alone.booking.terms.allow_overlap = false;
    let refused = book(NOW, alone, [None, None], around.clone(), &mut counted());
    assert_eq!(refused.outcome, CommandOutcome::Busy(busy.clone()));
    assert_eq!(refused.effects, None);
    let allowed = book(
        NOW,
        command(None),
        [None, None],
        around.clone(),
        &mut counted(),
    );
    let (session, _) = done(allowed);

    let moved_to = |minutes: i64, allow_overlap: bool| {
        let mut terms = session.terms.clone();
        terms.starts_at = terms.starts_at + minutes * 60_000;
        terms.allow_overlap = allow_overlap;
        let command = ChangeCommand {
            application: "shop".into(),
            id: session.id.clone(),
            revision: session.revision,
            terms,
            reason: ChangeReason::Asked,
            idempotency: None,
        };
        let found = Some(session.clone());
        change(NOW, command, found, around.clone(), &mut counted()).outcome
    };
    assert!(matches!(moved_to(1, true), CommandOutcome::Done(_)));
    assert_eq!(moved_to(1, false), CommandOutcome::Busy(busy.clone()));
    assert_eq!(moved_to(0, false), CommandOutcome::Busy(busy));
}

#[test]
fn sch_202_an_overlap_that_is_there_may_stay() {
    let mut session = booked();
    session.terms.allow_overlap = false;
    let around = Surroundings {
        busy: Some(Busy {
            user: "u1".into(),
            session: "other".into(),
        }),
        next_start: None,
    };
    let mut terms = session.terms.clone();
    terms.remind_before_ms = vec![60_000];
    let command = ChangeCommand {
        application: "shop".into(),
        id: session.id.clone(),
        revision: session.revision,
        terms,
        reason: ChangeReason::Asked,
        idempotency: None,
    };
    let changed = change(NOW, command, Some(session), around, &mut counted());
    assert!(matches!(changed.outcome, CommandOutcome::Done(_)));
}

#[test]
fn sch_201_a_booking_knows_what_follows_it() {
    let alone = booked();
    let next = alone.terms.occupied_span().ends_at;
    let around = Surroundings {
        busy: None,
        next_start: Some(next),
    };
    let followed = book(
        NOW,
        command(None),
        [None, None],
        around.clone(),
        &mut counted(),
    );
    let (session, _) = done(followed);
    assert_eq!(session.spec().hard_end_at, Some(next));
    assert_eq!(session.revision, 1);
}
