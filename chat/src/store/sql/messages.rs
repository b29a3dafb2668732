//! The messages: appended in one transaction, read by pages.

use std::collections::HashMap;

use chat_core::{HistoryPage, MessageDraft, PageFrom};
use storage::{Database, FromRow, Row, SqlConnection, query, retry_on_conflict};
use wire::chat::Message;
use wire::{RoomId, UserId};

use crate::store::{Appended, Head, MessageStore, NewMessage, OwnSpan, StoreError};

const LAST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM messages WHERE room_id = ?1";

const INSERT: &str =
    "INSERT INTO messages (room_id, seq, message_id, sender, client_id, body, sent_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
     ON CONFLICT (room_id, sender, client_id) DO NOTHING";

const BY_KEY: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at
     FROM messages WHERE room_id = ?1 AND sender = ?2 AND client_id = ?3";

const BEFORE: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at
     FROM messages WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

const AFTER: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at
     FROM messages WHERE room_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";

const WRITTEN_BY: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at
     FROM messages WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3 AND sender = ?4
     ORDER BY seq LIMIT ?5";

const COUNT_WRITTEN_BY: &str = "SELECT count(*) FROM messages
     WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3 AND sender = ?4";

const HEADS: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     (SELECT min(seq) FROM messages WHERE room_id = ids.value) AS min_seq
     FROM (?1..) AS ids JOIN messages ON messages.room_id = ids.value
     AND messages.seq = (SELECT max(seq) FROM messages WHERE room_id = ids.value)";

const LAST: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at
     FROM messages ORDER BY position DESC LIMIT ?1";

/// Messages in a database of [`storage::Schema::chat`], of those that have them: SQLite. Clones share it.
#[derive(Debug, Clone)]
pub struct SqlMessages {
    database: Database,
}

impl SqlMessages {
    /// The messages of a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }

    async fn append_all(&self, batch: &[NewMessage]) -> Result<Vec<Appended>, storage::Error> {
        let mut transaction = self.database.begin().await?;
        let mut heads = HashMap::new();
        let mut appended = Vec::with_capacity(batch.len());
        for new in batch {
            appended.push(append_one(&mut transaction, &mut heads, new).await?);
        }
        transaction.commit().await?;
        Ok(appended)
    }
}

impl MessageStore for SqlMessages {
    async fn append(&self, batch: &[NewMessage]) -> Vec<Result<Appended, StoreError>> {
        let appended = retry_on_conflict("messages", || self.append_all(batch)).await;
        match appended.map_err(StoreError::from) {
            Ok(appended) => appended.into_iter().map(Ok).collect(),
            // One transaction: there is nothing of it, or all.
            Err(error) => batch.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    async fn repeat_of(&self, draft: &MessageDraft) -> Result<Option<Appended>, StoreError> {
        Ok(repeated(&mut self.database.read().await?, draft).await?)
    }

    async fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> Result<u64, StoreError> {
        let (count,): (u64,) = query(COUNT_WRITTEN_BY)
            .bind(room.as_str())
            .bind(after)
            .bind(through)
            .bind(user.as_str())
            .fetch_one(&mut self.database.read().await?)
            .await?;
        Ok(count)
    }

    async fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> Result<Vec<Message>, StoreError> {
        let found: Vec<StoredMessage> = query(WRITTEN_BY)
            .bind(room.as_str())
            .bind(span.after)
            .bind(span.through)
            .bind(user.as_str())
            .bind(span.limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().map(|stored| stored.0).collect())
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        let (statement, seq, falling) = match page.from {
            PageFrom::Newest => (BEFORE, u64::MAX, true),
            PageFrom::Before(seq) => (BEFORE, seq, true),
            PageFrom::After(seq) => (AFTER, seq, false),
        };
        let mut found: Vec<StoredMessage> = query(statement)
            .bind(room.as_str())
            .bind(seq)
            .bind(page.limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        if falling {
            found.reverse();
        }
        Ok(found.into_iter().map(|stored| stored.0).collect())
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let found: Vec<StoredHead> = query(HEADS)
            .bind_list(rooms.iter().map(RoomId::as_str))
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().map(|stored| stored.0).collect())
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let found: Vec<StoredMessage> = query(LAST)
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().rev().map(|stored| stored.0).collect())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let written = self.database.probe_writable().await;
        written.map_err(StoreError::unavailable)
    }
}

async fn append_one(
    connection: &mut dyn SqlConnection,
    heads: &mut HashMap<RoomId, u64>,
    new: &NewMessage,
) -> Result<Appended, storage::Error> {
    let draft = &new.draft;
    let last_seq = match heads.get(&draft.room) {
        Some(last_seq) => *last_seq,
        None => last_seq(connection, &draft.room).await?,
    };
    let seq = last_seq + 1;
    let inserted = query(INSERT)
        .bind(draft.room.as_str())
        .bind(seq)
        .bind(&new.message_id)
        .bind(draft.from.as_str())
        .bind(&draft.client_id)
        .bind(&draft.body)
        .bind(new.sent_at)
        .execute(connection)
        .await?;
    if inserted == 0 {
        let repeat = repeated(connection, draft).await?;
        return repeat.ok_or_else(|| storage::Error::corrupt("a key that is and is not there"));
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

async fn last_seq(
    connection: &mut dyn SqlConnection,
    room: &RoomId,
) -> Result<u64, storage::Error> {
    let (last,): (u64,) = query(LAST_SEQ)
        .bind(room.as_str())
        .fetch_one(connection)
        .await?;
    Ok(last)
}

async fn repeated(
    connection: &mut dyn SqlConnection,
    draft: &MessageDraft,
) -> Result<Option<Appended>, storage::Error> {
    let known: Option<StoredMessage> = query(BY_KEY)
        .bind(draft.room.as_str())
        .bind(draft.from.as_str())
        .bind(&draft.client_id)
        .fetch_optional(connection)
        .await?;
    Ok(known.map(|known| match known.0.body == draft.body {
        true => Appended::Repeat(known.0),
        false => Appended::Conflict,
    }))
}

struct StoredMessage(Message);

impl FromRow for StoredMessage {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let (room, seq, message_id, from, client_id, body, sent_at) = FromRow::from_row(row)?;
        Ok(Self(Message {
            room: RoomId(room),
            seq,
            message_id,
            from: UserId(from),
            client_id,
            body,
            sent_at,
        }))
    }
}

struct StoredHead(Head);

impl FromRow for StoredHead {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let min_seq = row.get("min_seq")?;
        let StoredMessage(last) = FromRow::from_row(row)?;
        Ok(Self(Head { min_seq, last }))
    }
}
