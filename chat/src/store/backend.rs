//! Messages where the settings say: in a file of SQLite, or in a database of MongoDB's protocol.

use std::fmt;

use chat_core::{HistoryPage, MessageDraft, StoredMessage};
use storage::{DatabaseUrl, DatabaseUrlError};
use wire::chat::Message;
use wire::{RoomId, UserId};

use super::chain::ChainAnchors;
use super::mongo::{MongoMessages, MongoUrl, MongoUrlError};
use super::sql::SqlMessages;
use super::{Appended, ChainedMessages, Head, MessageStore, NewMessage, OwnSpan, StoreError};

/// Where messages are.
#[derive(Debug, Clone, PartialEq)]
pub enum MessagesUrl {
    /// A file, which may be that of the rooms.
    Sqlite(DatabaseUrl),
    /// A database on a server.
    Mongo(MongoUrl),
}

/// Why a text names no place for messages. It repeats nothing of the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessagesUrlError {
    /// A database that keeps rooms, and no messages.
    #[error(
        "it takes sqlite:PATH or mongodb://HOST/DATABASE; rooms may be on another server, by chat.rooms_url"
    )]
    OtherKind,
    /// Something is wrong with a file.
    #[error(transparent)]
    Sqlite(#[from] DatabaseUrlError),
    /// Something is wrong with a server's URL.
    #[error(transparent)]
    Mongo(#[from] MongoUrlError),
}

impl MessagesUrl {
    /// Reads `sqlite:PATH`, `mongodb://…` or `mongodb+srv://…`.
    ///
    /// # Errors
    /// [`MessagesUrlError`].
    pub fn parse(text: &str) -> Result<Self, MessagesUrlError> {
        if MongoUrl::is_meant(text) {
            return Ok(Self::Mongo(MongoUrl::parse(text)?));
        }
        match DatabaseUrl::parse(text) {
            Ok(url) if url.file().is_some() => Ok(Self::Sqlite(url)),
            Err(error) if text.starts_with("sqlite:") => Err(error.into()),
            Ok(_) | Err(_) => Err(MessagesUrlError::OtherKind),
        }
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&DatabaseUrl> {
        match self {
            Self::Sqlite(url) => Some(url),
            Self::Mongo(_) => None,
        }
    }
}

/// Without its password.
impl fmt::Display for MessagesUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(url) => url.fmt(f),
            Self::Mongo(url) => url.fmt(f),
        }
    }
}

/// Messages of either kind. Clones share it.
#[derive(Debug, Clone)]
pub enum MessageBackend {
    /// In a file of SQLite.
    Sql(SqlMessages),
    /// On a server of MongoDB's protocol.
    Mongo(MongoMessages),
}

impl MessageBackend {
    /// Keeps on disk up to where the messages of a file are, for ever.
    pub(crate) async fn keep_mark_synced(&self) {
        match self {
            Self::Sql(messages) => messages.keep_mark_synced().await,
            Self::Mongo(_) => {}
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sql(sql) => sql.close().await,
            Self::Mongo(mongo) => mongo.close().await,
        }
    }
}

impl MessageStore for MessageBackend {
    async fn append(&self, batch: &[NewMessage]) -> Vec<Result<Appended, StoreError>> {
        match self {
            Self::Sql(sql) => sql.append(batch).await,
            Self::Mongo(mongo) => mongo.append(batch).await,
        }
    }

    async fn repeat_of(&self, draft: &MessageDraft) -> Result<Option<Appended>, StoreError> {
        match self {
            Self::Sql(sql) => sql.repeat_of(draft).await,
            Self::Mongo(mongo) => mongo.repeat_of(draft).await,
        }
    }

    async fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> Result<u64, StoreError> {
        match self {
            Self::Sql(sql) => sql.count_written_by(user, room, after, through).await,
            Self::Mongo(mongo) => mongo.count_written_by(user, room, after, through).await,
        }
    }

    async fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> Result<Vec<Message>, StoreError> {
        match self {
            Self::Sql(sql) => sql.written_by(user, room, span).await,
            Self::Mongo(mongo) => mongo.written_by(user, room, span).await,
        }
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        match self {
            Self::Sql(sql) => sql.page(room, page).await,
            Self::Mongo(mongo) => mongo.page(room, page).await,
        }
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        match self {
            Self::Sql(sql) => sql.heads(rooms).await,
            Self::Mongo(mongo) => mongo.heads(rooms).await,
        }
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        match self {
            Self::Sql(sql) => sql.last(limit).await,
            Self::Mongo(mongo) => mongo.last(limit).await,
        }
    }

    async fn probe(&self) -> Result<(), StoreError> {
        match self {
            Self::Sql(sql) => sql.probe().await,
            Self::Mongo(mongo) => mongo.probe().await,
        }
    }
}

impl ChainedMessages for MessageBackend {
    async fn stored_after(
        &self,
        place: Option<(&RoomId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        match self {
            Self::Sql(sql) => sql.stored_after(place, limit).await,
            Self::Mongo(mongo) => mongo.stored_after(place, limit).await,
        }
    }

    async fn anchors(&self, rooms: &[RoomId]) -> Result<ChainAnchors, StoreError> {
        match self {
            Self::Sql(sql) => sql.anchors(rooms).await,
            Self::Mongo(mongo) => mongo.anchors(rooms).await,
        }
    }
}
