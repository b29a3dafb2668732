//! A database, and what is borrowed from it to read and to write.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wire::UnixMs;

use crate::connection::delegate_sql_connection;
use crate::engine::{Engine, Transaction};
use crate::migrations::PendingMigration;
use crate::mysql::MySql;
use crate::postgres::Postgres;
use crate::server::{self, ServerEngine};
use crate::sqlite::{self, SqliteEngine};
use crate::url::Kind;
use crate::{
    DatabaseOptions, DatabaseUrl, Error, OpenError, Schema, SqlConnection, Statement, query,
};

/// A commit that takes longer is counted in `storage_slow_total`: a hundred times what a disk needs.
const SLOW: Duration = Duration::from_millis(500);

/// The database of one service. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Database {
    engine: Arc<dyn Engine>,
}

impl Database {
    /// Opens a database and applies the migrations of `schema`. A file of SQLite that is not there is made (0600),
    /// and its directory (0700); a server's database must be there. Transactions that write are isolated as
    /// `READ COMMITTED`, and at least so: who reads in order to write locks what it reads.
    ///
    /// # Errors
    /// [`OpenError`], naming the database.
    pub async fn open(
        url: &DatabaseUrl,
        options: &DatabaseOptions,
        schema: Schema,
    ) -> Result<Self, OpenError> {
        let engine: Arc<dyn Engine> = match &url.0 {
            Kind::Sqlite(path) => Arc::new(SqliteEngine::open(path, url, schema).await?),
            Kind::Postgres(_) => {
                Arc::new(ServerEngine::<Postgres>::open(url, options, schema).await?)
            }
            Kind::MySql(_) => Arc::new(ServerEngine::<MySql>::open(url, options, schema).await?),
        };
        Ok(Self { engine })
    }

    /// Opens the SQLite file `path`, as [`Database::open`] does.
    ///
    /// # Errors
    /// [`OpenError`], naming the path.
    pub async fn open_file(path: &Path, schema: Schema) -> Result<Self, OpenError> {
        let url = DatabaseUrl::sqlite(path);
        Self::open(&url, &DatabaseOptions::default(), schema).await
    }

    /// The migrations of `schema` that [`Database::open`] would apply; nothing is changed.
    ///
    /// # Errors
    /// [`OpenError`], naming the database.
    pub async fn pending(
        url: &DatabaseUrl,
        options: &DatabaseOptions,
        schema: Schema,
    ) -> Result<Vec<PendingMigration>, OpenError> {
        match &url.0 {
            Kind::Sqlite(path) => sqlite::pending(path, url, schema).await,
            Kind::Postgres(_) => server::pending::<Postgres>(url, options, schema).await,
            Kind::MySql(_) => server::pending::<MySql>(url, options, schema).await,
        }
    }

    /// A connection that reads what is committed. Waits 2 s at most for one that is free.
    ///
    /// # Errors
    /// When none is free in time, or the database does not answer.
    pub async fn read(&self) -> Result<ReadConnection, Error> {
        let inner = self.engine.read().await?;
        Ok(ReadConnection { inner })
    }

    /// A transaction that writes. SQLite's takes the write lock at once: one that began by reading could not be
    /// upgraded while another writes. Keep it short: outbox and readiness wait for it 2 s at most.
    ///
    /// # Errors
    /// When no connection is free in time, or another process keeps the lock.
    pub async fn begin(&self) -> Result<WriteTransaction, Error> {
        let inner = self.engine.begin().await?;
        Ok(WriteTransaction {
            inner,
            begun: Instant::now(),
        })
    }

    /// Runs one statement in a transaction of its own; the number of rows that it touched.
    ///
    /// # Errors
    /// When it is refused, or not known to be durable.
    pub async fn execute(&self, statement: Statement<'_>) -> Result<u64, Error> {
        let mut transaction = self.begin().await?;
        let touched = statement.execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(touched)
    }

    /// For readiness: commits a row of `write_probe`, which every [`Schema`] has.
    ///
    /// # Errors
    /// In a few words, what is wrong.
    pub async fn probe_writable(&self) -> Result<(), String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let probe = query(
            "INSERT INTO write_probe (id, at) VALUES (1, ?1)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at",
        )
        .bind(now.unwrap_or_default().as_secs());
        let written = self.execute(probe).await;
        written.map(drop).map_err(|error| {
            tracing::warn!(%error, "the store can't be written");
            "the store can't be written".to_owned()
        })
    }

    /// What the clock of the server shows, which all who use the database share; `None` for a file, whose one process has
    /// its machine's.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn server_time(&self) -> Result<Option<UnixMs>, Error> {
        self.engine.server_time().await
    }

    /// Leaves no byte of what was [erased](WriteTransaction::note_erasure) in the files of SQLite, which are written
    /// anew for it: writers wait meanwhile. True where there was anything to do. A server's files are its operator's.
    /// Call it every second or so: an erasure outlives the process that committed it.
    ///
    /// # Errors
    /// When it is not done, and has to be tried again.
    pub async fn scrub(&self) -> Result<bool, Error> {
        self.engine.scrub().await
    }

    /// Leaves nothing of what was overwritten in SQLite's log: what `secure_delete` zeroed in the file may stand there in
    /// older copies of its pages. Cheaper than [`scrub`](Self::scrub), which leaves nothing in the file either.
    ///
    /// # Errors
    /// When it is not done, and has to be tried again.
    pub async fn cut_log(&self) -> Result<(), Error> {
        self.engine.cut_log().await
    }

    /// Closes every connection; SQLite folds its write-ahead log in.
    pub async fn close(&self) {
        if let Err(error) = self.engine.close().await {
            tracing::warn!(%error, "the store was not closed");
        }
    }
}

/// A connection that reads; it goes back to its pool when dropped.
pub struct ReadConnection {
    inner: Box<dyn SqlConnection>,
}

/// Holds the one connection that writes; rolled back unless [committed](Self::commit).
#[derive(Debug)]
pub struct WriteTransaction {
    inner: Box<dyn Transaction>,
    begun: Instant,
}

impl WriteTransaction {
    /// Makes all of it durable.
    ///
    /// # Errors
    /// When it is not, or nobody knows: the same may be written again.
    pub async fn commit(self) -> Result<(), Error> {
        let committed = self.inner.commit().await;
        let took = self.begun.elapsed();
        if took > SLOW {
            metrics::counter!("storage_slow_total").increment(1);
            tracing::warn!(took_ms = took.as_millis(), "the store is slow");
        }
        committed
    }

    /// What this transaction deletes and overwrites is to be found nowhere: [`Database::scrub`] sees to it after the
    /// commit.
    ///
    /// # Errors
    /// When the store refuses it; roll back then.
    pub async fn note_erasure(&mut self) -> Result<(), Error> {
        self.inner.note_erasure().await
    }
}

delegate_sql_connection!(ReadConnection, |reading| &mut *reading.inner);
delegate_sql_connection!(WriteTransaction, |writing| &mut *writing.inner);
