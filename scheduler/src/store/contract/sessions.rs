//! What a store must do about sessions.

use scheduler_core::CommandOutcome;
use wire::{NotificationKind, SessionState};

use super::harness::{NOW, StoreHarness, booking, cancelled, done, moved};

pub(crate) async fn sch_70_what_is_booked_is_read_back(mut harness: StoreHarness) {
    let session = harness.booked().await;
    assert_eq!(harness.find(&session.id).await.unwrap(), session);
    let again = harness.booked().await;
    assert_eq!(again.users(), session.users());
    let other = done(harness.book(booking("other", None)).await).0;
    assert_ne!(other.users(), session.users());
    let store = harness.store().await;
    let bo = session.users()[1].clone();
    let rooms = store.sessions().rooms_of(bo, 10).await.unwrap();
    let ids: Vec<_> = rooms.into_iter().map(|room| room.id).collect();
    assert_eq!(ids, [again.room_id, session.room_id]);
    assert_eq!(harness.find(&"none".into()).await, None);
}

pub(crate) async fn sch_70_what_is_not_committed_leaves_nothing_behind(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    work.sessions().erase(&session.id).await.unwrap();
    assert_eq!(work.sessions().find(&session.id).await.unwrap(), None);
    let others_see = store.sessions().find(session.id.clone()).await.unwrap();
    assert_eq!(others_see.as_ref(), Some(&session));
    drop(work);
    drop(store);
    assert_eq!(harness.find(&session.id).await, Some(session));
}

pub(crate) async fn sch_72_a_move_replaces_the_jobs_of_the_revision_that_it_was_made_for(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let reminder = session.terms.starts_at - 300_000;
    let stale = harness.change(moved(&session, 7), NOW).await;
    assert_eq!(stale.outcome, CommandOutcome::RevisionMismatch);
    let (after, streamed) = done(harness.change(moved(&session, 1), NOW).await);
    assert_eq!((after.revision, streamed.len()), (2, 2));
    assert!(harness.claim(reminder).await.is_empty());
    let due = harness.claim(reminder + 60_000).await;
    assert!(due.iter().all(|claimed| claimed.job.revision == 2));
    assert_eq!(due.len(), 3, "two reminders and the lobby");
}

pub(crate) async fn sch_73_a_cancellation_calls_everything_off_once(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let (after, streamed) = done(harness.cancel(cancelled(&session), NOW).await);
    assert_eq!(
        (after.state(NOW), after.revision),
        (SessionState::Cancelled, 2)
    );
    let kinds: Vec<_> = streamed.iter().map(|d| d.notification.kind).collect();
    assert_eq!(kinds, [NotificationKind::SessionCancelled; 2]);
    let (again, streamed) = done(harness.cancel(cancelled(&session), NOW).await);
    assert_eq!((again, streamed.len()), (after, 0));
    assert!(harness.claim(session.terms.closes_at()).await.is_empty());
    let mut theirs = cancelled(&session);
    theirs.application = "other".into();
    let refused = harness.cancel(theirs, NOW).await;
    assert_eq!(refused.outcome, CommandOutcome::NotFound);
}
