//! Rows and facts in the service's SQLite file, beside the outbox and inbox of `storage`.

use sqlx::SqliteConnection;
use storage::{Database, Inbox, Outbox};
use wire::{Event, SessionId, UnixMs};

use super::{Batch, RowKind, SessionRow, SnapshotStore, StoreError};
use crate::media::store::insert_closings;

/// Rows of one statement, at 1 to 2 KB each: more would gain nothing and hold the memory of all at once.
const ROWS_TOGETHER: usize = 250;

/// The store that a single machine needs.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
    outbox: Outbox,
}

impl SqliteStore {
    /// A store in a file that has the schema of signaling. `outbox` is of the same file; its publishers are
    /// woken by each commit with facts.
    #[must_use]
    pub fn new(database: Database, outbox: Outbox) -> Self {
        Self { database, outbox }
    }
}

impl SnapshotStore for SqliteStore {
    async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        upsert(&mut transaction, &batch.rows).await?;
        Outbox::append_all(&mut transaction, &batch.facts).await?;
        insert_closings(&mut transaction, &batch.closings).await?;
        for accepted in &batch.accepted {
            Inbox::take(&mut transaction, &accepted.event, accepted.at).await?;
        }
        transaction.commit().await?;
        if !batch.facts.is_empty() {
            self.outbox.wake();
        }
        Ok(())
    }

    async fn load(&self) -> Result<Vec<SessionRow>, StoreError> {
        let found: Vec<(String, String, String, i64)> =
            sqlx::query_as("SELECT id, kept_as, body, forget_at FROM sessions ORDER BY id")
                .fetch_all(self.database.readers())
                .await?;
        Ok(found.into_iter().filter_map(row).collect())
    }

    async fn has_accepted(&self, event_id: &str) -> Result<bool, StoreError> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM inbox WHERE event_id = ?1")
            .bind(event_id)
            .fetch_optional(self.database.readers())
            .await?;
        Ok(found.is_some())
    }

    async fn unsent(&self, destination: &str) -> Result<Vec<Event>, StoreError> {
        Ok(self.outbox.pending(destination).await?.events)
    }

    async fn prune(&self, now: UnixMs) -> Result<u64, StoreError> {
        let gone = sqlx::query("DELETE FROM sessions WHERE forget_at <= ?1 AND kept_as != 'open'")
            .bind(now.0)
            .execute(self.database.writer())
            .await?;
        self.outbox.prune(now).await?;
        Inbox::prune(&self.database, now).await?;
        Ok(gone.rows_affected())
    }
}

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        Self::new(error)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        storage::Error::from(error).into()
    }
}

/// Many rows in one statement: a thousand sessions that end at one instant are a few trips to the store.
async fn upsert(transaction: &mut SqliteConnection, rows: &[SessionRow]) -> Result<(), StoreError> {
    for some in rows.chunks(ROWS_TOGETHER) {
        let columns: Vec<_> = some.iter().map(columns).collect();
        let json = serde_json::to_string(&columns).map_err(StoreError::new)?;
        sqlx::query(
            "INSERT INTO sessions (id, kept_as, body, forget_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) WHERE true
             ON CONFLICT (id) DO UPDATE SET
                 kept_as = excluded.kept_as, body = excluded.body, forget_at = excluded.forget_at",
        )
        .bind(json)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}

fn columns(row: &SessionRow) -> (&str, &str, &str, i64) {
    let (session, kind) = (row.session.as_str(), row.kind.name());
    (session, kind, &row.body, row.forget_at.0)
}

/// The table's check lets no other word in; a newer version's is passed over.
fn row((id, kind, body, forget_at): (String, String, String, i64)) -> Option<SessionRow> {
    Some(SessionRow {
        session: SessionId(id),
        kind: RowKind::from_name(&kind)?,
        body,
        forget_at: UnixMs(forget_at),
    })
}
