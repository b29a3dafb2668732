//! A look at a file of SQLite that leaves it, and its write-ahead log, byte by byte as they are: not made, not migrated, not
//! folded in.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use crate::connection::delegate_sql_connection;
use crate::{Error, query};

/// Reads a file that no service has open. What stands in its log up to the first damaged frame counts, as at a start.
#[derive(Debug)]
pub struct FileReader {
    inner: SqliteConnection,
}

impl FileReader {
    /// Opens a file; `None` where there is none.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn open(path: &Path) -> Result<Option<Self>, Error> {
        if !path.exists() {
            return Ok(None);
        }
        let inner = reading(path).connect().await?;
        Ok(Some(Self { inner }))
    }

    /// Whether it has such a column.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn has_column(&mut self, table: &str, column: &str) -> Result<bool, Error> {
        let (count,): (i64,) = query("SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2")
            .bind(table)
            .bind(column)
            .fetch_one(self)
            .await?;
        Ok(count > 0)
    }

    /// Closes it.
    ///
    /// # Errors
    /// When SQLite says so.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.inner.close().await?)
    }
}

/// How a file is opened that is not to be changed.
pub(super) fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).read_only(true)
}

delegate_sql_connection!(FileReader, |reader| &mut reader.inner);
