//! Claims that meet each other, settlements and moves.

use std::collections::BTreeMap;
use std::sync::Arc;

use scheduler_core::{ClaimedJob, JobAction};
use wire::UnixMs;

use super::{ROUNDS, Store, at_once, booked};
use crate::commands::{cancel, change, claim_due, settle};
use crate::notification_stream::StreamedNotification;
use crate::store::contract::harness::{
    LEASE_MS, NOW, StoreHarness, cancelled, done, moved, with_action,
};

async fn claim(store: Store, now: UnixMs) -> Vec<ClaimedJob> {
    claim_due(&*store, now, LEASE_MS, 100).await.unwrap().jobs
}

async fn remind(store: Store, now: UnixMs, jobs: Vec<ClaimedJob>) -> Vec<StreamedNotification> {
    let decided = with_action(jobs, &JobAction::SendReminder);
    settle(&*store, now, decided).await.unwrap()
}

/// The term of each job that two claimants got between them; none was got by both.
async fn terms_of_two(store: &Store, now: UnixMs) -> (BTreeMap<String, u64>, Vec<ClaimedJob>) {
    let (one, other) = at_once(claim(Arc::clone(store), now), claim(Arc::clone(store), now)).await;
    let jobs = [one, other].concat();
    let term = |claimed: &ClaimedJob| (claimed.job.id.clone(), claimed.job.term);
    let terms: BTreeMap<_, _> = jobs.iter().map(term).collect();
    assert_eq!(terms.len(), jobs.len(), "a job went to both");
    (terms, jobs)
}

pub(crate) async fn sch_117_each_job_goes_to_one_claimant(mut harness: StoreHarness) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let session = booked(&store, round).await;
        let closes_at = session.terms.closes_at();
        let (first, _) = terms_of_two(&store, closes_at).await;
        assert_eq!(first.len(), 5);
        assert!(first.values().all(|term| *term == 1));
        let lapsed = closes_at + LEASE_MS;
        let (second, jobs) = terms_of_two(&store, lapsed).await;
        assert!(first.keys().eq(second.keys()));
        assert!(second.values().all(|term| *term == 2));
        let decided = with_action(jobs, &JobAction::Nothing);
        settle(&*store, lapsed, decided).await.unwrap();
    }
}

pub(crate) async fn sch_117_a_claim_that_was_taken_over_writes_nothing(mut harness: StoreHarness) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let session = booked(&store, round).await;
        let due = session.terms.starts_at - 300_000;
        let slow = claim(Arc::clone(&store), due).await;
        let lapsed = due + LEASE_MS;
        let (late, taken_over) = at_once(
            remind(Arc::clone(&store), lapsed, slow.clone()),
            claim(Arc::clone(&store), lapsed),
        )
        .await;
        // The lobby's job is for both.
        let told_of = |claimed: &ClaimedJob| if claimed.job.user.is_some() { 1 } else { 2 };
        let expected: usize = taken_over.iter().map(told_of).sum();
        let next = remind(Arc::clone(&store), lapsed, taken_over).await;
        assert_eq!(
            next.len(),
            expected,
            "round {round}: the overtaken one wrote"
        );
        // Whoever came first.
        let told = [late, next].concat();
        assert_eq!(told.len(), 4, "round {round}");
        assert!(remind(Arc::clone(&store), lapsed, slow).await.is_empty());
    }
}

pub(crate) async fn sch_117_what_a_move_replaces_is_not_done(mut harness: StoreHarness) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let session = booked(&store, round).await;
        let due = session.terms.starts_at - 300_000;
        let (changing, command) = (Arc::clone(&store), moved(&session, 1));
        let (changed, claimed) = at_once(
            async move { change(&*changing, command, NOW).await.unwrap() },
            claim(Arc::clone(&store), due),
        )
        .await;
        assert_eq!(done(changed).0.revision, 2);
        let told = remind(Arc::clone(&store), due, claimed).await;
        assert!(told.is_empty(), "the session was moved");
        let claimed = claim(Arc::clone(&store), due + 60_000).await;
        assert!(claimed.iter().all(|claimed| claimed.job.revision == 2));
        let told = remind(Arc::clone(&store), due + 60_000, claimed).await;
        assert_eq!(told.len(), 4);
    }
}

pub(crate) async fn sch_276_of_a_move_or_a_cancellation_and_a_job_at_once_nobody_hears_of_a_dead_time(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    changed_while_due(&store, ROUNDS / 4).await;
}

/// A session is moved or called off while its jobs are claimed and settled: once that is acknowledged nobody is told of
/// what was, and whoever was told before was told once.
pub(crate) async fn changed_while_due(store: &Store, rounds: usize) {
    let mut before = 0;
    for round in 0..rounds {
        let session = booked(store, round).await;
        let due = session.terms.starts_at - 300_000;
        let firing = {
            let store = Arc::clone(store);
            async move {
                let claimed = claim(Arc::clone(&store), due).await;
                remind(store, due, claimed).await
            }
        };
        let (changing, of) = (Arc::clone(store), session.clone());
        let changing = async move {
            if round % 2 == 0 {
                change(&*changing, moved(&of, 1), NOW).await.unwrap();
            } else {
                cancel(&*changing, cancelled(&of), NOW).await.unwrap();
            }
        };
        let (told, ()) = at_once(firing, changing).await;
        // All of them or none: they are settled together, before the change or not at all.
        assert!(
            [0, 4].contains(&told.len()),
            "round {round}: {}",
            told.len()
        );
        before += usize::from(!told.is_empty());
        assert!(
            told.iter()
                .all(|one| one.notification.starts_at == Some(session.terms.starts_at))
        );
        let dead = claim(Arc::clone(store), due).await;
        let dead = remind(Arc::clone(store), due, dead).await;
        assert!(dead.is_empty(), "round {round}: told of a dead time");
        let later = claim(Arc::clone(store), due + 60_000).await;
        let is_moved = round % 2 == 0;
        assert_eq!(later.len(), if is_moved { 3 } else { 0 });
        assert!(later.iter().all(|claimed| claimed.job.revision == 2));
        assert_eq!(
            remind(Arc::clone(store), due + 60_000, later)
                .await
                .is_empty(),
            !is_moved
        );
    }
    println!("{rounds} rounds: in {before} the job came first");
}
