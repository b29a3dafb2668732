//! Databases that are servers: a bounded pool of connections, a deadline for everything that is asked of one,
//! and transactions on it.

mod attempts;
mod deadline;
mod driver;
mod lease;
mod pool;
mod transaction;

use std::time::{Duration, Instant};

use deadpool::managed::{Pool, PoolError};
use wire::UnixMs;

pub use self::deadline::with_deadline;
pub(crate) use self::driver::{Driver, ServerConnection, Weakness};
use self::lease::Lease;
use self::pool::{ConnectionUse, Connector, PoolConnector};
use self::transaction::ServerTransaction;
use crate::engine::{Engine, Transaction};
use crate::migrations::{self, PendingMigration};
use crate::{
    DatabaseOptions, DatabaseUrl, Error, OpenError, Schema, SqlConnection, StorageFuture, query,
};

/// One database of a server.
#[derive(Debug)]
pub(crate) struct ServerEngine<D: Driver> {
    pool: Pool<PoolConnector<D>>,
    connect_timeout: Duration,
    /// From asking for a connection to its last answer.
    statement_timeout: Duration,
}

impl<D: Driver> ServerEngine<D> {
    /// Connects once, checks that what is committed is durable, and migrates, before anything is pooled.
    pub(crate) async fn open(
        database: &DatabaseUrl,
        options: &DatabaseOptions,
        schema: Schema,
    ) -> Result<Self, OpenError> {
        let refused = |source| connect_error(database, source);
        let connector = Connector::<D>::new(database, options).map_err(refused)?;
        let mut connection = connector
            .connect(ConnectionUse::Maintenance)
            .await
            .map_err(refused)?;
        check_suited(&connector, &mut connection, database).await?;
        migrations::run::<D>(&mut connection, database, schema).await?;
        drop(connection);
        let pool = Pool::builder(PoolConnector::new(connector))
            .max_size(usize::try_from(options.max_connections.max(1)).unwrap_or(usize::MAX))
            .build()
            .map_err(|error| refused(Error::Unavailable(error.into())))?;
        Ok(Self {
            pool,
            connect_timeout: options.connect_timeout,
            statement_timeout: options.statement_timeout,
        })
    }

    /// A connection, in `connect_timeout` or not at all, whether it is waited for, made or asked if it lives.
    async fn lease(&self) -> Result<Lease<D>, Error> {
        let asked = Instant::now();
        let until = deadline::no_later_than(asked + self.statement_timeout);
        lease::check_deadline(until)?;
        let connected = until.min(asked + self.connect_timeout);
        let found = tokio::time::timeout_at(connected.into(), self.pool.get()).await;
        let connection = match found {
            Ok(Ok(connection)) => connection,
            Ok(Err(PoolError::Backend(error))) => return Err(error),
            Ok(Err(error)) => return Err(unavailable(error)),
            Err(elapsed) => return Err(unavailable(elapsed)),
        };
        Ok(Lease::new(connection, until))
    }
}

/// What is missing in a server's database, of which nothing is changed.
pub(crate) async fn pending<D: Driver>(
    database: &DatabaseUrl,
    options: &DatabaseOptions,
    schema: Schema,
) -> Result<Vec<PendingMigration>, OpenError> {
    let refused = |source| connect_error(database, source);
    let connector = Connector::<D>::new(database, options).map_err(refused)?;
    let mut connection = connector
        .connect(ConnectionUse::Serving)
        .await
        .map_err(refused)?;
    check_suited(&connector, &mut connection, database).await?;
    let progress = migrations::progress::<D>(&mut connection, database, schema).await?;
    Ok(progress.pending())
}

/// Refuses a server that would lose what it has committed, and a database that can't hold what it is given.
async fn check_suited<D: Driver>(
    connector: &Connector<D>,
    connection: &mut D::Connection,
    database: &DatabaseUrl,
) -> Result<(), OpenError> {
    let refused = |source| connect_error(database, source);
    if let Some(weakness) = connector.weakness(connection).await.map_err(refused)? {
        return Err(weakness.of(database));
    }
    match D::poor_encoding(connection).await.map_err(refused)? {
        None => Ok(()),
        Some(encoding) => Err(OpenError::Encoding {
            database: database.clone(),
            encoding,
        }),
    }
}

fn connect_error(database: &DatabaseUrl, source: Error) -> OpenError {
    OpenError::Connect {
        database: database.clone(),
        source,
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unavailable(Box::new(error))
}

impl<D: Driver> Engine for ServerEngine<D> {
    fn read(&self) -> StorageFuture<'_, Box<dyn SqlConnection>> {
        Box::pin(async {
            let lease: Box<dyn SqlConnection> = Box::new(self.lease().await?);
            Ok(lease)
        })
    }

    fn begin(&self) -> StorageFuture<'_, Box<dyn Transaction>> {
        Box::pin(async {
            let transaction = ServerTransaction::begin(self.lease().await?).await?;
            let transaction: Box<dyn Transaction> = Box::new(transaction);
            Ok(transaction)
        })
    }

    fn server_time(&self) -> StorageFuture<'_, Option<UnixMs>> {
        Box::pin(async {
            let (now,): (UnixMs,) = query(D::NOW).fetch_one(&mut self.lease().await?).await?;
            Ok(Some(now))
        })
    }

    fn scrub(&self) -> StorageFuture<'_, bool> {
        Box::pin(async { Ok(false) })
    }

    fn cut_log(&self) -> StorageFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self) -> StorageFuture<'_, ()> {
        Box::pin(async {
            self.pool.close();
            Ok(())
        })
    }
}
