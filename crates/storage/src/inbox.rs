//! Facts of other services, each taken once, in the transaction of what it causes.

use wire::{Event, EventBatch, UnixMs};

use crate::{Connection, Database, Error, query};

/// How long an event's id is remembered, in milliseconds; deliveries are repeated for minutes, not weeks.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What was taken from other services. Everything happens within the caller's transaction.
#[derive(Debug, Clone, Copy)]
pub struct Inbox;

impl Inbox {
    /// Notes an event. True when it is new: apply it now, in the same transaction. False: skip it.
    ///
    /// # Errors
    /// When the store refuses it; roll back then, and the batch comes again.
    pub async fn take(
        connection: &mut dyn Connection,
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

    /// Notes a batch's watermark, up to which its source is complete; only ever forwards.
    ///
    /// # Errors
    /// When the store refuses it; roll back then.
    pub async fn advance(connection: &mut dyn Connection, batch: &EventBatch) -> Result<(), Error> {
        query(
            "INSERT INTO inbox_source (source, complete_to) VALUES (?1, ?2)
             ON CONFLICT (source) DO UPDATE SET complete_to = GREATEST(inbox_source.complete_to, excluded.complete_to)",
        )
        .bind(&batch.source)
        .bind(batch.complete_to)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Up to when everything of `source` has been taken; `None` before its first batch.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn source_watermark(
        connection: &mut dyn Connection,
        source: &str,
    ) -> Result<Option<UnixMs>, Error> {
        let found: Option<(UnixMs,)> =
            query("SELECT complete_to FROM inbox_source WHERE source = ?1")
                .bind(source)
                .fetch_optional(connection)
                .await?;
        Ok(found.map(|(at,)| at))
    }

    /// Forgets the ids of events that came more than 30 days ago.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn prune(database: &Database, now: UnixMs) -> Result<u64, Error> {
        let old = query("DELETE FROM inbox WHERE received_at < ?1").bind(now - KEPT_MS);
        database.execute(old).await
    }
}
