//! What SQLite's result codes mean.

use crate::error_kind::ErrorKind;

/// Primary result codes (<https://sqlite.org/rescode.html>); the rest of a code says which of the kind.
pub(super) const SQLITE_BUSY: i32 = 5;
pub(super) const SQLITE_LOCKED: i32 = 6;
pub(super) const SQLITE_IOERR: i32 = 10;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;
/// The bits of a primary code.
const PRIMARY: i32 = 0xff;

/// The kind of an error with that code; a unique key that is there already is told by the driver.
pub(crate) fn kind(code: i32) -> ErrorKind {
    match code & PRIMARY {
        SQLITE_BUSY | SQLITE_LOCKED => ErrorKind::Busy,
        SQLITE_IOERR => ErrorKind::Io,
        SQLITE_FULL => ErrorKind::Full,
        SQLITE_CORRUPT | SQLITE_NOTADB => ErrorKind::Corrupt,
        SQLITE_CANTOPEN => ErrorKind::Unavailable,
        _ => ErrorKind::Statement,
    }
}

/// The part of a database's code that names its kind.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & PRIMARY)
}

/// True where another connection has what this one needs.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error).is_some_and(|code| kind(code) == ErrorKind::Busy)
}
