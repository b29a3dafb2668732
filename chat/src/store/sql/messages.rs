//! The messages: appended in one transaction, read by pages, and each looked at before it is shown.

mod append;
mod row;
mod upkeep;

use std::sync::Arc;

use chat_core::{ChainAnchor, HistoryPage, MessageDraft, PageFrom, StoredMessage};
use storage::{Database, SqlConnection, query, retry_on_conflict};
use wire::chat::Message;
use wire::{RoomId, UserId};

pub(super) use self::append::RoomEnds;
use self::append::append_one;
use self::row::MessageRow;
use super::mark::MarkFile;
use crate::store::chain::{
    ChainAnchors, ReadCheck, hash_or_genesis, hash_text, rooms_of_page, unlinked_rooms,
};
use crate::store::{
    Appended, ChainedMessages, FoundHead, Head, MessageStore, NewMessage, OwnSpan, StoreError,
};

const BY_KEY: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages WHERE room_id = ?1 AND sender = ?2 AND client_id = ?3";

const BEFORE: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages WHERE room_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

const AFTER: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages WHERE room_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";

const AFTER_PLACE: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages WHERE (room_id, seq) > (?1, ?2) ORDER BY room_id, seq LIMIT ?3";

const WRITTEN_BY: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3 AND sender = ?4
     ORDER BY seq LIMIT ?5";

const COUNT_WRITTEN_BY: &str = "SELECT count(*) FROM messages
     WHERE room_id = ?1 AND seq > ?2 AND seq <= ?3 AND sender = ?4";

const HEADS: &str = "SELECT messages.room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at,
     ids.value AS id, changes, begins_after,
     (SELECT min(seq) FROM messages WHERE room_id = ids.value AND seq > coalesce(begins_after, 0)) AS first_seq
     FROM (?1..) AS ids LEFT JOIN message_rooms ON message_rooms.room_id = ids.value
     LEFT JOIN messages ON messages.room_id = ids.value AND messages.seq > coalesce(begins_after, 0)
     AND messages.seq = (SELECT max(seq) FROM messages WHERE room_id = ids.value)";

const LAST: &str = "SELECT room_id, seq, message_id, sender, client_id, body, sent_at,
     salt, digest, previous, chain, expires_at, deleted_at
     FROM messages ORDER BY position DESC LIMIT ?1";

const ANCHORS: &str = "SELECT room_id, seq, chain FROM chain_anchors WHERE room_id IN (?1..)";

/// Messages in a database of [`storage::Schema::chat`], of those that have them: SQLite. Clones share it.
#[derive(Debug, Clone)]
pub struct SqlMessages {
    database: Database,
    check: ReadCheck,
    mark: Option<Arc<MarkFile>>,
}

impl SqlMessages {
    /// The messages of a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            check: ReadCheck::default(),
            mark: None,
        }
    }

    /// The same, which write down after each commit up to where they are.
    pub(crate) fn with_mark(self, mark: MarkFile) -> Self {
        Self {
            mark: Some(Arc::new(mark)),
            ..self
        }
    }

    /// The message that was committed last, and its chain; nothing of a chain where it has none.
    pub(crate) async fn newest(&self) -> Result<Option<(Message, String)>, StoreError> {
        let newest: Option<MessageRow> = query(LAST)
            .bind(1_u32)
            .fetch_optional(&mut self.database.read().await?)
            .await?;
        let newest = newest.and_then(|row| row.0);
        Ok(newest.map(|StoredMessage { message, link }| {
            let chain = link.map(|link| hash_text(&link.chain));
            (message, chain.unwrap_or_default())
        }))
    }

    /// Keeps on disk up to where they are, for ever.
    pub(crate) async fn keep_mark_synced(&self) {
        if let Some(mark) = &self.mark {
            mark.keep_synced().await;
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
        if let Some(mark) = &self.mark {
            mark.sync().await;
        }
    }

    async fn append_all(&self, batch: &[NewMessage]) -> Result<Vec<Appended>, storage::Error> {
        let mut transaction = self.database.begin().await?;
        let mut ends = RoomEnds::new();
        let mut appended = Vec::with_capacity(batch.len());
        for new in batch {
            appended.push(append_one(&mut transaction, &self.check, &mut ends, new).await?);
        }
        transaction.commit().await?;
        if let Some(mark) = &self.mark {
            mark.note(&appended, &ends);
        }
        Ok(appended)
    }

    /// Messages of any rooms, as they are served.
    async fn checked(
        &self,
        connection: &mut dyn SqlConnection,
        stored: Vec<StoredMessage>,
    ) -> Result<Vec<Message>, storage::Error> {
        let anchors = anchors(connection, unlinked_rooms(&stored)).await?;
        Ok(self.check.each(stored, &anchors))
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
        let mut connection = self.database.read().await?;
        Ok(repeated(&mut connection, &self.check, draft).await?)
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
        let mut connection = self.database.read().await?;
        let found: Vec<MessageRow> = query(WRITTEN_BY)
            .bind(room.as_str())
            .bind(span.after)
            .bind(span.through)
            .bind(user.as_str())
            .bind(span.limit)
            .fetch_all(&mut connection)
            .await?;
        Ok(self.checked(&mut connection, readable(found)).await?)
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        let (statement, seq, falling) = match page.from {
            PageFrom::Newest => (BEFORE, u64::MAX, true),
            PageFrom::Before(seq) => (BEFORE, seq, true),
            PageFrom::After(seq) => (AFTER, seq, false),
        };
        let mut connection = self.database.read().await?;
        let found: Vec<MessageRow> = query(statement)
            .bind(room.as_str())
            .bind(seq)
            .bind(page.limit)
            .fetch_all(&mut connection)
            .await?;
        let mut found = readable(found);
        if falling {
            found.reverse();
        }
        let anchors = anchors(&mut connection, rooms_of_page(&found, page)).await?;
        Ok(self.check.page(found, &anchors, page))
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let mut connection = self.database.read().await?;
        let found: Vec<FoundHead> = query(HEADS)
            .bind_list(rooms.iter().map(RoomId::as_str))
            .fetch_all(&mut connection)
            .await?;
        let last = found.iter().filter_map(|found| found.last.as_ref());
        let anchors = anchors(&mut connection, unlinked_rooms(last)).await?;
        let head = |found: FoundHead| found.head(|last| self.check.one(last, &anchors));
        Ok(found.into_iter().filter_map(head).collect())
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let mut connection = self.database.read().await?;
        let mut found: Vec<MessageRow> = query(LAST).bind(limit).fetch_all(&mut connection).await?;
        found.reverse();
        Ok(self.checked(&mut connection, readable(found)).await?)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let written = self.database.probe_writable().await;
        written.map_err(StoreError::unavailable)
    }
}

impl ChainedMessages for SqlMessages {
    async fn stored_after(
        &self,
        place: Option<(&RoomId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let (room, seq) = place.map_or(("", 0), |(room, seq)| (room.as_str(), seq));
        let found: Vec<MessageRow> = query(AFTER_PLACE)
            .bind(room)
            .bind(seq)
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(readable(found))
    }

    async fn anchors(&self, rooms: &[RoomId]) -> Result<ChainAnchors, StoreError> {
        let rooms = rooms.iter().cloned();
        Ok(anchors(&mut self.database.read().await?, rooms).await?)
    }
}

/// Those whose place can be read: nobody knows of which room the others are.
fn readable(rows: Vec<MessageRow>) -> Vec<StoredMessage> {
    let found = rows.len();
    let stored: Vec<StoredMessage> = rows.into_iter().filter_map(|row| row.0).collect();
    if stored.len() < found {
        tracing::error!("a stored message has no place that can be read");
    }
    stored
}

async fn anchors(
    connection: &mut dyn SqlConnection,
    rooms: impl IntoIterator<Item = RoomId>,
) -> Result<ChainAnchors, storage::Error> {
    let rooms: Vec<RoomId> = rooms.into_iter().collect();
    let mut anchors: ChainAnchors = rooms
        .iter()
        .map(|room| (room.clone(), ChainAnchor::default()))
        .collect();
    if rooms.is_empty() {
        return Ok(anchors);
    }
    let found: Vec<(String, u64, String)> = query(ANCHORS)
        .bind_list(rooms.iter().map(RoomId::as_str))
        .fetch_all(connection)
        .await?;
    for (room, seq, chain) in found {
        let chain = hash_or_genesis(&chain);
        anchors.insert(RoomId(room), ChainAnchor { seq, chain });
    }
    Ok(anchors)
}

/// What became of the message that has a draft's key, if there is one.
async fn repeated(
    connection: &mut dyn SqlConnection,
    check: &ReadCheck,
    draft: &MessageDraft,
) -> Result<Option<Appended>, storage::Error> {
    let known: Option<MessageRow> = query(BY_KEY)
        .bind(draft.room.as_str())
        .bind(draft.from.as_str())
        .bind(&draft.client_id)
        .fetch_optional(connection)
        .await?;
    let Some(known) = known.and_then(|row| row.0) else {
        return Ok(None);
    };
    let anchors = anchors(connection, unlinked_rooms([&known])).await?;
    Ok(Some(check.outcome(known, draft, &anchors)))
}
