//! What [`SnapshotStore`] promises, held on every implementation.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::path::PathBuf;

use serde_json::json;
use signaling::store::memory::MemoryStore;
use signaling::store::sqlite::SqliteStore;
use signaling::store::{AcceptedEvent, Batch, RowKind, SessionRow, SnapshotStore};
use storage::{Database, Outbox, Schema};
use tempfile::TempDir;
use wire::{Event, SessionId, UnixMs};

fn row(id: &str, kind: RowKind, body: &str, forget_at: i64) -> SessionRow {
    SessionRow {
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

async fn sig_180_a_row_replaces_the_row_of_the_same_session(store: impl SnapshotStore) {
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

async fn sig_181_a_batch_written_twice_is_written_once(store: impl SnapshotStore) {
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
    assert_eq!(store.unsent("scheduler").await.unwrap(), batch.facts);
}

async fn sig_182_facts_keep_the_order_of_their_batches(store: impl SnapshotStore) {
    for facts in [vec![event("z"), event("m")], vec![event("a")], vec![]] {
        let batch = Batch {
            facts,
            ..Batch::default()
        };
        store.commit(&batch).await.unwrap();
    }
    let unsent = store.unsent("scheduler").await.unwrap();
    assert_eq!(ids(&unsent), ["z", "m", "a"]);
}

async fn sig_183_an_event_that_was_taken_is_known(store: impl SnapshotStore) {
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

async fn sig_184_pruning_spares_what_is_open_or_may_be_asked_for(store: impl SnapshotStore) {
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

macro_rules! contract {
    ($($rule:ident,)+) => {
        mod memory {
            $( #[tokio::test] async fn $rule() {
                super::$rule(super::MemoryStore::default()).await;
            } )+
        }
        mod sqlite {
            $( #[tokio::test] async fn $rule() {
                let file = super::File::new();
                super::$rule(file.open().await).await;
            } )+
        }
    };
}

contract! {
    sig_180_a_row_replaces_the_row_of_the_same_session,
    sig_181_a_batch_written_twice_is_written_once,
    sig_182_facts_keep_the_order_of_their_batches,
    sig_183_an_event_that_was_taken_is_known,
    sig_184_pruning_spares_what_is_open_or_may_be_asked_for,
}

struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    async fn database(&self) -> Database {
        let path: PathBuf = self.0.path().join("signaling.db");
        Database::open(&path, Schema::signaling()).await.unwrap()
    }

    async fn open(&self) -> SqliteStore {
        let database = self.database().await;
        let outbox = Outbox::new(database.clone());
        SqliteStore::new(database, outbox)
    }
}

#[tokio::test]
async fn sig_185_what_was_committed_is_there_when_opened_again() {
    let file = File::new();
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
        let store = file.open().await;
        store.commit(&batch).await.unwrap();
        store
    });
    let store = file.open().await;
    assert_eq!(store.load().await.unwrap(), batch.rows);
    assert_eq!(store.unsent("scheduler").await.unwrap(), batch.facts);
    assert!(store.has_accepted("t1").await.unwrap());
}

#[tokio::test]
async fn sig_186_a_batch_is_written_whole_or_not_at_all() {
    let file = File::new();
    let store = file.open().await;
    // The table refuses the second fact.
    let database = file.database().await;
    sqlx::query(
        "CREATE TRIGGER refuse BEFORE INSERT ON outbox WHEN new.event_id = 'e2'
         BEGIN SELECT raise(ABORT, 'refused'); END",
    )
    .execute(database.writer())
    .await
    .unwrap();
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
    assert!(store.unsent("scheduler").await.unwrap().is_empty());
    assert!(!store.has_accepted("t1").await.unwrap());
}
