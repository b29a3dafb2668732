//! Texts that are taken away, and messages that are too old.

use chat_core::ChainHash;
use storage::{SqlConnection, query, retry_on_conflict};
use wire::{RoomId, UnixMs};

use super::SqlMessages;
use super::row::MessageRow;
use crate::store::chain::{LinkTexts, hash_or_genesis, hash_text};
use crate::store::room_bytes::RoomBytes;
use crate::store::{MessageAge, MessageUpkeep, StoreError, TextEnd, TextRemoval, TextRemoved};

const AT: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages WHERE room_id = ?1 AND seq = ?2";

const REMOVE_TEXT: &str = "UPDATE messages SET body = '', salt = NULL, digest = ?3, deleted_at = ?4
     WHERE room_id = ?1 AND seq = ?2";

const COUNT_CHANGE: &str =
    "INSERT INTO message_rooms (room_id, changes, freed_bytes) VALUES (?1, 1, ?2)
     ON CONFLICT (room_id) DO UPDATE SET changes = message_rooms.changes + 1,
         freed_bytes = message_rooms.freed_bytes + excluded.freed_bytes";

/// Of a message that counts for what its room holds.
const COUNTED: &str = "SELECT bytes_through FROM messages
     LEFT JOIN message_rooms ON message_rooms.room_id = messages.room_id
     WHERE messages.room_id = ?1 AND messages.seq = ?2 AND bytes_through IS NOT NULL
     AND messages.seq > coalesce(begins_after, 0)";

const CHANGES: &str = "SELECT changes FROM message_rooms WHERE room_id = ?1";

/// By the index of those texts that have a time and are there.
const OVERDUE: &str = "SELECT room_id, seq FROM messages
     WHERE expires_at IS NOT NULL AND salt IS NOT NULL AND expires_at <= ?1
     ORDER BY expires_at LIMIT ?2";

/// Positions are in the order of the commits.
const OLDEST: &str = "SELECT room_id, seq, sent_at FROM messages ORDER BY position LIMIT ?1";

const BEGIN_AFTER: &str =
    "INSERT INTO message_rooms (room_id, begins_after, begin_bytes, freed_bytes)
     VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (room_id) DO UPDATE SET begins_after = excluded.begins_after,
         begin_bytes = excluded.begin_bytes, freed_bytes = excluded.freed_bytes";

const BEGINNING: &str =
    "SELECT begins_after, begin_bytes, freed_bytes FROM message_rooms WHERE room_id = ?1";

const CHAIN_AT: &str = "SELECT chain, bytes_through FROM messages WHERE room_id = ?1 AND seq = ?2";

/// What the texts come to that a room passes as it begins later, of those that are there and were counted. Messages are in
/// SQLite alone, which counts bytes of blobs.
const PASSED: &str = "SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM messages
     WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3 AND bytes_through IS NOT NULL";

/// What is anchored later stays so: up to there no message has a link.
const ANCHOR: &str = "INSERT INTO chain_anchors (room_id, seq, chain) VALUES (?1, ?2, ?3)
     ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq, chain = excluded.chain
     WHERE chain_anchors.seq < excluded.seq";

const DELETE: &str = "DELETE FROM messages WHERE position IN (
     SELECT position FROM messages WHERE room_id = ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3)";

impl SqlMessages {
    async fn remove_all(
        &self,
        removals: &[TextRemoval],
    ) -> Result<Vec<TextRemoved>, storage::Error> {
        let mut transaction = self.database.begin().await?;
        let mut removed = Vec::with_capacity(removals.len());
        for removal in removals {
            removed.push(remove_one(&mut transaction, removal).await?);
        }
        if removed
            .iter()
            .any(|one| matches!(one, TextRemoved::Now { .. }))
        {
            transaction.note_erasure().await?;
        }
        transaction.commit().await?;
        Ok(removed)
    }

    async fn write_beginning(&self, room: &RoomId, through: u64) -> Result<(), storage::Error> {
        let mut transaction = self.database.begin().await?;
        let found: Option<(Option<String>, Option<u64>)> = query(CHAIN_AT)
            .bind(room.as_str())
            .bind(through)
            .fetch_optional(&mut transaction)
            .await?;
        // Of one that is not there the beginning is written already.
        if let Some((chain, bytes_through)) = found {
            let chain = chain.map_or(ChainHash::GENESIS, |chain| hash_or_genesis(&chain));
            query(ANCHOR)
                .bind(room.as_str())
                .bind(through)
                .bind(hash_text(&chain))
                .execute(&mut transaction)
                .await?;
            begin_later(&mut transaction, room, (through, bytes_through)).await?;
        }
        transaction.commit().await
    }

    async fn delete_some(&self, room: &RoomId, limit: u32) -> Result<bool, storage::Error> {
        let mut transaction = self.database.begin().await?;
        let (begins_after, _) = beginning(&mut transaction, room).await?;
        let deleted = query(DELETE)
            .bind(room.as_str())
            .bind(begins_after)
            .bind(limit)
            .execute(&mut transaction)
            .await?;
        if deleted > 0 {
            transaction.note_erasure().await?;
        }
        transaction.commit().await?;
        Ok(deleted >= u64::from(limit))
    }
}

impl MessageUpkeep for SqlMessages {
    async fn remove_texts(&self, removals: &[TextRemoval]) -> Result<Vec<TextRemoved>, StoreError> {
        Ok(retry_on_conflict("messages", || self.remove_all(removals)).await?)
    }

    async fn overdue(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        let found: Vec<(String, u64)> = query(OVERDUE)
            .bind(now)
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let place = |(room, seq)| (RoomId(room), seq);
        Ok(found.into_iter().map(place).collect())
    }

    async fn oldest(&self, limit: u32) -> Result<Vec<MessageAge>, StoreError> {
        let found: Vec<(String, u64, UnixMs)> = query(OLDEST)
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let age = |(room, seq, sent_at)| MessageAge {
            room: RoomId(room),
            seq,
            sent_at,
        };
        Ok(found.into_iter().map(age).collect())
    }

    async fn begin_after(&self, room: &RoomId, through: u64) -> Result<(), StoreError> {
        let written = || self.write_beginning(room, through);
        Ok(retry_on_conflict("messages", written).await?)
    }

    async fn delete_before_beginning(&self, room: &RoomId, limit: u32) -> Result<bool, StoreError> {
        Ok(retry_on_conflict("messages", || self.delete_some(room, limit)).await?)
    }

    async fn overwrite(&self, in_whole: bool) -> Result<(), StoreError> {
        match in_whole {
            true => self.database.scrub().await.map(drop)?,
            false => self.database.cut_log().await?,
        }
        Ok(())
    }
}

async fn remove_one(
    connection: &mut dyn SqlConnection,
    removal: &TextRemoval,
) -> Result<TextRemoved, storage::Error> {
    let TextRemoval { room, seq, end, at } = removal;
    let found: Option<MessageRow> = query(AT)
        .bind(room.as_str())
        .bind(*seq)
        .fetch_optional(connection)
        .await?;
    let Some(mut stored) = found.and_then(|row| row.0) else {
        return Ok(TextRemoved::NotThere);
    };
    if let Some(outcome) = removal.refused(&stored) {
        return Ok(outcome);
    }
    if !removal.changes(&stored) {
        let changes = changes(connection, room).await?;
        return Ok(TextRemoved::Before { changes });
    }
    let counted: Option<(u64,)> = query(COUNTED)
        .bind(room.as_str())
        .bind(*seq)
        .fetch_optional(connection)
        .await?;
    let freed = counted.map_or(0, |_| stored.message.body.len());
    stored.forget_text();
    let deleted_at = matches!(end, TextEnd::Deleted(_)).then_some(*at);
    query(REMOVE_TEXT)
        .bind(room.as_str())
        .bind(*seq)
        .bind(LinkTexts::of(stored.link.as_ref()).digest)
        .bind(deleted_at)
        .execute(connection)
        .await?;
    query(COUNT_CHANGE)
        .bind(room.as_str())
        .bind(freed as u64)
        .execute(connection)
        .await?;
    let changes = changes(connection, room).await?;
    Ok(TextRemoved::Now { changes })
}

/// Has a room begin after a message, with the bytes of all texts up to that, unless it begins later already.
async fn begin_later(
    connection: &mut dyn SqlConnection,
    room: &RoomId,
    (through, bytes_through): (u64, Option<u64>),
) -> Result<(), storage::Error> {
    let (begins_after, bytes) = beginning(connection, room).await?;
    if through <= begins_after {
        return Ok(());
    }
    let (passed,): (u64,) = query(PASSED)
        .bind(room.as_str())
        .bind(begins_after)
        .bind(through)
        .fetch_one(connection)
        .await?;
    let bytes = bytes.begun_at(bytes_through, passed);
    let begun = query(BEGIN_AFTER)
        .bind(room.as_str())
        .bind(through)
        .bind(bytes.before)
        .bind(bytes.freed);
    begun.execute(connection).await.map(drop)
}

/// After which message a room begins, and the bytes up to there.
async fn beginning(
    connection: &mut dyn SqlConnection,
    room: &RoomId,
) -> Result<(u64, RoomBytes), storage::Error> {
    let known: Option<(u64, u64, u64)> = query(BEGINNING)
        .bind(room.as_str())
        .fetch_optional(connection)
        .await?;
    let (begins_after, before, freed) = known.unwrap_or_default();
    let bytes = RoomBytes {
        through: before,
        before,
        freed,
    };
    Ok((begins_after, bytes))
}

async fn changes(connection: &mut dyn SqlConnection, room: &RoomId) -> Result<u64, storage::Error> {
    let changes: Option<(u64,)> = query(CHANGES)
        .bind(room.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(changes.map_or(0, |(changes,)| changes))
}
