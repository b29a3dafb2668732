//! What can go wrong with a store, in no driver's words.

use std::path::PathBuf;

/// What the driver said.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a statement, a beginning or a commit failed. Match on the kind; the source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection was free in time, or the database does not answer.
    #[error("{0}")]
    Unavailable(#[source] Source),
    /// There is no room left on its disk.
    #[error("{0}")]
    Full(#[source] Source),
    /// Another transaction kept the lock for too long, or won: the same may succeed when tried again.
    #[error("{0}")]
    Busy(#[source] Source),
    /// A row with that key is there already.
    #[error("{0}")]
    UniqueViolation(#[source] Source),
    /// A read, a write or a sync of the disk failed.
    #[error("{0}")]
    Io(#[source] Source),
    /// A value is not what the caller takes it for, or the file is damaged.
    #[error("{0}")]
    Corrupt(#[source] Source),
    /// The statement itself is refused: a fault of ours.
    #[error("{0}")]
    Statement(#[source] Source),
}

impl Error {
    /// A stored value that can't be understood.
    pub fn corrupt(source: impl Into<Source>) -> Self {
        Self::Corrupt(source.into())
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or file could not be made.
    #[error("{path} can't be written: {source}")]
    File {
        /// Of the database.
        path: PathBuf,
        /// From the operating system.
        source: std::io::Error,
    },
    /// The database refused to be opened.
    #[error("{path} can't be opened: {source}")]
    Connect {
        /// Of the database.
        path: PathBuf,
        /// From the driver.
        source: Error,
    },
    /// A migration failed, or the database is of a newer version.
    #[error("{path} can't be brought up to date: {source}")]
    Migrate {
        /// Of the database.
        path: PathBuf,
        /// From the driver.
        source: Error,
    },
}
