//! Rows in memory: for tests, and the plainest reading of the contract. Nothing survives the process.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::{Event, SessionId, UnixMs};

use super::{Batch, RowKind, SessionRow, SnapshotStore, StoreError};

/// Clones share their content, as two processes share a file.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<MemoryTables>>);

#[derive(Debug, Default)]
struct MemoryTables {
    rows: BTreeMap<SessionId, SessionRow>,
    facts: Vec<Event>,
    accepted: HashSet<String>,
}

impl MemoryStore {
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
        tables.accepted.extend(
            batch
                .accepted
                .iter()
                .map(|accepted| accepted.event.id.clone()),
        );
        Ok(())
    }

    async fn load(&self) -> Result<Vec<SessionRow>, StoreError> {
        Ok(self.tables().rows.values().cloned().collect())
    }

    async fn has_accepted(&self, event_id: &str) -> Result<bool, StoreError> {
        Ok(self.tables().accepted.contains(event_id))
    }

    async fn unsent(&self, _destination: &str) -> Result<Vec<Event>, StoreError> {
        Ok(self.tables().facts.clone())
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
