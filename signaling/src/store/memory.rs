//! Rows in memory: for tests, and the plainest reading of the contract. Nothing survives the process.

mod media;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::{Event, SessionId, UnixMs};

use self::media::StoredWebhookEvent;
use super::{Batch, RoomClosing, RowKind, SnapshotRow, SnapshotStore, StoreError};

/// Clones share their content, as two processes share a file.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<MemoryTables>>);

#[derive(Debug, Default)]
struct MemoryTables {
    rows: BTreeMap<SessionId, SnapshotRow>,
    facts: Vec<Event>,
    accepted: HashSet<String>,
    closings: BTreeMap<SessionId, RoomClosing>,
    webhook_events: Vec<StoredWebhookEvent>,
    last_position: i64,
}

impl MemoryStore {
    /// Every fact that was committed, in order.
    #[must_use]
    pub fn facts(&self) -> Vec<Event> {
        self.tables().facts.clone()
    }

    fn tables(&self) -> MutexGuard<'_, MemoryTables> {
        // Each change below is made by single pushes and inserts that can't panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SnapshotStore for MemoryStore {
    async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for row in &batch.rows {
            tables.rows.insert(row.session.clone(), row.clone());
        }
        for fact in &batch.facts {
            if tables.facts.iter().all(|known| known.id != fact.id) {
                tables.facts.push(fact.clone());
            }
        }
        for closing in &batch.closings {
            let known = tables.closings.entry(closing.session.clone());
            known.or_insert_with(|| closing.clone());
        }
        tables.accepted.extend(
            batch
                .accepted
                .iter()
                .map(|accepted| accepted.event.id.clone()),
        );
        Ok(())
    }

    async fn load(&self) -> Result<Vec<SnapshotRow>, StoreError> {
        Ok(self.tables().rows.values().cloned().collect())
    }

    async fn has_accepted(&self, event_id: &str) -> Result<bool, StoreError> {
        Ok(self.tables().accepted.contains(event_id))
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn prune(&self, now: UnixMs) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let before = tables.rows.len();
        tables
            .rows
            .retain(|_, row| row.kind == RowKind::Open || row.forget_at > now);
        Ok((before - tables.rows.len()) as u64)
    }
}
