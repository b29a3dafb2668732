//! What can go wrong with a store, in no driver's words.

use std::path::PathBuf;

use crate::DatabaseUrl;
use crate::error_kind::ErrorKind;

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

    /// True where the whole transaction may succeed when it is run again: it lost to another one.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::UniqueViolation(_))
    }

    pub(crate) fn of(kind: ErrorKind, source: Source) -> Self {
        match kind {
            ErrorKind::Unavailable => Self::Unavailable(source),
            ErrorKind::Full => Self::Full(source),
            ErrorKind::Busy => Self::Busy(source),
            ErrorKind::UniqueViolation => Self::UniqueViolation(source),
            ErrorKind::Io => Self::Io(source),
            ErrorKind::Corrupt => Self::Corrupt(source),
            ErrorKind::Statement => Self::Statement(source),
        }
    }
}

/// Why a store could not be opened. It names its database, and no password.
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
    /// The database refused to be opened, or does not answer.
    #[error("{database} can't be opened: {source}")]
    Connect {
        /// The database, without its password.
        database: DatabaseUrl,
        /// From the driver.
        source: Error,
    },
    /// A setting of the server means that a crash may lose what was committed.
    #[error(
        "{database} does not keep what it has committed through a crash: its {setting} is {value}, not {wanted}. \
         Change it there, or accept it by name: database.accepted_durability = [\"{setting}={value}\"]"
    )]
    Durability {
        /// The database, without its password.
        database: DatabaseUrl,
        /// Of the server.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A newer version of the program has changed the tables.
    #[error(
        "{database} is of a newer version of Rendezvous: it has the migration {version} ({description}), \
         and this one knows none after {newest}. Run that version, or one after it"
    )]
    Newer {
        /// The database, without its password.
        database: DatabaseUrl,
        /// The first that is not known.
        version: i64,
        /// What it says that it does.
        description: String,
        /// The last one that is known.
        newest: i64,
    },
    /// Its tables are another service's, or were made by a migration that has been changed since.
    #[error(
        "{database} holds other tables: its migration {version} is not that of {schema}. \
         Each service needs a database of its own"
    )]
    Foreign {
        /// The database, without its password.
        database: DatabaseUrl,
        /// The one that differs.
        version: i64,
        /// Whose tables were asked for.
        schema: &'static str,
    },
    /// It holds what no Rendezvous has made, or what another program has.
    #[error(
        "{database} is in use by something else: it holds the table {table}, and no tables of ours. \
         Each service needs an empty database of its own"
    )]
    Occupied {
        /// The database, without its password.
        database: DatabaseUrl,
        /// One of its tables.
        table: String,
    },
    /// It can't hold every text.
    #[error(
        "{database} can't hold every text: its encoding is {encoding}. Make one with ENCODING 'UTF8', and name that"
    )]
    Encoding {
        /// The database, without its password.
        database: DatabaseUrl,
        /// As the server names it.
        encoding: String,
    },
    /// A migration failed.
    #[error("{database} can't be brought up to date: {source}")]
    Migrate {
        /// The database, without its password.
        database: DatabaseUrl,
        /// From the driver.
        source: Error,
    },
}
