//! What a store must do about jobs and their claims.

use std::collections::BTreeSet;

use scheduler_core::{ClaimedJob, Job, JobAction, JobKind, MissReason, RETENTION_MS};
use wire::{NotificationKind, SessionState};

use super::harness::{LEASE_MS, NOW, StoreHarness, done, moved, with_action};
use crate::commands::claim_due;
use crate::store::Settled;

pub(crate) async fn sch_74_a_claim_is_one_claimants_until_it_lapses(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    assert!(harness.claim(due - 1).await.is_empty());
    let first = harness.claim(due).await;
    assert_eq!(first.len(), 3);
    assert!(harness.claim(due).await.is_empty());
    let until = first[0].until;
    let times = harness.store().await.jobs().due_times(until, 10).await;
    assert_eq!(
        times.unwrap(),
        [until],
        "whoever takes over is there in time"
    );
    assert!(harness.claim(until - 1).await.is_empty());
    let second = harness.claim(until).await;
    assert_eq!(second.len(), 3);

    let remind = |jobs| with_action(jobs, &JobAction::SendReminder);
    let taken_over = harness.settle(until, remind(first)).await;
    assert!(taken_over.is_empty(), "taken over");
    // Two reminders for one each, and the lobby's for both.
    let settled = harness.settle(until, remind(second.clone())).await;
    assert_eq!(settled.len(), 4);
    let again = harness.settle(until, remind(second)).await;
    assert!(again.is_empty(), "done");
    assert!(harness.claim(until + 60_000).await.is_empty());
}

pub(crate) async fn sch_410_a_claim_from_before_the_clock_was_set_back_is_taken_over(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    // All that was due within two hours, by a clock that was wrong.
    let ahead = harness.claim(due + 7_200_000).await;
    assert_eq!(ahead.len(), 5);
    let taken_over = harness.claim(due).await;
    assert_eq!(taken_over.len(), 3);
    assert!(taken_over.iter().all(|claimed| claimed.job.term == 2));
    assert!(harness.claim(due).await.is_empty());
    let remind = |jobs| with_action(jobs, &JobAction::SendReminder);
    let is_due = |claimed: &ClaimedJob| claimed.job.due_at <= due;
    let late: Vec<_> = ahead.into_iter().filter(is_due).collect();
    assert_eq!(late.len(), 3);
    assert!(harness.settle(due, remind(late)).await.is_empty());
    assert_eq!(harness.settle(due, remind(taken_over)).await.len(), 4);
}

pub(crate) async fn sch_114_what_was_taken_over_is_told_from_what_is_over(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    let first = harness.claim(due).await.remove(0);
    let second = harness.claim(first.until).await.remove(0);
    assert_eq!(first.job.id, second.job.id);
    assert_eq!((first.job.term, second.job.term), (1, 2));
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    let jobs = work.jobs();
    let update = JobAction::Nothing.job_update(&first.job);
    let none = Job {
        id: "none".to_owned(),
        ..first.job.clone()
    };
    let [first, second, none] = [&first.job, &second.job, &none].map(|job| (job, update));
    for (settled, expected) in [
        (vec![first, none], vec![Settled::TakenOver, Settled::Closed]),
        (vec![second, none], vec![Settled::Written, Settled::Closed]),
        (vec![second], vec![Settled::Closed]),
    ] {
        assert_eq!(jobs.settle(&settled).await.unwrap(), expected);
    }
}

pub(crate) async fn sch_74_of_two_claims_at_once_each_job_goes_to_one(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let closes_at = session.terms.closes_at();
    let store = harness.store().await;
    let (one, other) = futures_util::join!(
        claim_due(&*store, closes_at, LEASE_MS, 100),
        claim_due(&*store, closes_at, LEASE_MS, 100)
    );
    let jobs = [one.unwrap().jobs, other.unwrap().jobs].concat();
    let ids: BTreeSet<_> = jobs.iter().map(|claimed| &claimed.job.id).collect();
    assert_eq!((jobs.len(), ids.len()), (5, 5));
}

pub(crate) async fn sch_75_a_claimed_job_of_a_booking_that_moved_does_nothing(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    let claimed = harness.claim(due).await;
    done(harness.change(moved(&session, 1), NOW).await);
    let remind = with_action(claimed, &JobAction::SendReminder);
    assert!(harness.settle(due, remind).await.is_empty());
}

pub(crate) async fn sch_76_each_action_leaves_its_mark(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let at = session.terms.closes_at();
    let mut claimed = harness.claim(at).await;
    let take = |claimed: &mut Vec<ClaimedJob>, kind: JobKind| {
        let at = claimed.iter().position(|c| c.job.kind == kind).unwrap();
        claimed.remove(at)
    };
    let check = take(&mut claimed, JobKind::NoShowCheck);
    let retry = JobAction::RetryAt(at + 1_000);
    harness.settle(at, vec![(check, retry)]).await;
    let reminder = take(&mut claimed, JobKind::Reminder { before_ms: 300_000 });
    let missed = JobAction::Miss(MissReason::SessionStarted);
    harness.settle(at, vec![(reminder, missed)]).await;
    let start = take(&mut claimed, JobKind::Start);
    harness
        .settle(at, vec![(start, JobAction::MissReminders)])
        .await;
    let lobby = take(&mut claimed, JobKind::LobbyOpens);
    harness.settle(at, vec![(lobby, JobAction::Nothing)]).await;

    assert!(harness.claim(at + 999).await.is_empty());
    let mut again = harness.claim(at + 1_000).await;
    let check = take(&mut again, JobKind::NoShowCheck);
    assert!(again.is_empty());
    harness
        .settle(at, vec![(check, JobAction::RecordNoShow)])
        .await;
    let ended = harness.find(&session.id).await.unwrap();
    assert_eq!(ended.state(at), SessionState::Ended);
    let end = session.spec().latest_end() + RETENTION_MS;
    let retention = harness.claim(end).await;
    assert_eq!(retention.len(), 1);
    let erase = with_action(retention, &JobAction::Erase);
    harness.settle(end, erase).await;
    assert_eq!(harness.find(&session.id).await, None);
}

pub(crate) async fn sch_420_a_job_that_closes_others_closes_those_behind_it_in_its_batch(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let at = session.terms.closes_at();
    let decided = harness.claim(at).await.into_iter().map(|claimed| {
        let action = match claimed.job.kind {
            JobKind::Start => JobAction::MissReminders,
            JobKind::Reminder { .. } => JobAction::SendReminder,
            JobKind::LobbyOpens => JobAction::AnnounceLobby,
            _ => JobAction::Nothing,
        };
        (claimed, action)
    });
    let mut decided: Vec<_> = decided.collect();
    decided.sort_by_key(|(claimed, _)| claimed.job.kind != JobKind::Start);
    let reminders = decided
        .iter()
        .filter(|(_, action)| *action == JobAction::SendReminder);
    assert!(reminders.count() > 0, "none would be sent in any case");
    let told = harness.settle(at, decided).await;
    let kinds: Vec<_> = told.iter().map(|told| told.notification.kind).collect();
    assert_eq!(kinds, [NotificationKind::SessionOpened; 2]);
}
