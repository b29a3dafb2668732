//! A thousand jobs at once, with one that always fails, with two runners, and with sessions that are erased meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use scheduler_core::{BookedSession, JobKind, JobSubject, NewJob, PlannedJob, SessionChange};
use wire::{JobStatus, JobView, UnixMs, UserId};

use super::{Store, at_once, booked};
use crate::commands;
use crate::due_jobs::DueJobRunner;
use crate::store::contract::harness::{LEASE_MS, StoreHarness, all_of};
use crate::store::{JobFilter, NotificationQuery};
use crate::store_clock::StoreClock;

/// Jobs of one session: as many reminders, all due by now.
const OF_ONE: i64 = 100;
const SESSIONS: usize = 10;

/// Reminders that were due a while ago, of a session that starts in an hour.
fn reminders(session: &BookedSession, user: &UserId, due_at: UnixMs) -> Vec<NewJob> {
    let reminder = |number: i64| NewJob {
        id: commands::new_id(),
        subject: JobSubject::Session(session.id.clone()),
        revision: 1,
        planned: PlannedJob {
            kind: JobKind::Reminder {
                // Each as long before as the terms know nothing of, so that none stands for another.
                before_ms: 3_600_000 + number,
            },
            user: Some(user.clone()),
            due_at,
            missed: None,
        },
        payload: None,
    };
    (0..OF_ONE).map(reminder).collect()
}

/// Sessions that start in an hour by the clock, each with reminders that are due.
async fn thousand(store: &Store) -> Vec<BookedSession> {
    let now = service::clock::now();
    let mut sessions = Vec::new();
    for number in 0..SESSIONS {
        let mut session = booked(store, number).await;
        session.terms.starts_at = now + 3_600_000;
        session.terms.remind_before_ms.clear();
        let mut work = store.begin().await.unwrap();
        work.sessions().update(&session).await.unwrap();
        let user = &session.users()[0];
        let jobs = reminders(&session, user, now - 1);
        work.jobs().insert(&jobs).await.unwrap();
        work.commit().await.unwrap();
        sessions.push(session);
    }
    sessions
}

async fn run(store: Store) {
    let runner = DueJobRunner::new(LEASE_MS, StoreClock::default());
    runner.run_due(&*store, drop).await.unwrap();
}

/// The reminders in that state that have become due.
async fn jobs(store: &Store, state: JobStatus) -> Vec<JobView> {
    let filter = JobFilter {
        state: Some(state),
        kind: Some("reminder".into()),
        before: None,
        limit: 10_000,
    };
    let jobs = store.jobs().list(filter).await.unwrap();
    let now = service::clock::now();
    jobs.into_iter().filter(|job| job.due_at <= now).collect()
}

async fn told(store: &Store, session: &BookedSession) -> usize {
    let query = NotificationQuery {
        limit: 10_000,
        ..all_of(&session.users()[0])
    };
    store.notifications().list(query).await.unwrap().len()
}

pub(crate) async fn sch_266_a_job_that_always_fails_delays_none_of_a_thousand_others(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let sessions = thousand(&store).await;
    let now = service::clock::now();
    // Nobody came to it, and when it would have ended with all its extensions is no time any more: a panic.
    let mut odd = booked(&store, SESSIONS).await;
    odd.terms.starts_at = now - 60_000;
    odd.terms.closes_after_ms = 10;
    odd.terms.extension_ms = i64::MAX / 2;
    odd.terms.max_extensions = 5;
    let poison = |subject: &str, kind| NewJob {
        id: commands::new_id(),
        subject: JobSubject::Session(subject.into()),
        revision: 7,
        planned: PlannedJob {
            kind,
            user: None,
            due_at: now - 1_000,
            missed: None,
        },
        payload: None,
    };
    let panics = poison(odd.id.as_str(), JobKind::NoShowCheck);
    let orphan = poison("gone", JobKind::Start);
    let failing = [
        (orphan.id.clone(), "unreadable"),
        (panics.id.clone(), "panicked"),
    ];
    let mut work = store.begin().await.unwrap();
    work.sessions().update(&odd).await.unwrap();
    work.jobs().insert(&[panics, orphan]).await.unwrap();
    work.commit().await.unwrap();
    // All that signaling has to tell is known.
    harness.take(Vec::new()).await;

    run(Arc::clone(&store)).await;
    for session in &sessions {
        assert_eq!(told(&store, session).await, OF_ONE as usize);
    }
    assert_eq!(
        jobs(&store, JobStatus::Done).await.len(),
        SESSIONS * OF_ONE as usize
    );
    for (id, reason) in failing {
        let mut work = store.begin().await.unwrap();
        let job = work.jobs().find(&id).await.unwrap().unwrap();
        // Where the thousand took longer than a second it was tried again meanwhile.
        assert!(job.state == JobStatus::Due && job.attempts >= 1, "{job:?}");
        assert_eq!(job.reason.as_deref(), Some(reason));
    }
}

pub(crate) async fn sch_267_a_thousand_due_in_one_second_are_done_once_by_two_runners(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let sessions = thousand(&store).await;
    at_once(run(Arc::clone(&store)), run(Arc::clone(&store))).await;
    let done = jobs(&store, JobStatus::Done).await;
    let ids: BTreeSet<_> = done.iter().map(|job| &job.id).collect();
    assert_eq!(ids.len(), SESSIONS * OF_ONE as usize);
    for session in &sessions {
        assert_eq!(told(&store, session).await, OF_ONE as usize);
    }
}

pub(crate) async fn sch_269_what_is_erased_while_a_thousand_jobs_are_done_leaves_none_of_its_own(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let sessions = thousand(&store).await;
    let (erased, kept) = sessions.split_at(SESSIONS / 2);
    let erasing = erased.to_vec();
    let eraser = Arc::clone(&store);
    let erase = async move {
        for session in &erasing {
            erase(&eraser, session).await;
        }
    };
    at_once(run(Arc::clone(&store)), erase).await;
    // Whoever met the other one's lock has come back by now.
    run(Arc::clone(&store)).await;
    for session in erased {
        assert_eq!(told(&store, session).await, 0);
    }
    for session in kept {
        assert_eq!(told(&store, session).await, OF_ONE as usize);
    }
    let done = jobs(&store, JobStatus::Done).await;
    let known: BTreeSet<_> = kept.iter().map(|session| session.id.as_str()).collect();
    assert!(
        done.iter()
            .all(|job| known.contains(job.subject_id.as_str()))
    );
    assert_eq!(done.len(), kept.len() * OF_ONE as usize);
    for state in [JobStatus::Due, JobStatus::Claimed, JobStatus::Failed] {
        assert!(jobs(&store, state).await.is_empty(), "{state:?}");
    }
}

/// As the end of retention does.
async fn erase(store: &Store, session: &BookedSession) {
    storage::retry_on_conflict("erase", || async move {
        let mut work = store.begin().await?;
        let ids = BTreeSet::from([&session.id]);
        work.sessions().lock(&ids).await?;
        let effects = scheduler_core::Effects {
            session: Some(SessionChange::Erase(session.id.clone())),
            ..scheduler_core::Effects::default()
        };
        commands::apply(&mut *work, effects).await?;
        work.commit().await
    })
    .await
    .unwrap();
}
