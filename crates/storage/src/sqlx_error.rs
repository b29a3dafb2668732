//! What sqlx's errors mean, whichever database they are from.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::Error;
use crate::error_kind::ErrorKind;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let kind = match &error {
            sqlx::Error::Database(database) => kind(&**database),
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::RowNotFound => ErrorKind::Corrupt,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => ErrorKind::Unavailable,
            _ => ErrorKind::Statement,
        };
        Self::of(kind, error.into())
    }
}

fn kind(error: &(dyn DatabaseError + 'static)) -> ErrorKind {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return crate::postgres::kind(error.code());
    }
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return crate::mysql::kind(error.number());
    }
    if error.is_unique_violation() {
        return ErrorKind::UniqueViolation;
    }
    let code = error.code().and_then(|code| code.parse().ok());
    crate::sqlite::kind(code.unwrap_or_default())
}
