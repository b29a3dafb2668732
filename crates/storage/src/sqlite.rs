//! SQLite: durable, one writer, several readers, and opened anew after a write has failed.

mod connection;
mod dialect;
mod error;
mod file_reader;
mod migrations;
mod scrub;
mod transaction;
mod trouble;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use wire::UnixMs;

use self::error::is_busy;
pub(crate) use self::error::kind;
pub use self::file_reader::FileReader;
use self::transaction::SqliteTransaction;
use self::trouble::Trouble;
use crate::engine::{Engine, Transaction};
use crate::migrations::{MigrationStatus, PendingMigration};
use crate::{DatabaseUrl, OpenError, Schema, SqlConnection, StorageFuture, create_private_dir};

/// How long a write waits for one of another process, as `rendezvous keys` beside a running scheduler.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a query waits for a free connection; bounded, so that trouble becomes a 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Between two attempts to open a file that another process is making.
const OPEN_AGAIN: Duration = Duration::from_millis(10);
/// Connections that only read.
const READERS: u32 = 4;

/// One SQLite file: WAL, `synchronous=FULL`, foreign keys on, what is deleted overwritten.
#[derive(Debug)]
pub(crate) struct SqliteEngine {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
    trouble: Trouble,
}

impl SqliteEngine {
    pub(crate) async fn open(
        path: &Path,
        database: &DatabaseUrl,
        schema: Schema,
    ) -> Result<Self, OpenError> {
        create_private(path).map_err(|source| OpenError::File {
            path: path.to_owned(),
            source,
        })?;
        let refused = |source: sqlx::Error| OpenError::Connect {
            database: database.clone(),
            source: source.into(),
        };
        let trouble = Trouble::default();
        let writer = first_connection(path, &trouble).await.map_err(refused)?;
        let mut connection = writer.acquire().await.map_err(refused)?;
        migrations::run(&mut connection, database, schema).await?;
        drop(connection);
        let reading = options(path).pragma("query_only", "ON");
        let readers = pool(reading, READERS, &trouble).await.map_err(refused)?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            readers,
            trouble,
        })
    }
}

/// What is missing in a file, which is neither made nor changed.
pub(crate) async fn pending(
    path: &Path,
    database: &DatabaseUrl,
    schema: Schema,
) -> Result<Vec<PendingMigration>, OpenError> {
    if !path.exists() {
        return Ok(MigrationStatus::none(&schema.migrations().sqlite).pending());
    }
    let connected = file_reader::reading(path).connect().await;
    let mut connection = connected.map_err(|source| OpenError::Connect {
        database: database.clone(),
        source: source.into(),
    })?;
    let progress = migrations::progress(&mut connection, database, schema).await?;
    Ok(progress.pending())
}

impl Engine for SqliteEngine {
    fn read(&self) -> StorageFuture<'_, Box<dyn SqlConnection>> {
        Box::pin(async {
            let connection: Box<dyn SqlConnection> = Box::new(self.readers.acquire().await?);
            Ok(connection)
        })
    }

    fn begin(&self) -> StorageFuture<'_, Box<dyn Transaction>> {
        Box::pin(async {
            let transaction = SqliteTransaction::begin(&self.writer, &self.trouble).await?;
            let transaction: Box<dyn Transaction> = Box::new(transaction);
            Ok(transaction)
        })
    }

    fn server_time(&self) -> StorageFuture<'_, Option<UnixMs>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn scrub(&self) -> StorageFuture<'_, bool> {
        Box::pin(async {
            let mut reader = self.readers.acquire().await?;
            if !scrub::is_marked(&mut reader).await? {
                return Ok(false);
            }
            drop(reader);
            let mut writer = self.writer.acquire().await?;
            // Somebody else may have done it meanwhile.
            if !scrub::is_marked(&mut writer).await? {
                return Ok(false);
            }
            scrub::scrub(&mut writer, &self.path).await?;
            Ok(true)
        })
    }

    fn cut_log(&self) -> StorageFuture<'_, ()> {
        Box::pin(async {
            let mut writer = self.writer.acquire().await?;
            scrub::cut_log(&mut writer).await
        })
    }

    fn close(&self) -> StorageFuture<'_, ()> {
        Box::pin(async {
            self.readers.close().await;
            self.writer.close().await;
            Ok(())
        })
    }
}

/// The one that makes a new file WAL: SQLite needs the file alone for that, and of two that open it at once it refuses one
/// at once (<https://sqlite.org/wal.html#activating_and_configuring_wal_mode>), who waits here as for a write.
async fn first_connection(path: &Path, trouble: &Trouble) -> Result<SqlitePool, sqlx::Error> {
    let give_up = Instant::now() + BUSY_TIMEOUT;
    loop {
        match pool(options(path), 1, trouble).await {
            Err(error) if is_busy(&error) && Instant::now() < give_up => {
                tokio::time::sleep(OPEN_AGAIN).await;
            }
            opened => return opened,
        }
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is deleted is overwritten with zeros, in the page and in pages that become free.
        .pragma("secure_delete", "ON")
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
