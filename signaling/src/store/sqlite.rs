//! Rows and facts in the service's SQLite file, beside the outbox and inbox of `service::events`.

use service::events::{Inbox, Outbox};
use service::sqlite::Database;
use sqlx::migrate::Migrator;
use sqlx::{Sqlite, Transaction};
use wire::{Event, SessionId, UnixMs};

use super::{Batch, KeptAs, Row, SnapshotStore, StoreError};

/// The tables of this service.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/signaling/sqlite");

/// The store that a single machine needs.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
    outbox: Outbox,
}

impl SqliteStore {
    /// A store in a file that has the [`MIGRATIONS`]. `outbox` is of the same file; its posters are
    /// woken by each commit with facts.
    #[must_use]
    pub fn new(database: Database, outbox: Outbox) -> Self {
        Self { database, outbox }
    }
}

impl SnapshotStore for SqliteStore {
    async fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut transaction = self.database.begin_immediate().await?;
        for row in &batch.rows {
            upsert(&mut transaction, row).await?;
        }
        for fact in &batch.facts {
            Outbox::append(&mut transaction, fact).await?;
        }
        for taken in &batch.taken {
            Inbox::take(&mut transaction, &taken.event, taken.at).await?;
        }
        transaction.commit().await?;
        if !batch.facts.is_empty() {
            self.outbox.wake();
        }
        Ok(())
    }

    async fn load(&self) -> Result<Vec<Row>, StoreError> {
        let found: Vec<(String, String, String, i64)> =
            sqlx::query_as("SELECT id, kept_as, body, forget_at FROM sessions ORDER BY id")
                .fetch_all(self.database.readers())
                .await?;
        Ok(found.into_iter().filter_map(row).collect())
    }

    async fn has_taken(&self, event_id: &str) -> Result<bool, StoreError> {
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
        Inbox::prune(self.database.writer(), now).await?;
        Ok(gone.rows_affected())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(error)
    }
}

async fn upsert(transaction: &mut Transaction<'_, Sqlite>, row: &Row) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sessions (id, kept_as, body, forget_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET
             kept_as = excluded.kept_as, body = excluded.body, forget_at = excluded.forget_at",
    )
    .bind(row.session.as_str())
    .bind(row.kept_as.name())
    .bind(&row.body)
    .bind(row.forget_at.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The table's check lets no other word in; a newer version's is passed over.
fn row((id, kept_as, body, forget_at): (String, String, String, i64)) -> Option<Row> {
    Some(Row {
        session: SessionId(id),
        kept_as: KeptAs::from_name(&kept_as)?,
        body,
        forget_at: UnixMs(forget_at),
    })
}
