//! Facts for other services, written in the transaction of the change that they tell of.

use std::sync::Arc;

use sqlx::SqliteConnection;
use tokio::sync::Notify;
use wire::{Event, UnixMs};

use crate::{Database, Error};

/// Most events of one batch.
pub const MAX_BATCH_EVENTS: usize = 200;
/// Largest batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 1024 * 1024;
/// How long delivered events are kept, in milliseconds: for whoever looks into a fault.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// What a batch's envelope takes beside its events, in bytes.
const ENVELOPE_BYTES: usize = 4096;

/// Facts that wait to be delivered. Clones share one wake-up.
#[derive(Debug, Clone)]
pub struct Outbox {
    database: Database,
    committed: Arc<Notify>,
}

/// The next events for one destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// In the order in which they were committed.
    pub events: Vec<Event>,
    /// Position of the last one; what [`Outbox::delivered`] is told.
    pub last: i64,
    /// When the earliest of those that follow happened; absent when this is all.
    pub next_occurred_at: Option<UnixMs>,
}

impl Outbox {
    /// The outbox of a store.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            committed: Arc::new(Notify::new()),
        }
    }

    /// Writes a fact within the caller's transaction. A second one with the same id is ignored.
    /// Call [`Outbox::wake`] after the commit.
    ///
    /// # Errors
    /// When the store refuses it; roll back then.
    pub async fn append(connection: &mut SqliteConnection, event: &Event) -> Result<(), Error> {
        Self::append_all(connection, std::slice::from_ref(event)).await
    }

    /// As [`Outbox::append`] for several, in their order and in one statement: what a group commit needs.
    ///
    /// # Errors
    /// When the store refuses them; roll back then.
    pub async fn append_all(
        connection: &mut SqliteConnection,
        events: &[Event],
    ) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        let bodies = serde_json::to_string(events).map_err(|e| Error::corrupt(e))?;
        sqlx::query(
            "INSERT INTO outbox (event_id, occurred_at, body)
             SELECT value ->> '$.id', value ->> '$.occurred_at', value FROM json_each(?1)
             WHERE true ORDER BY key
             ON CONFLICT (event_id) DO NOTHING",
        )
        .bind(bodies)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Tells the publishers that something was committed.
    pub fn wake(&self) {
        self.committed.notify_waiters();
    }

    /// Resolves at the next [`Outbox::wake`] after this call, not after the first poll.
    #[must_use]
    pub fn woken(&self) -> tokio::sync::futures::OwnedNotified {
        Arc::clone(&self.committed).notified_owned()
    }

    /// What `destination` has not taken yet, at most one batch.
    ///
    /// # Errors
    /// When the store can't be read, or holds what is no event.
    pub async fn pending(&self, destination: &str) -> Result<Pending, Error> {
        let cursor = self.cursor(destination).await?;
        let limit = i64::try_from(MAX_BATCH_EVENTS).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT position, body FROM outbox WHERE position > ?1 ORDER BY position LIMIT ?2",
        )
        .bind(cursor)
        .bind(limit)
        .fetch_all(self.database.readers())
        .await?;
        let mut pending = Pending {
            events: Vec::with_capacity(rows.len()),
            last: cursor,
            next_occurred_at: None,
        };
        let mut bytes = ENVELOPE_BYTES;
        for (position, body) in rows {
            bytes += body.len() + 1;
            if bytes > MAX_BATCH_BYTES && !pending.events.is_empty() {
                break;
            }
            let event = serde_json::from_str(&body).map_err(|e| Error::corrupt(e))?;
            pending.events.push(event);
            pending.last = position;
        }
        let (next,): (Option<i64>,) =
            sqlx::query_as("SELECT MIN(occurred_at) FROM outbox WHERE position > ?1")
                .bind(pending.last)
                .fetch_one(self.database.readers())
                .await?;
        pending.next_occurred_at = next.map(UnixMs);
        Ok(pending)
    }

    /// Notes that `destination` has taken everything up to `last`.
    ///
    /// # Errors
    /// When the store refuses it; the batch is delivered again, which is harmless.
    pub async fn delivered(&self, destination: &str, last: i64) -> Result<(), Error> {
        let mut transaction = self.database.begin().await?;
        sqlx::query(
            "INSERT INTO outbox_cursor (destination, position) VALUES (?1, ?2)
             ON CONFLICT (destination) DO UPDATE SET position = max(position, excluded.position)",
        )
        .bind(destination)
        .bind(last)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Forgets what every known destination took more than a day ago.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn prune(&self, now: UnixMs) -> Result<u64, Error> {
        let mut transaction = self.database.begin().await?;
        let gone = sqlx::query(
            "DELETE FROM outbox WHERE occurred_at < ?1
             AND position <= (SELECT coalesce(min(position), 0) FROM outbox_cursor)",
        )
        .bind((now - KEPT_MS).0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }

    async fn cursor(&self, destination: &str) -> Result<i64, Error> {
        let found: Option<(i64,)> =
            sqlx::query_as("SELECT position FROM outbox_cursor WHERE destination = ?1")
                .bind(destination)
                .fetch_optional(self.database.readers())
                .await?;
        Ok(found.map_or(0, |(position,)| position))
    }
}
