//! What every store must do, one test a rule. Each runs on a store that stays open, and on one that is
//! closed and opened again before every step, so that nothing counts that is only in memory.

mod harness;

use scheduler_core::{JobAction, JobKind, MissReason, RETENTION_MS};
use wire::{Event, NotificationKind, SessionFact, SessionState};

use self::harness::{
    NOW, START_IN_MS, StoreHarness, cancelled, done, event, idempotency_key, list, moved,
    new_booking,
};
use super::*;

async fn sch_70_what_is_booked_is_read_back(mut harness: StoreHarness) {
    let session = harness.booked().await;
    assert_eq!(harness.read(&session.id).await, session);
    let again = harness.booked().await;
    assert_eq!(again.users(), session.users());
    let other = done(harness.write(new_booking("other", None)).await).0;
    assert_ne!(other.users(), session.users());
    let store = harness.store().await;
    let rooms = store
        .rooms_of(session.users()[1].clone(), 10)
        .await
        .unwrap();
    let ids: Vec<_> = rooms.into_iter().map(|room| room.id).collect();
    assert_eq!(ids, [again.room_id, session.room_id]);
    assert_eq!(store.session("none".into()).await.unwrap(), None);
}

async fn sch_71_a_key_stands_for_its_first_command(mut harness: StoreHarness) {
    let first = done(
        harness
            .write(new_booking("shop", idempotency_key("k", "a")))
            .await,
    )
    .0;
    let again = harness
        .write(new_booking("shop", idempotency_key("k", "a")))
        .await;
    assert!(
        matches!(again, CommandOutcome::Repeated { session, at } if *session == first && at == NOW)
    );
    let other = harness
        .write(new_booking("shop", idempotency_key("k", "b")))
        .await;
    assert!(matches!(other, CommandOutcome::KeyReused));
    let store = harness.store().await;
    let known = store
        .answered("shop".into(), idempotency_key("k", "a").unwrap())
        .await
        .unwrap();
    assert!(matches!(known, Some(CommandOutcome::Repeated { .. })));
    assert_eq!(store.forget_keys(NOW).await.unwrap(), 0);
    assert_eq!(store.forget_keys(NOW + 1).await.unwrap(), 1);
    done(
        harness
            .write(new_booking("shop", idempotency_key("k", "b")))
            .await,
    );
}

async fn sch_72_a_move_replaces_the_jobs_of_the_revision_that_it_was_made_for(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let reminder = session.terms.starts_at - 300_000;
    let store = harness.store().await;
    let stale = store.change(moved(&session, 7)).await.unwrap();
    assert!(matches!(stale, CommandOutcome::RevisionMismatch));
    let (after, deliveries) = done(store.change(moved(&session, 1)).await.unwrap());
    assert_eq!((after.revision, deliveries.len()), (2, 2));
    assert!(harness.claim(reminder).await.is_empty());
    let due = harness.claim(reminder + 60_000).await;
    assert!(due.iter().all(|claimed| claimed.job.revision == 2));
    assert_eq!(due.len(), 3, "two reminders and the lobby");
}

async fn sch_73_a_cancellation_calls_everything_off_once(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let store = harness.store().await;
    let (after, deliveries) = done(store.cancel(cancelled(&session)).await.unwrap());
    assert_eq!(
        (after.state(NOW), after.revision),
        (SessionState::Cancelled, 2)
    );
    let kinds: Vec<_> = deliveries
        .iter()
        .map(|delivery| delivery.notification.kind)
        .collect();
    assert_eq!(kinds, [NotificationKind::SessionCancelled; 2]);
    let (again, deliveries) = done(
        harness
            .store()
            .await
            .cancel(cancelled(&session))
            .await
            .unwrap(),
    );
    assert_eq!((again, deliveries.len()), (after, 0));
    assert!(harness.claim(session.terms.closes_at()).await.is_empty());
    let mut theirs = cancelled(&session);
    theirs.application = "other".into();
    let refused = harness.store().await.cancel(theirs).await.unwrap();
    assert!(matches!(refused, CommandOutcome::NotFound));
}

async fn sch_74_a_claim_is_one_claimants_until_it_lapses(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    assert!(harness.claim(due - 1).await.is_empty());
    let first = harness.claim(due).await;
    assert_eq!(first.len(), 3);
    assert!(harness.claim(due).await.is_empty());
    let until = first[0].until;
    assert!(harness.claim(until - 1).await.is_empty());
    let second = harness.claim(until).await;
    assert_eq!(second.len(), 3);

    let remind = |jobs: Vec<ClaimedJob>| {
        jobs.into_iter()
            .map(|j| (j, JobAction::SendReminder))
            .collect()
    };
    assert!(
        harness.settle(until, remind(first)).await.is_empty(),
        "taken over"
    );
    // Two reminders for one each, and the lobby's for both.
    assert_eq!(harness.settle(until, remind(second.clone())).await.len(), 4);
    assert!(
        harness.settle(until, remind(second)).await.is_empty(),
        "done"
    );
    assert!(harness.claim(until + 60_000).await.is_empty());
}

async fn sch_75_a_claimed_job_of_a_booking_that_moved_does_nothing(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    let claimed = harness.claim(due).await;
    done(
        harness
            .store()
            .await
            .change(moved(&session, 1))
            .await
            .unwrap(),
    );
    let remind = claimed
        .into_iter()
        .map(|job| (job, JobAction::SendReminder))
        .collect();
    assert!(harness.settle(due, remind).await.is_empty());
}

async fn sch_76_each_effect_leaves_its_mark(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let at = session.terms.closes_at();
    let mut claimed = harness.claim(at).await;
    let take = |claimed: &mut Vec<ClaimedJob>, kind: JobKind| {
        let at = claimed.iter().position(|c| c.job.kind == kind).unwrap();
        claimed.remove(at)
    };
    let check = take(&mut claimed, JobKind::NoShowCheck);
    harness
        .settle(at, vec![(check, JobAction::RetryAt(at + 1_000))])
        .await;
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
    assert_eq!(
        harness.read(&session.id).await.state(at),
        SessionState::Ended
    );
    let end = session.spec().latest_end() + RETENTION_MS;
    let retention = harness.claim(end).await;
    assert_eq!(retention.len(), 1);
    let erase = retention
        .into_iter()
        .map(|job| (job, JobAction::Erase))
        .collect();
    harness.settle(end, erase).await;
    assert_eq!(
        harness.store().await.session(session.id).await.unwrap(),
        None
    );
}

async fn sch_77_facts_count_once_and_in_any_order(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let subject = session.id.as_str();
    let live = SessionFact {
        started_at: Some(NOW),
        deadline_at: Some(NOW + 60_000),
        ..SessionFact::default()
    };
    let joined = SessionFact {
        user_id: Some(session.users()[0].clone()),
        ..SessionFact::default()
    };
    let facts = [
        event("1", "session.joined", subject, &joined),
        event("2", "session.live", subject, &live),
    ];
    let mut reversed: Vec<_> = facts.iter().rev().cloned().collect();
    reversed.extend(facts.clone());
    harness.tell(reversed).await;
    harness.tell(facts.to_vec()).await;
    let after = harness.read(&session.id).await;
    assert_eq!(after.state(NOW), SessionState::Live);
    assert_eq!(after.record.joined_at(&session.users()[0]), [NOW]);
    let claimed = harness
        .store()
        .await
        .claim_due(NOW + START_IN_MS, 100)
        .await
        .unwrap();
    assert_eq!(claimed.source_watermark, Some(NOW));
}

async fn sch_78_notifications_are_told_once_and_read_by_their_owner(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let [ana, bo] = session.users();
    let deliveries = done(
        harness
            .store()
            .await
            .cancel(cancelled(&session))
            .await
            .unwrap(),
    )
    .1;
    let store = harness.store().await;
    let of_ana = store.notifications(list(&ana)).await.unwrap();
    let hers: Vec<_> = deliveries
        .into_iter()
        .filter(|delivery| delivery.user == ana)
        .collect();
    assert_eq!(of_ana, [hers[0].notification.clone()]);
    let read = |user: &UserId, of: Option<SessionId>| MarkRead {
        user: user.clone(),
        of,
        id: of_ana[0].id.clone(),
        now: NOW + 5,
    };
    assert_eq!(store.mark_read(read(&bo, None)).await.unwrap(), None);
    let elsewhere = read(&ana, Some("elsewhere".into()));
    assert_eq!(store.mark_read(elsewhere).await.unwrap(), None);
    let marked = store.mark_read(read(&ana, Some(session.id))).await.unwrap();
    assert_eq!(marked.unwrap().read_at, Some(NOW + 5));
    let after = NotificationQuery {
        page: NotificationPage::After(of_ana[0].id.clone()),
        ..list(&ana)
    };
    assert!(
        harness
            .store()
            .await
            .notifications(after)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn sch_79_a_key_is_known_by_its_hash_until_it_is_made_void(mut harness: StoreHarness) {
    let store = harness.store().await;
    assert_eq!(store.key("h".into()).await.unwrap(), None);
    let shop = harness.add_key("h", "shop", Scope::App).await;
    harness.add_key("i", "shop", Scope::App).await;
    let other = harness.add_key("j", "other", Scope::App).await;
    let known = harness.store().await.key("h".into()).await.unwrap();
    assert_eq!(known.as_ref(), Some(&shop));
    let store = harness.store().await;
    store.void_other_keys("i".into()).await.unwrap();
    let store = harness.store().await;
    assert_eq!(store.key("h".into()).await.unwrap(), None);
    assert_eq!(store.keys().await.unwrap(), [(other, NOW), (shop, NOW)]);
}

async fn sch_80_a_key_keeps_its_scope_and_voids_none_of_another(mut harness: StoreHarness) {
    let theirs = harness.add_key("h", "shop", Scope::Operator).await;
    let ours = harness.add_key("i", "shop", Scope::App).await;
    let store = harness.store().await;
    store.void_other_keys("i".into()).await.unwrap();
    let store = harness.store().await;
    assert_eq!(store.key("h".into()).await.unwrap(), Some(theirs));
    assert_eq!(store.key("i".into()).await.unwrap(), Some(ours));
}

/// Names each rule once and runs it on both kinds.
macro_rules! contract {
    ($($rule:ident)+) => {
        mod open {
            $( #[tokio::test] async fn $rule() { super::$rule(super::StoreHarness::new(false)).await; } )+
        }
        mod reopened {
            $( #[tokio::test] async fn $rule() { super::$rule(super::StoreHarness::new(true)).await; } )+
        }
    };
}

contract! {
    sch_70_what_is_booked_is_read_back
    sch_71_a_key_stands_for_its_first_command
    sch_72_a_move_replaces_the_jobs_of_the_revision_that_it_was_made_for
    sch_73_a_cancellation_calls_everything_off_once
    sch_74_a_claim_is_one_claimants_until_it_lapses
    sch_75_a_claimed_job_of_a_booking_that_moved_does_nothing
    sch_76_each_effect_leaves_its_mark
    sch_77_facts_count_once_and_in_any_order
    sch_78_notifications_are_told_once_and_read_by_their_owner
    sch_79_a_key_is_known_by_its_hash_until_it_is_made_void
    sch_80_a_key_keeps_its_scope_and_voids_none_of_another
}

mod timeline;
