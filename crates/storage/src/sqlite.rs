//! Opening a service's SQLite store: durable, one writer, several readers, and opened anew after a
//! write has failed.
//!
//! Tables and queries are each service's own.

mod error;
mod trouble;
mod write;

pub use write::WriteTransaction;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use self::trouble::Trouble;
use crate::{Error, OpenError, Schema, create_private_dir};

/// How long a write waits for one of another process, as `rendezvous keys` beside a running scheduler.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a query waits for a free connection; bounded, so that trouble becomes a 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Connections that only read.
const READERS: u32 = 4;

/// One SQLite file: WAL, `synchronous=FULL`, foreign keys on. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
    trouble: Trouble,
}

impl Database {
    /// Opens `path`, making its directory (0700) and file (0600) where they are not there, and applies
    /// the migrations of `schema`.
    ///
    /// # Errors
    /// [`OpenError`], naming the path.
    pub async fn open(path: &Path, schema: Schema) -> Result<Self, OpenError> {
        create_private(path).map_err(|source| OpenError::File {
            path: path.to_owned(),
            source,
        })?;
        let refused = |source: sqlx::Error| OpenError::Connect {
            path: path.to_owned(),
            source: source.into(),
        };
        let trouble = Trouble::default();
        let writer = pool(options(path), 1, &trouble).await.map_err(refused)?;
        schema
            .sqlite()
            .run(&writer)
            .await
            .map_err(|source| OpenError::Migrate {
                path: path.to_owned(),
                source: sqlx::Error::from(source).into(),
            })?;
        let reading = options(path).pragma("query_only", "ON");
        let readers = pool(reading, READERS, &trouble).await.map_err(refused)?;
        Ok(Self {
            writer,
            readers,
            trouble,
        })
    }

    /// The one connection that writes. Give it back after each transaction: outbox and readiness need it
    /// too, and wait 2 s at most. Use [`Database::begin`] for more than one statement.
    #[must_use]
    pub fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Connections that only read; they see what is committed.
    #[must_use]
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// A transaction that writes. It takes the write lock at once: one that began by reading could not
    /// be upgraded while another writes.
    ///
    /// # Errors
    /// When no connection is free in time, or another process keeps the lock.
    pub async fn begin(&self) -> Result<WriteTransaction, Error> {
        WriteTransaction::begin(&self.writer, &self.trouble).await
    }

    /// For readiness: commits a row of `write_probe`, which each service's first migration makes.
    ///
    /// # Errors
    /// In a few words, what is wrong.
    pub async fn probe_writable(&self) -> Result<(), String> {
        let probe = async {
            let mut transaction = self.begin().await?;
            sqlx::query(
                "INSERT INTO write_probe (id, at) VALUES (1, unixepoch())
                 ON CONFLICT (id) DO UPDATE SET at = excluded.at",
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        };
        probe.await.map_err(|error: Error| {
            tracing::warn!(%error, "the store can't be written");
            "the store can't be written".to_owned()
        })
    }

    /// Closes every connection; the write-ahead log is folded in.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

async fn pool(
    options: SqliteConnectOptions,
    connections: u32,
    trouble: &Trouble,
) -> Result<SqlitePool, sqlx::Error> {
    let trouble = trouble.clone();
    SqlitePoolOptions::new()
        // One that was open when a write failed is closed, and another opened in its place.
        .before_acquire(move |_, meta| {
            let usable = !trouble.is_of(meta.age);
            Box::pin(std::future::ready(Ok(usable)))
        })
        .min_connections(1)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// SQLite gives `-wal` and `-shm` the mode of the main file.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        create_private_dir(directory)?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}
