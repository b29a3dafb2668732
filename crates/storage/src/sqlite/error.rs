//! What SQLite's result codes mean.

use sqlx::error::ErrorKind;

use crate::Error;

/// Primary result codes (<https://sqlite.org/rescode.html>); the rest of a code says which of the kind.
pub(super) const SQLITE_BUSY: i32 = 5;
pub(super) const SQLITE_LOCKED: i32 = 6;
pub(super) const SQLITE_IOERR: i32 = 10;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let Some(code) = primary_code(&error) {
            let is_unique = error
                .as_database_error()
                .is_some_and(|error| error.kind() == ErrorKind::UniqueViolation);
            let source = error.into();
            return match code {
                _ if is_unique => Self::UniqueViolation(source),
                SQLITE_BUSY | SQLITE_LOCKED => Self::Busy(source),
                SQLITE_IOERR => Self::Io(source),
                SQLITE_FULL => Self::Full(source),
                SQLITE_CORRUPT | SQLITE_NOTADB => Self::Corrupt(source),
                SQLITE_CANTOPEN => Self::Unavailable(source),
                _ => Self::Statement(source),
            };
        }
        match error {
            sqlx::Error::Io(_) => Self::Io(error.into()),
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::RowNotFound => Self::Corrupt(error.into()),
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error.into())
            }
            _ => Self::Statement(error.into()),
        }
    }
}

/// The part of a database's code that names its kind.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}
