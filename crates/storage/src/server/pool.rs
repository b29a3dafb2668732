//! Makes the connections of a pool, and says which of them are still good.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};

use super::attempts::ConnectionAttempts;
use super::{Driver, ServerConnection, Weakness};
use crate::{DatabaseOptions, DatabaseUrl, Error};

/// A connection that was idle for longer is asked whether it lives before it is used.
const FRESH: Duration = Duration::from_secs(1);
/// A connection is replaced at this age, so that one behind a load balancer finds the server that is there now.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionUse {
    Serving,
    Maintenance,
}

/// Connects to one database.
#[derive(Debug)]
pub(crate) struct Connector<D: Driver> {
    target: D::Target,
    connect_timeout: Duration,
    statement_timeout: Duration,
    accepted: Vec<String>,
}

impl<D: Driver> Connector<D> {
    pub(super) fn new(url: &DatabaseUrl, options: &DatabaseOptions) -> Result<Self, Error> {
        Ok(Self {
            target: D::target(url, options)?,
            connect_timeout: options.connect_timeout,
            statement_timeout: options.statement_timeout,
            accepted: options.accepted_durability.clone(),
        })
    }

    /// A new connection for serving, or one for changing tables, in the time that there is for it.
    pub(super) async fn connect(&self, role: ConnectionUse) -> Result<D::Connection, Error> {
        let limit = (role == ConnectionUse::Serving).then_some(self.statement_timeout);
        let connected = tokio::time::timeout(self.connect_timeout, D::connect(&self.target, limit));
        connected.await.map_err(super::unavailable)?
    }

    /// The first setting that is not accepted with which a crash may lose what is committed.
    pub(super) async fn weakness(
        &self,
        connection: &mut D::Connection,
    ) -> Result<Option<Weakness>, Error> {
        let found = D::durability(connection).await?;
        Ok(found.into_iter().find(|weak| !weak.is_in(&self.accepted)))
    }

    /// One for serving, that is as durable as at the start.
    async fn connect_durably(&self) -> Result<D::Connection, Error> {
        let mut connection = self.connect(ConnectionUse::Serving).await?;
        // It may have been changed since the start, or for this user.
        match self.weakness(&mut connection).await? {
            None => Ok(connection),
            Some(Weakness { setting, value, .. }) => {
                let why = format!("its {setting} is {value}: a crash would lose what is committed");
                tracing::error!(why, "a connection to the database is given up");
                Err(Error::Unavailable(why.into()))
            }
        }
    }
}

/// Makes what a pool asks for, a few at once.
#[derive(Debug)]
pub(super) struct PoolConnector<D: Driver> {
    connector: Arc<Connector<D>>,
    attempts: Arc<ConnectionAttempts<D::Connection>>,
}

impl<D: Driver> PoolConnector<D> {
    pub(super) fn new(connector: Connector<D>) -> Self {
        Self {
            connector: Arc::new(connector),
            attempts: Arc::default(),
        }
    }
}

impl<D: Driver> Manager for PoolConnector<D> {
    type Type = D::Connection;
    type Error = Error;

    async fn create(&self) -> Result<D::Connection, Error> {
        let connector = Arc::clone(&self.connector);
        let limit = connector.connect_timeout;
        let making = async move {
            let made = tokio::time::timeout(limit, connector.connect_durably()).await;
            made.map_err(super::unavailable)?
        };
        self.attempts.make(making).await
    }

    async fn recycle(
        &self,
        connection: &mut D::Connection,
        metrics: &Metrics,
    ) -> RecycleResult<Error> {
        self.attempts.forget_old_spare();
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("it is old"));
        }
        if metrics.last_used() > FRESH {
            connection.ping().await?;
        }
        Ok(())
    }
}
