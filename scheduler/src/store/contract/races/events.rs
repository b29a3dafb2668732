//! Events that come at once.

use std::sync::Arc;

use serde_json::json;
use wire::{Event, EventBatch, SessionFact, UnixMs, UserId};

use super::{ROUNDS, Store, at_once, booked};
use crate::commands::take_batch;
use crate::notification_stream::StreamedNotification;
use crate::store::TimelineQuery;
use crate::store::contract::harness::{NOW, StoreHarness, event};

/// Takes a batch of signaling, as a task of its own may.
pub(crate) async fn take(
    store: Store,
    complete_to: UnixMs,
    events: Vec<Event>,
) -> Vec<StreamedNotification> {
    let batch: EventBatch = serde_json::from_value(json!({
        "source": "signaling", "node": "n", "events": events, "complete_to": complete_to,
    }))
    .unwrap();
    take_batch(&*store, &batch, NOW).await.unwrap()
}

pub(crate) async fn sch_119_a_watermark_never_goes_back(mut harness: StoreHarness) {
    let store = harness.store().await;
    let mut newest = NOW;
    for _ in 0..ROUNDS {
        let (older, newer) = (newest + 1, newest + 2);
        at_once(
            take(Arc::clone(&store), newer, Vec::new()),
            take(Arc::clone(&store), older, Vec::new()),
        )
        .await;
        let mut work = store.begin().await.unwrap();
        let watermark = work.events().source_watermark("signaling").await.unwrap();
        assert_eq!(watermark, Some(newer));
        newest = newer;
    }
}

pub(crate) async fn sch_119_an_event_that_comes_twice_at_once_counts_once(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let session = booked(&store, 0).await;
    let [ana, bo] = session.users();
    for round in 0..ROUNDS {
        let mut unread = event(
            &format!("e-{round}"),
            "message.unread",
            session.room_id.as_str(),
            &SessionFact::default(),
        );
        unread.data = json!({
            "room_id": session.room_id, "user_id": ana, "from": bo, "seq": round,
            "message_id": format!("m-{round}"),
        });
        let joined = joined(&format!("j-{round}"), session.id.as_str(), &ana);
        let events = vec![unread, joined];
        let (one, other) = at_once(
            take(Arc::clone(&store), NOW, events.clone()),
            take(Arc::clone(&store), NOW, events),
        )
        .await;
        let told = [one, other].concat();
        // The first one is unread all the time.
        assert_eq!(told.len(), usize::from(round == 0));
    }
    let query = TimelineQuery {
        session: session.id,
        after: None,
        limit: 1_000,
    };
    let entries = store.timeline().list(query).await.unwrap();
    assert_eq!(entries.len(), 1 + ROUNDS);
}

pub(crate) async fn sch_119_facts_that_come_at_once_stand_both_in_the_record(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let session = booked(&store, round).await;
        let [ana, bo] = session.users();
        let came = |user: &UserId| {
            let id = format!("{user}-{round}");
            take(
                Arc::clone(&store),
                NOW,
                vec![joined(&id, session.id.as_str(), user)],
            )
        };
        at_once(came(&ana), came(&bo)).await;
        let found = store.sessions().find(session.id.clone()).await.unwrap();
        let record = found.unwrap().record;
        assert_eq!(
            (record.joined_at(&ana), record.joined_at(&bo)),
            (vec![NOW], vec![NOW])
        );
    }
}

fn joined(id: &str, session: &str, user: &UserId) -> Event {
    let joined = SessionFact {
        user_id: Some(user.clone()),
        ..SessionFact::default()
    };
    event(id, "session.joined", session, &joined)
}
