//! Messages and rooms in one SQLite file: the embedded default.

mod messages;
mod rooms;

use std::path::Path;

use storage::{Database, OpenError, Outbox, Schema};

use super::StoreError;

/// One file. Clones share it.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
    outbox: Outbox,
}

impl SqliteStore {
    /// Opens `path`, making it where it is not there.
    ///
    /// # Errors
    /// When it can't be made, opened or brought up to date.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let database = Database::open(path, Schema::chat()).await?;
        let outbox = Outbox::new(database.clone());
        Ok(Self { database, outbox })
    }

    /// Its events for other services.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Closes the file.
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

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        storage::Error::from(error).into()
    }
}

/// SQLite's integers are signed; no room comes near the end of them.
fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn unsigned(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}
