//! Messages and rooms in one SQL database, in statements that every engine of `storage` takes.

mod messages;
mod rooms;

use std::path::Path;

use storage::{Database, OpenError, Outbox, Schema};

use super::StoreError;

/// One database. Clones share it.
#[derive(Debug, Clone)]
pub struct SqlChatStore {
    database: Database,
    outbox: Outbox,
}

impl SqlChatStore {
    /// Opens the file `path`, making it where it is not there.
    ///
    /// # Errors
    /// When it can't be made, opened or brought up to date.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let database = Database::open_file(path, Schema::chat()).await?;
        let outbox = Outbox::new(database.clone());
        Ok(Self { database, outbox })
    }

    /// Its events for other services.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Full(_) => StoreError::Full,
            other => StoreError::Unavailable(Box::new(other)),
        }
    }
}
