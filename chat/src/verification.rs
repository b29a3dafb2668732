//! A look at every message that is stored, beside a running service or while none runs. Nothing is changed.

use storage::{Database, DatabaseOptions, DatabaseUrl, OpenError, Schema};

use crate::lost_tail::{LostTail, find_lost_tail};
use crate::store::mongo::{MongoMessages, MongoOpenError};
use crate::store::sql::{SqlMessages, SqlRooms};
use crate::store::{ChainReport, MessageBackend, MessagesUrl, StoreError, verify_messages};

/// Why messages were not looked at.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Their end is gone.
    #[error("{0}")]
    Lost(LostTail),
    /// Their tables are older than this version.
    #[error("{0} is not up to date: start chat, or run `rendezvous migrate`")]
    Outdated(DatabaseUrl),
    /// A database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The messages' server does not answer.
    #[error(transparent)]
    Mongo(#[from] MongoOpenError),
    /// A file can't be read.
    #[error("store: {0}")]
    File(#[from] storage::Error),
    /// A database failed meanwhile.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Holds every message against its chain, and against what the rooms know.
///
/// # Errors
/// When the messages can't be looked at, or their end is gone.
pub async fn verify(
    rooms: &DatabaseUrl,
    messages: &MessagesUrl,
    options: &DatabaseOptions,
) -> Result<ChainReport, VerifyError> {
    if let Some(lost) = lost_in(messages).await? {
        return Err(VerifyError::Lost(lost));
    }
    let room_database = opened(rooms, options).await?;
    let messages = match messages {
        MessagesUrl::Sqlite(url) if url.identity() == rooms.identity() => {
            MessageBackend::Sql(SqlMessages::new(room_database.clone()))
        }
        MessagesUrl::Sqlite(url) => {
            MessageBackend::Sql(SqlMessages::new(opened(url, options).await?))
        }
        MessagesUrl::Mongo(url) => MessageBackend::Mongo(MongoMessages::attach(url).await?),
    };
    let rooms = SqlRooms::new(room_database);
    let report = verify_messages(&rooms, &messages).await;
    rooms.close().await;
    messages.close().await;
    Ok(report?)
}

/// Of a file, before it is opened: who opens it folds its log in.
async fn lost_in(messages: &MessagesUrl) -> Result<Option<LostTail>, storage::Error> {
    match messages.file().and_then(DatabaseUrl::file) {
        Some(file) => find_lost_tail(file).await,
        None => Ok(None),
    }
}

/// Opening one that is not up to date would change it.
async fn opened(url: &DatabaseUrl, options: &DatabaseOptions) -> Result<Database, VerifyError> {
    let missing = Database::pending(url, options, Schema::chat()).await?;
    if !missing.is_empty() {
        return Err(VerifyError::Outdated(url.clone()));
    }
    Ok(Database::open(url, options, Schema::chat()).await?)
}
