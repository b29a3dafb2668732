//! Facts of other services, each taken once, in the transaction of what it causes.

use wire::{Event, EventBatch, UnixMs};

use crate::{Database, Error, SqlConnection, query};

/// How long an event's id is remembered, in milliseconds; deliveries are repeated for minutes, not weeks.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Rows of one transaction that forgets: others wait for it.
const PRUNED_AT_ONCE: u32 = 500;

/// How long a node may be silent, in milliseconds, while another of its source is heard, before nobody waits
/// for it: longer than a machine is away that comes back with its disk.
const SILENT_MS: i64 = 24 * 60 * 60 * 1000;

/// What was taken from other services. Everything happens within the caller's transaction.
#[derive(Debug, Clone, Copy)]
pub struct Inbox;

impl Inbox {
    /// Notes an event. True when it is new: apply it now, in the same transaction. False: skip it.
    ///
    /// # Errors
    /// When the store refuses it; roll back then, and the batch comes again.
    pub async fn take(
        connection: &mut dyn SqlConnection,
        event: &Event,
        now: UnixMs,
    ) -> Result<bool, Error> {
        let taken = query(
            "INSERT INTO inbox (event_id, received_at) VALUES (?1, ?2)
             ON CONFLICT (event_id) DO NOTHING",
        )
        .bind(&event.id)
        .bind(now)
        .execute(connection)
        .await?;
        Ok(taken == 1)
    }

    /// Notes a batch's watermark, up to which that node of its source is complete; only ever forwards.
    ///
    /// # Errors
    /// When the store refuses it; roll back then.
    pub async fn advance(
        connection: &mut dyn SqlConnection,
        batch: &EventBatch,
        now: UnixMs,
    ) -> Result<(), Error> {
        query(
            "INSERT INTO inbox_watermark (source, node, complete_to, heard_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (source, node) DO UPDATE SET
                 complete_to = GREATEST(inbox_watermark.complete_to, excluded.complete_to),
                 heard_at = GREATEST(inbox_watermark.heard_at, excluded.heard_at)",
        )
        .bind(&batch.source)
        .bind(&batch.node)
        .bind(batch.complete_to)
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Up to when everything of `source` has been taken: the lowest watermark of its nodes, so that none
    /// vouches for the silence of another. `None` before its first batch.
    ///
    /// A node that has been silent for a day while another was heard no longer counts, and one without a
    /// name counts only while none with a name has been heard since.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn source_watermark(
        connection: &mut dyn SqlConnection,
        source: &str,
    ) -> Result<Option<UnixMs>, Error> {
        let (lowest,) = query(
            "SELECT min(known.complete_to) FROM inbox_watermark AS known
             JOIN (SELECT max(heard_at) AS heard_at FROM inbox_watermark WHERE source = ?1) AS newest
                 ON known.heard_at = newest.heard_at
                     OR known.node <> '' AND known.heard_at > newest.heard_at - ?2
             WHERE known.source = ?1",
        )
        .bind(source)
        .bind(SILENT_MS)
        .fetch_one(connection)
        .await?;
        Ok(lowest)
    }

    /// Forgets the ids of events that came more than 30 days ago.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn prune(database: &Database, now: UnixMs) -> Result<u64, Error> {
        let mut pruned = 0;
        loop {
            let batch = Self::prune_some(database, now, PRUNED_AT_ONCE).await?;
            pruned += batch;
            if batch < u64::from(PRUNED_AT_ONCE) {
                return Ok(pruned);
            }
        }
    }

    /// As [`Inbox::prune`], at most `limit` of them, in one transaction.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn prune_some(database: &Database, now: UnixMs, limit: u32) -> Result<u64, Error> {
        let cutoff = now - KEPT_MS;
        let mut transaction = database.begin().await?;
        let last: Option<(UnixMs, String)> = query(
            "SELECT received_at, event_id FROM inbox WHERE received_at < ?1
             ORDER BY received_at, event_id LIMIT 1 OFFSET ?2",
        )
        .bind(cutoff)
        .bind(limit.saturating_sub(1))
        .fetch_optional(&mut transaction)
        .await?;
        let delete = match last {
            Some((at, id)) => query(
                "DELETE FROM inbox WHERE received_at <= ?1 AND (received_at < ?1 OR event_id <= ?2)",
            )
            .bind(at)
            .bind(id),
            None => query("DELETE FROM inbox WHERE received_at < ?1").bind(cutoff),
        };
        let pruned = delete.execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(pruned)
    }
}
