//! Snapshots and facts in the service's database, beside the outbox and inbox of `storage`.

mod media;

use storage::{Database, Inbox, Outbox, SqlConnection, query};
use wire::{EventType, SessionId, UnixMs};

use super::{Batch, RowKind, SnapshotRow, SnapshotStore, StoreError};

/// Rows of one statement, at 1 to 2 KB each: more would gain nothing and hold the memory of all at once.
const ROWS_TOGETHER: usize = 250;

/// The stores of signaling in a database that has its schema.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
    outbox: Outbox,
}

impl SqlStore {
    /// A store in a database with the schema of signaling. `outbox` is of the same database; its
    /// publishers are woken by each commit with facts.
    #[must_use]
    pub fn new(database: Database, outbox: Outbox) -> Self {
        Self { database, outbox }
    }
}

impl SnapshotStore for SqlStore {
    async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        upsert(&mut transaction, &batch.rows).await?;
        Outbox::append_all(&mut transaction, &batch.facts).await?;
        media::insert_closings(&mut transaction, &batch.closings).await?;
        for accepted in &batch.accepted {
            Inbox::take(&mut transaction, &accepted.event, accepted.at).await?;
            if accepted.event.kind == EventType::UserErased.name() {
                media::forget_person(&mut transaction, &accepted.event.subject).await?;
                transaction.note_erasure().await?;
            }
        }
        transaction.commit().await?;
        if !batch.facts.is_empty() {
            self.outbox.wake();
        }
        Ok(())
    }

    async fn load(&self) -> Result<Vec<SnapshotRow>, StoreError> {
        let found = query("SELECT id, kept_as, body, forget_at FROM sessions ORDER BY id")
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().filter_map(row).collect())
    }

    async fn has_accepted(&self, event_id: &str) -> Result<bool, StoreError> {
        let found: Option<(i64,)> = query("SELECT 1 FROM inbox WHERE event_id = ?1")
            .bind(event_id)
            .fetch_optional(&mut self.database.read().await?)
            .await?;
        Ok(found.is_some())
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        Ok(self.database.scrub().await?)
    }

    async fn prune(&self, now: UnixMs) -> Result<u64, StoreError> {
        let expired = query("DELETE FROM sessions WHERE forget_at <= ?1 AND kept_as != 'open'");
        let gone = self.database.execute(expired.bind(now)).await?;
        self.outbox.prune(now).await?;
        Inbox::prune(&self.database, now).await?;
        Ok(gone)
    }
}

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        Self::new(error)
    }
}

/// Many rows in one statement: a thousand sessions that end at one instant are a few trips to the store.
async fn upsert(
    connection: &mut dyn SqlConnection,
    rows: &[SnapshotRow],
) -> Result<(), StoreError> {
    for chunk in rows.chunks(ROWS_TOGETHER) {
        let values = chunk.iter().map(|row| {
            [
                row.session.as_str().into(),
                row.kind.name().into(),
                (&row.body).into(),
                row.forget_at.into(),
            ]
        });
        query(
            "INSERT INTO sessions (id, kept_as, body, forget_at) VALUES ?rows
             ON CONFLICT (id) DO UPDATE SET
                 kept_as = excluded.kept_as, body = excluded.body, forget_at = excluded.forget_at",
        )
        .bind_rows(values)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// The table's check lets no other kind in; one of a newer version is skipped.
fn row((id, kind, body, forget_at): (String, String, String, UnixMs)) -> Option<SnapshotRow> {
    Some(SnapshotRow {
        session: SessionId(id),
        kind: RowKind::from_name(&kind)?,
        body,
        forget_at,
    })
}
