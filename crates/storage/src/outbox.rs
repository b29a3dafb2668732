//! Facts for other services, written in the transaction of the change that they tell of.

use std::sync::Arc;

use tokio::sync::Notify;
use wire::{Event, UnixMs};

use crate::{Database, Error, SqlConnection, Value, query};

/// Most events of one batch.
pub const MAX_BATCH_EVENTS: usize = 200;
/// Largest batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 1024 * 1024;
/// How long delivered events are kept, in milliseconds: for whoever looks into a fault.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Rows of one transaction that forgets: others wait for it.
const PRUNED_AT_ONCE: u32 = 500;
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
    pub async fn append(connection: &mut dyn SqlConnection, event: &Event) -> Result<(), Error> {
        Self::append_all(connection, std::slice::from_ref(event)).await
    }

    /// As [`Outbox::append`] for several, in their order and in one statement: what a group commit needs.
    ///
    /// # Errors
    /// When the store refuses them; roll back then.
    pub async fn append_all(
        connection: &mut dyn SqlConnection,
        events: &[Event],
    ) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let first = take_positions(connection, count).await?;
        let rows = events.iter().zip(first..).map(|(event, at)| row(event, at));
        let rows: Vec<_> = rows.collect::<Result<_, Error>>()?;
        query(
            "INSERT INTO outbox (position, event_id, occurred_at, body) VALUES ?rows
             ON CONFLICT (event_id) DO NOTHING",
        )
        .bind_rows(rows)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Changes every event in which `id` stands, whether it was delivered or not, within the caller's transaction.
    ///
    /// # Errors
    /// When the store refuses it, or holds what is no event; roll back then.
    pub async fn rewrite(
        connection: &mut dyn SqlConnection,
        id: &str,
        change: impl Fn(&mut Event),
    ) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let rows: Vec<(i64, String)> = query(
                "SELECT position, body FROM outbox WHERE position > ?1 AND body LIKE ?2
                 ORDER BY position LIMIT ?3",
            )
            .bind(after)
            .bind(format!("%{id}%"))
            .bind(MAX_BATCH_EVENTS as u64)
            .fetch_all(&mut *connection)
            .await?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            after = *last;
            for (position, body) in rows {
                let mut event = serde_json::from_str(&body).map_err(Error::corrupt)?;
                change(&mut event);
                query("UPDATE outbox SET body = ?1 WHERE position = ?2")
                    .bind(serde_json::to_string(&event).map_err(Error::corrupt)?)
                    .bind(position)
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }

    /// Tells the publishers that something was committed.
    pub fn wake(&self) {
        self.committed.notify_waiters();
    }

    /// Resolves at the next [`Outbox::wake`] after this call, not after the first poll.
    pub fn woken(&self) -> tokio::sync::futures::OwnedNotified {
        Arc::clone(&self.committed).notified_owned()
    }

    /// What `destination` has not taken yet, at most one batch.
    ///
    /// # Errors
    /// When the store can't be read, or holds what is no event.
    pub async fn pending(&self, destination: &str) -> Result<Pending, Error> {
        let mut connection = self.database.read().await?;
        let cursor = cursor(&mut connection, destination).await?;
        let rows: Vec<(i64, String)> = query(
            "SELECT position, body FROM outbox WHERE position > ?1 ORDER BY position LIMIT ?2",
        )
        .bind(cursor)
        .bind(MAX_BATCH_EVENTS as u64)
        .fetch_all(&mut connection)
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
            let event = serde_json::from_str(&body).map_err(Error::corrupt)?;
            pending.events.push(event);
            pending.last = position;
        }
        let (next,) = query("SELECT min(occurred_at) FROM outbox WHERE position > ?1")
            .bind(pending.last)
            .fetch_one(&mut connection)
            .await?;
        pending.next_occurred_at = next;
        Ok(pending)
    }

    /// Notes that `destination` has taken everything up to `last`.
    ///
    /// # Errors
    /// When the store refuses it; the batch is delivered again, which is harmless.
    pub async fn delivered(&self, destination: &str, last: i64) -> Result<(), Error> {
        let advance = query(
            "INSERT INTO outbox_cursor (destination, position) VALUES (?1, ?2)
             ON CONFLICT (destination) DO UPDATE SET
                 position = GREATEST(outbox_cursor.position, excluded.position)",
        )
        .bind(destination)
        .bind(last);
        self.database.execute(advance).await.map(drop)
    }

    /// Forgets every destination but these: events wait for nobody who is told nothing any longer.
    ///
    /// # Errors
    /// When the store can't be read, or refuses it.
    pub async fn keep_only(&self, destinations: &[&str]) -> Result<(), Error> {
        let known: Vec<(String,)> = {
            let mut connection = self.database.read().await?;
            query("SELECT destination FROM outbox_cursor")
                .fetch_all(&mut connection)
                .await?
        };
        for (name,) in known {
            if !destinations.contains(&name.as_str()) {
                let forget = query("DELETE FROM outbox_cursor WHERE destination = ?1").bind(&name);
                self.database.execute(forget).await?;
            }
        }
        Ok(())
    }

    /// Forgets what every known destination took more than a day ago.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn prune(&self, now: UnixMs) -> Result<u64, Error> {
        let mut pruned = 0;
        loop {
            let batch = self.prune_some(now, PRUNED_AT_ONCE).await?;
            pruned += batch;
            if batch < u64::from(PRUNED_AT_ONCE) {
                return Ok(pruned);
            }
        }
    }

    /// As [`Outbox::prune`], at most `limit` of them, in one transaction.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn prune_some(&self, now: UnixMs, limit: u32) -> Result<u64, Error> {
        let cutoff = now - KEPT_MS;
        let mut transaction = self.database.begin().await?;
        let last: Option<(UnixMs, i64)> = query(
            "SELECT occurred_at, position FROM outbox WHERE occurred_at < ?1
             AND position <= (SELECT coalesce(min(position), 0) FROM outbox_cursor)
             ORDER BY occurred_at, position LIMIT 1 OFFSET ?2",
        )
        .bind(cutoff)
        .bind(limit.saturating_sub(1))
        .fetch_optional(&mut transaction)
        .await?;
        let (at, position) = last.unwrap_or((cutoff - 1, i64::MAX));
        let pruned = query(
            "DELETE FROM outbox WHERE occurred_at <= ?1 AND (occurred_at < ?1 OR position <= ?2)
             AND position <= (SELECT coalesce(min(position), 0) FROM outbox_cursor)",
        )
        .bind(at)
        .bind(position)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(pruned)
    }
}

/// The first of `count` positions behind all that were given. Who takes some keeps the others waiting until its
/// transaction is over, so that positions are in the order of the commits: a reader that has seen one has seen all
/// before it.
async fn take_positions(connection: &mut dyn SqlConnection, count: i64) -> Result<i64, Error> {
    query("UPDATE outbox_head SET position = position + ?1 WHERE id = 1")
        .bind(count)
        .execute(connection)
        .await?;
    let (last,): (i64,) = query("SELECT position FROM outbox_head WHERE id = 1")
        .fetch_one(connection)
        .await?;
    Ok(last - count + 1)
}

/// An event's values, in the order of the insert's columns.
fn row(event: &Event, position: i64) -> Result<[Value<'_>; 4], Error> {
    let body = serde_json::to_string(event).map_err(Error::corrupt)?;
    let (id, occurred_at) = (&event.id, event.occurred_at);
    Ok([position.into(), id.into(), occurred_at.into(), body.into()])
}

async fn cursor(connection: &mut dyn SqlConnection, destination: &str) -> Result<i64, Error> {
    let found: Option<(i64,)> = query("SELECT position FROM outbox_cursor WHERE destination = ?1")
        .bind(destination)
        .fetch_optional(connection)
        .await?;
    Ok(found.map_or(0, |(position,)| position))
}
