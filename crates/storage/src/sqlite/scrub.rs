//! Leaving nothing of what was erased in a file. `secure_delete` overwrites a row that is deleted, but not the copies of
//! it that SQLite left in the free room of other pages when it moved it between them; and the write-ahead log keeps
//! pages as they were. So the file is written anew, and the log cut to nothing.

use std::path::Path;

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::Error;

/// Largest file that is written anew, in bytes (512 MiB): about 10 s in which nothing else is written.
const MAX_REWRITTEN_BYTES: u64 = 1 << 29;

/// The mark of an erasure stands in the file's header, which is part of its transactions: `user_version`, of which
/// nothing else makes use.
const MARKED: i64 = 1;

/// Marks the file, within a transaction.
pub(super) async fn mark(connection: &mut SqliteConnection) -> Result<(), Error> {
    set_mark(connection, MARKED).await
}

/// True while something that was erased may be found.
pub(super) async fn is_marked(connection: &mut SqliteConnection) -> Result<bool, Error> {
    let (mark,): (i64,) = sqlx::query_as("PRAGMA user_version")
        .fetch_one(connection)
        .await?;
    Ok(mark == MARKED)
}

/// Writes the file anew and cuts its log, on the one connection that writes; then takes the mark away.
pub(super) async fn scrub(connection: &mut SqliteConnection, path: &Path) -> Result<(), Error> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    if bytes <= MAX_REWRITTEN_BYTES {
        sqlx::raw_sql("VACUUM").execute(&mut *connection).await?;
    } else {
        metrics::counter!("storage_scrubs_partial_total").increment(1);
        tracing::warn!(
            bytes,
            "the store is too large to be written anew: pieces of what was erased may stand in its free room until it is vacuumed"
        );
    }
    cut_log(connection).await?;
    set_mark(connection, 0).await
}

/// Folds the log in and cuts it to nothing.
pub(super) async fn cut_log(connection: &mut SqliteConnection) -> Result<(), Error> {
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(&mut *connection)
        .await?;
    match busy {
        0 => Ok(()),
        _ => Err(Error::Busy("a reader holds the log".into())),
    }
}

async fn set_mark(connection: &mut SqliteConnection, mark: i64) -> Result<(), Error> {
    let statement = format!("PRAGMA user_version = {mark}");
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}
