//! What a store must do about timelines.

use EventType::{
    SessionCancelled, SessionEnded, SessionJoined, SessionLive, SessionOpened, SessionReminded,
    SessionReminderMissed, SessionRescheduled, SessionScheduled,
};
use scheduler_core::{JobAction, JobKind, MissReason};
use wire::{Event, EventType, SessionFact, SessionId, TimelineItem, UnixMs};

use super::harness::{NOW, StoreHarness, cancelled, done, event, moved};
use crate::store::TimelineQuery;

impl StoreHarness {
    async fn timeline(&mut self, session: &SessionId) -> Vec<TimelineItem> {
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let query = TimelineQuery {
                session: session.clone(),
                after,
                limit: 2,
            };
            let store = self.store().await;
            let page = store.timeline().list(query).await.unwrap();
            let Some(last) = page.last() else {
                return items;
            };
            after = Some((last.item.at, last.id.clone()));
            items.extend(page.into_iter().map(|entry| entry.item));
        }
    }

    async fn kinds(&mut self, session: &SessionId) -> Vec<EventType> {
        let items = self.timeline(session).await;
        items.into_iter().map(|item| item.kind).collect()
    }

    /// Does what is due at `at`, as `action` has it.
    async fn do_due(&mut self, at: UnixMs, action: impl Fn(JobKind) -> JobAction) {
        let claimed = self.claim(at).await;
        let decided = claimed.into_iter().map(|claimed| {
            let action = action(claimed.job.kind);
            (claimed, action)
        });
        self.settle(at, decided.collect()).await;
    }
}

fn at(mut event: Event, at: UnixMs) -> Event {
    event.occurred_at = at;
    event
}

pub(crate) async fn sch_81_facts_stand_in_the_timeline_once_each_in_the_order_of_time(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let subject = session.id.as_str();
    let joined = SessionFact {
        user_id: Some(session.users()[0].clone()),
        ..SessionFact::default()
    };
    let live = SessionFact {
        started_at: Some(NOW + 2),
        deadline_at: Some(NOW + 60_000),
        ..SessionFact::default()
    };
    let ended = SessionFact {
        reason: Some(wire::EndReason::Completed),
        ..SessionFact::default()
    };
    let facts = [
        at(event("c", "session.joined", subject, &joined), NOW + 1),
        at(event("a", "session.live", subject, &live), NOW + 2),
        at(event("b", "session.ended", subject, &ended), NOW + 2),
        at(event("d", "session.exploded", subject, &ended), NOW + 3),
    ];
    let mut reversed: Vec<_> = facts.iter().rev().cloned().collect();
    reversed.extend(facts.clone());
    harness.take(reversed).await;
    harness.take(facts.to_vec()).await;
    let items = harness.timeline(&session.id).await;
    let kinds: Vec<_> = items.iter().map(|item| item.kind).collect();
    let expected = [SessionScheduled, SessionJoined, SessionLive, SessionEnded];
    assert_eq!(kinds, expected);
    assert_eq!(items[0].starts_at, Some(session.terms.starts_at));
    assert_eq!(items[1].user_id, joined.user_id);
    assert_eq!(items[2].deadline_at, live.deadline_at);
    assert_eq!(items[3].reason.as_deref(), Some("completed"));
}

pub(crate) async fn sch_81_bookings_stand_in_the_timeline(mut harness: StoreHarness) {
    let session = harness.booked().await;
    done(harness.change(moved(&session, 1), NOW + 1).await);
    done(harness.cancel(cancelled(&session), NOW + 2).await);
    done(harness.cancel(cancelled(&session), NOW + 2).await);
    let items = harness.timeline(&session.id).await;
    let listed: Vec<_> = items
        .iter()
        .map(|item| (item.kind, item.revision, item.at))
        .collect();
    let expected = [
        (SessionScheduled, Some(1), NOW),
        (SessionRescheduled, Some(2), NOW + 1),
        (SessionCancelled, Some(3), NOW + 2),
    ];
    assert_eq!(listed, expected);
    let other = harness.booked().await;
    assert_eq!(harness.kinds(&other.id).await, [SessionScheduled]);
}

pub(crate) async fn sch_81_what_was_due_stands_in_the_timeline(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let due = session.terms.starts_at - 300_000;
    harness
        .do_due(due, |kind| match kind {
            JobKind::LobbyOpens => JobAction::AnnounceLobby,
            _ => JobAction::SendReminder,
        })
        .await;
    let kinds = harness.kinds(&session.id).await;
    let count = |kind| kinds.iter().filter(|other| **other == kind).count();
    assert_eq!((count(SessionReminded), count(SessionOpened)), (2, 1));

    let missed = harness.booked().await;
    let closes_at = missed.terms.closes_at();
    harness
        .do_due(closes_at, |kind| match kind {
            JobKind::Reminder { .. } => JobAction::Miss(MissReason::SessionStarted),
            JobKind::NoShowCheck => JobAction::RecordNoShow,
            _ => JobAction::Nothing,
        })
        .await;
    let items = harness.timeline(&missed.id).await;
    let of = |kind| items.iter().filter(move |item| item.kind == kind);
    assert_eq!(of(SessionReminderMissed).count(), 2);
    let reason = Some("session_started".to_owned());
    assert!(of(SessionReminderMissed).all(|item| item.reason == reason && item.user_id.is_some()));
    let ended = of(SessionEnded).next().unwrap();
    assert_eq!(ended.absent, Some(missed.users().to_vec()));
}
