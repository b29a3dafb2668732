use wire::{MediaBackend, SessionState};

use super::*;
use crate::booking::check_booking;
use crate::booking::tests::{NOW, offer};
use crate::commands::{BookCommand, CommandOutcome, book};
use crate::job::{JobKind, JobSubject};
use crate::occupancy::Surroundings;

/// Ids that count: `id-0001`, `id-0002` and so on.
pub(crate) fn counted() -> impl FnMut() -> String {
    let mut last = 0;
    move || {
        last += 1;
        format!("id-{last:04}")
    }
}

/// A session of Ana and Bo that starts in ten minutes.
pub(crate) fn session() -> BookedSession {
    let command = BookCommand {
        application: "shop".into(),
        booking: check_booking(NOW, offer(), &[MediaBackend::P2p]).unwrap(),
        of_match: None,
        idempotency: None,
    };
    match book(
        NOW,
        command,
        [None, None],
        Surroundings::default(),
        &mut counted(),
    )
    .outcome
    {
        CommandOutcome::Done(session) => *session,
        other => panic!("{other:?}"),
    }
}

fn claimed(kind: JobKind, only_first: bool) -> ClaimedJob {
    let session = session();
    ClaimedJob {
        job: Job {
            id: "j".into(),
            subject: JobSubject::Session(session.id.clone()),
            revision: 1,
            kind,
            user: only_first.then(|| session.users()[0].clone()),
            payload: None,
            due_at: NOW,
            term: 1,
            attempts: 0,
        },
        until: NOW + 5_000,
        subject: ClaimedSubject::Session(Box::new(session)),
    }
}

fn booked(claimed: &ClaimedJob) -> &BookedSession {
    match &claimed.subject {
        ClaimedSubject::Session(session) => session,
        ClaimedSubject::Room => panic!("a session's"),
    }
}

fn settled(claimed: &ClaimedJob, action: &JobAction, context: SettleContext) -> Effects {
    settle(NOW, claimed, action, context, &mut counted())
}

const REMINDER: JobKind = JobKind::Reminder { before_ms: 300_000 };

#[test]
fn sch_76_a_reminder_notifies_its_person_and_an_open_lobby_both() {
    let reminder = claimed(REMINDER, true);
    let effects = settled(
        &reminder,
        &JobAction::SendReminder,
        SettleContext::default(),
    );
    let [to_ana] = effects.notifications.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(to_ana.user, booked(&reminder).users()[0]);
    assert_eq!(to_ana.cause, "job:j");
    assert_eq!(to_ana.notification.with.as_deref(), Some("BO"));
    assert_eq!(effects.timeline[0].item.kind, EventType::SessionReminded);
    assert_eq!(effects.timeline[0].item.before_ms, Some(300_000));
    let lobby = claimed(JobKind::LobbyOpens, false);
    let effects = settled(&lobby, &JobAction::AnnounceLobby, SettleContext::default());
    assert_eq!(effects.notifications.len(), 2);
    assert_eq!(effects.timeline[0].item.kind, EventType::SessionOpened);
}

#[test]
fn sch_76_each_action_leaves_its_mark_on_the_job() {
    let job = claimed(REMINDER, true).job;
    let retry = JobAction::RetryAt(NOW + 1_000).job_update(&job);
    assert_eq!((retry.state, retry.due_at), (JobState::Due, NOW + 1_000));
    let reason = MissReason::Superseded;
    let missed = JobAction::Miss(reason).job_update(&job);
    assert_eq!(
        (missed.state, missed.due_at),
        (JobState::Missed(reason), NOW)
    );
    for action in [
        JobAction::SendReminder,
        JobAction::Erase,
        JobAction::Nothing,
    ] {
        assert_eq!(action.job_update(&job).state, JobState::Done, "{action:?}");
    }
}

#[test]
fn sch_76_the_start_misses_what_has_not_gone_out() {
    let start = claimed(JobKind::Start, false);
    assert!(JobAction::MissReminders.reads_open_reminders());
    let context = SettleContext {
        open_reminders: vec![claimed(REMINDER, true).job],
        ..SettleContext::default()
    };
    let effects = settled(&start, &JobAction::MissReminders, context);
    let reason = MissReason::SessionStarted;
    let session = booked(&start).id.clone();
    let missed = JobClosing::MissReminders { session, reason };
    assert_eq!(effects.closed_jobs, Some(missed));
    let item = &effects.timeline[0].item;
    assert_eq!(item.kind, EventType::SessionReminderMissed);
    assert_eq!(item.reason.as_deref(), Some("session_started"));
    let none = settled(&start, &JobAction::MissReminders, SettleContext::default());
    assert_eq!(none, Effects::default());
}

#[test]
fn sch_9_nobody_came_is_recorded_unless_somebody_came_since_the_claim() {
    let check = claimed(JobKind::NoShowCheck, false);
    assert!(JobAction::RecordNoShow.reads_session());
    let now_is = |session: Option<BookedSession>| SettleContext {
        session,
        ..SettleContext::default()
    };
    let nobody = now_is(Some(booked(&check).clone()));
    let effects = settled(&check, &JobAction::RecordNoShow, nobody);
    let Some(SessionChange::Update(after)) = &effects.session else {
        panic!("{effects:?}");
    };
    assert_eq!(after.state(NOW), SessionState::Ended);
    assert_eq!(
        effects.timeline[0].item.absent,
        Some(after.users().to_vec())
    );
    let told = effects
        .notifications
        .iter()
        .map(|new| new.notification.kind);
    let missed = wire::NotificationKind::SessionMissed;
    assert_eq!(told.collect::<Vec<_>>(), [missed; 2]);
    let mut somebody = booked(&check).clone();
    somebody
        .record
        .note(NOW, Fact::Joined(somebody.users()[0].clone()));
    for session in [Some(somebody), None] {
        let effects = settled(&check, &JobAction::RecordNoShow, now_is(session));
        assert_eq!(effects, Effects::default());
    }
}

#[test]
fn sch_76_the_end_of_retention_erases_the_session() {
    let retention = claimed(JobKind::Retention, false);
    let effects = settled(&retention, &JobAction::Erase, SettleContext::default());
    let id = booked(&retention).id.clone();
    assert_eq!(effects.session, Some(SessionChange::Erase(id)));
}
