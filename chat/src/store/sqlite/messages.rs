//! The messages.

use std::collections::HashMap;

use chat_core::{Page, PageFrom};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};
use wire::chat::Message;
use wire::{RoomId, UnixMs};

use super::{SqliteStore, signed, unsigned};
use crate::store::{Appended, Head, MessageStore, NewMessage, StoreError};

const LAST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM messages WHERE room_id = ?1";

const INSERT: &str =
    "INSERT INTO messages (room_id, seq, message_id, sender, client_id, body, sent_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (room_id, sender, client_id) DO NOTHING";

const BY_KEY: &str = "SELECT * FROM messages WHERE room_id = ?1 AND sender = ?2 AND client_id = ?3";

const BEFORE: &str =
    "SELECT * FROM messages WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

const AFTER: &str = "SELECT * FROM messages WHERE room_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";

const HEADS: &str =
    "SELECT messages.*, (SELECT min(seq) FROM messages WHERE room_id = ids.value) AS min_seq
     FROM json_each(?1) AS ids JOIN messages ON messages.room_id = ids.value
     AND messages.seq = (SELECT max(seq) FROM messages WHERE room_id = ids.value)";

const LAST: &str = "SELECT * FROM messages ORDER BY position DESC LIMIT ?1";

impl MessageStore for SqliteStore {
    async fn append(&self, batch: &[NewMessage]) -> Result<Vec<Appended>, StoreError> {
        let mut transaction = self.database.begin().await?;
        let mut heads = HashMap::new();
        let mut appended = Vec::with_capacity(batch.len());
        for new in batch {
            appended.push(append_one(&mut transaction, &mut heads, new).await?);
        }
        transaction.commit().await?;
        Ok(appended)
    }

    async fn page(&self, room: &RoomId, page: Page) -> Result<Vec<Message>, StoreError> {
        let (query, seq, falling) = match page.from {
            PageFrom::Newest => (BEFORE, i64::MAX, true),
            PageFrom::Before(seq) => (BEFORE, signed(seq), true),
            PageFrom::After(seq) => (AFTER, signed(seq), false),
        };
        let mut found: Vec<Stored> = sqlx::query_as(query)
            .bind(room.as_str())
            .bind(seq)
            .bind(page.limit)
            .fetch_all(self.database.readers())
            .await?;
        if falling {
            found.reverse();
        }
        Ok(found.into_iter().map(|stored| stored.0).collect())
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let rows = sqlx::query(HEADS)
            .bind(ids_json(rooms))
            .fetch_all(self.database.readers())
            .await?;
        let head = |row: &SqliteRow| {
            let min_seq = unsigned(row.try_get("min_seq")?);
            Ok(Head {
                min_seq,
                last: Stored::from_row(row)?.0,
            })
        };
        rows.iter().map(head).collect()
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let found: Vec<Stored> = sqlx::query_as(LAST)
            .bind(limit)
            .fetch_all(self.database.readers())
            .await?;
        Ok(found.into_iter().rev().map(|stored| stored.0).collect())
    }
}

async fn append_one(
    connection: &mut SqliteConnection,
    heads: &mut HashMap<RoomId, u64>,
    new: &NewMessage,
) -> Result<Appended, sqlx::Error> {
    let draft = &new.draft;
    let last_seq = match heads.get(&draft.room) {
        Some(last_seq) => *last_seq,
        None => last_seq(connection, &draft.room).await?,
    };
    let seq = last_seq + 1;
    let inserted = sqlx::query(INSERT)
        .bind(draft.room.as_str())
        .bind(signed(seq))
        .bind(&new.message_id)
        .bind(draft.from.as_str())
        .bind(&draft.client_id)
        .bind(&draft.body)
        .bind(new.sent_at.0)
        .execute(&mut *connection)
        .await?;
    if inserted.rows_affected() == 0 {
        return repeated(connection, new).await;
    }
    heads.insert(draft.room.clone(), seq);
    Ok(Appended::Stored(Message {
        room: draft.room.clone(),
        seq,
        message_id: new.message_id.clone(),
        from: draft.from.clone(),
        client_id: draft.client_id.clone(),
        body: draft.body.clone(),
        sent_at: new.sent_at,
    }))
}

async fn last_seq(connection: &mut SqliteConnection, room: &RoomId) -> Result<u64, sqlx::Error> {
    let found: (i64,) = sqlx::query_as(LAST_SEQ)
        .bind(room.as_str())
        .fetch_one(connection)
        .await?;
    Ok(unsigned(found.0))
}

async fn repeated(
    connection: &mut SqliteConnection,
    new: &NewMessage,
) -> Result<Appended, sqlx::Error> {
    let known: Stored = sqlx::query_as(BY_KEY)
        .bind(new.draft.room.as_str())
        .bind(new.draft.from.as_str())
        .bind(&new.draft.client_id)
        .fetch_one(connection)
        .await?;
    Ok(match known.0.body == new.draft.body {
        true => Appended::Repeat(known.0),
        false => Appended::Conflict,
    })
}

/// A list of ids as one argument.
pub(super) fn ids_json(rooms: &[RoomId]) -> String {
    serde_json::to_string(rooms).expect("ids are strings")
}

struct Stored(Message);

impl FromRow<'_, SqliteRow> for Stored {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self(Message {
            room: RoomId(row.try_get("room_id")?),
            seq: unsigned(row.try_get("seq")?),
            message_id: row.try_get("message_id")?,
            from: row.try_get::<String, _>("sender")?.into(),
            client_id: row.try_get("client_id")?,
            body: row.try_get("body")?,
            sent_at: UnixMs(row.try_get("sent_at")?),
        }))
    }
}
