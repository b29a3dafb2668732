//! Where rows can be.

use signaling::store::memory::MemoryStore;
use signaling::store::sql::SqlStore;
use storage::{Database, Outbox, Schema, query};
use tempfile::TempDir;
use wire::Event;

use super::Factory;

/// The memory of this process.
pub(super) struct InMemory(MemoryStore);

/// A database of its own.
pub(super) struct InDatabase(TempDir);

impl Factory for InMemory {
    type Store = MemoryStore;

    fn empty() -> Self {
        Self(MemoryStore::default())
    }

    async fn open(&self) -> MemoryStore {
        self.0.clone()
    }

    async fn facts(&self) -> Vec<Event> {
        self.0.facts()
    }

    async fn refuse_fact(&self, _event_id: &str) -> bool {
        false
    }
}

impl InDatabase {
    async fn database(&self) -> Database {
        let path = self.0.path().join("signaling.db");
        Database::open_file(&path, Schema::signaling())
            .await
            .unwrap()
    }
}

impl Factory for InDatabase {
    type Store = SqlStore;

    fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    async fn open(&self) -> SqlStore {
        let database = self.database().await;
        let outbox = Outbox::new(database.clone());
        SqlStore::new(database, outbox)
    }

    async fn facts(&self) -> Vec<Event> {
        let outbox = Outbox::new(self.database().await);
        outbox.pending("scheduler").await.unwrap().events
    }

    async fn refuse_fact(&self, event_id: &str) -> bool {
        assert_eq!(event_id, "e2", "the statement below names it");
        let refusal = query(
            "CREATE TRIGGER refuse BEFORE INSERT ON outbox WHEN new.event_id = 'e2'
             BEGIN SELECT raise(ABORT, 'refused'); END",
        );
        self.database().await.execute(refusal).await.unwrap();
        true
    }
}
