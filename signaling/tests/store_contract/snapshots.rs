//! The rules of [`SnapshotStore`].

use serde_json::json;
use signaling::store::{AcceptedEvent, Batch, RowKind, SnapshotRow, SnapshotStore};
use wire::{Event, SessionId, UnixMs};

use super::Factory;

fn row(id: &str, kind: RowKind, body: &str, forget_at: i64) -> SnapshotRow {
    SnapshotRow {
        session: SessionId::from(id),
        kind,
        body: body.to_owned(),
        forget_at: UnixMs(forget_at),
    }
}

fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: "session.live".to_owned(),
        occurred_at: UnixMs(1),
        source: "signaling".to_owned(),
        subject: "s".to_owned(),
        revision: None,
        data: json!({"started_at": 1}),
    }
}

fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

pub(super) async fn sig_180_a_row_replaces_the_row_of_the_same_session<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    let first = Batch {
        rows: vec![
            row("b", RowKind::Open, "1", 5),
            row("a", RowKind::Booked, "2", 6),
        ],
        ..Batch::default()
    };
    store.commit(&first).await.unwrap();
    let second = Batch {
        rows: vec![row("b", RowKind::Over, "{\"é\":\"'\"}", 9)],
        ..Batch::default()
    };
    store.commit(&second).await.unwrap();
    let expected = vec![
        row("a", RowKind::Booked, "2", 6),
        row("b", RowKind::Over, "{\"é\":\"'\"}", 9),
    ];
    assert_eq!(store.load().await.unwrap(), expected);
}

pub(super) async fn sig_181_a_batch_written_twice_is_written_once<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    let batch = Batch {
        rows: vec![row("a", RowKind::Open, "1", 5)],
        facts: vec![event("e1"), event("e2")],
        accepted: vec![AcceptedEvent {
            event: event("t1"),
            at: UnixMs(1),
        }],
        ..Batch::default()
    };
    store.commit(&batch).await.unwrap();
    store.commit(&batch).await.unwrap();
    assert_eq!(store.load().await.unwrap(), batch.rows);
    assert_eq!(place.facts().await, batch.facts);
}

pub(super) async fn sig_182_facts_keep_the_order_of_their_batches<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    for facts in [vec![event("z"), event("m")], vec![event("a")], vec![]] {
        let batch = Batch {
            facts,
            ..Batch::default()
        };
        store.commit(&batch).await.unwrap();
    }
    let unsent = place.facts().await;
    assert_eq!(ids(&unsent), ["z", "m", "a"]);
}

pub(super) async fn sig_183_an_event_that_was_taken_is_known<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    assert!(!store.has_accepted("t1").await.unwrap());
    let batch = Batch {
        accepted: vec![AcceptedEvent {
            event: event("t1"),
            at: UnixMs(1),
        }],
        ..Batch::default()
    };
    store.commit(&batch).await.unwrap();
    assert!(store.has_accepted("t1").await.unwrap());
    assert!(!store.has_accepted("t2").await.unwrap());
}

pub(super) async fn sig_184_pruning_spares_what_is_open_or_may_be_asked_for<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    let batch = Batch {
        rows: vec![
            row("booked", RowKind::Booked, "1", 10),
            row("open", RowKind::Open, "1", 10),
            row("over", RowKind::Over, "1", 10),
            row("over-later", RowKind::Over, "1", 11),
        ],
        ..Batch::default()
    };
    store.commit(&batch).await.unwrap();
    assert_eq!(store.prune(UnixMs(9)).await.unwrap(), 0);
    assert_eq!(store.prune(UnixMs(10)).await.unwrap(), 2);
    let left = store.load().await.unwrap();
    let left: Vec<_> = left.iter().map(|row| row.session.as_str()).collect();
    assert_eq!(left, ["open", "over-later"]);
}

pub(super) async fn sig_185_what_was_committed_is_there_when_opened_again<F: Factory>() {
    let place = F::empty();
    let batch = Batch {
        rows: vec![row("a", RowKind::Open, "1", 5)],
        facts: vec![event("e1")],
        accepted: vec![AcceptedEvent {
            event: event("t1"),
            at: UnixMs(1),
        }],
        ..Batch::default()
    };
    // Never closed: as after the death of the process.
    std::mem::forget({
        let store = place.open().await;
        store.commit(&batch).await.unwrap();
        store
    });
    let store = place.open().await;
    assert_eq!(store.load().await.unwrap(), batch.rows);
    assert_eq!(place.facts().await, batch.facts);
    assert!(store.has_accepted("t1").await.unwrap());
}

pub(super) async fn sig_186_a_batch_is_written_whole_or_not_at_all<F: Factory>() {
    let place = F::empty();
    let store = place.open().await;
    if !place.refuse_fact("e2").await {
        return;
    }
    let batch = Batch {
        rows: vec![row("a", RowKind::Open, "1", 5)],
        facts: vec![event("e1"), event("e2")],
        accepted: vec![AcceptedEvent {
            event: event("t1"),
            at: UnixMs(1),
        }],
        ..Batch::default()
    };
    assert!(store.commit(&batch).await.is_err());
    assert!(store.load().await.unwrap().is_empty());
    assert!(place.facts().await.is_empty());
    assert!(!store.has_accepted("t1").await.unwrap());
}
