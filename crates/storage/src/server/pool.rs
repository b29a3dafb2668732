//! Makes the connections of a pool, and says which of them are still good.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use tokio::sync::Semaphore;

use super::{Driver, ServerConnection, Weakness};
use crate::{DatabaseOptions, DatabaseUrl, Error};

/// A connection that was idle for longer is asked whether it lives before it is used.
const FRESH: Duration = Duration::from_secs(1);
/// A connection is replaced at this age, so that one behind a load balancer finds the server that is there now.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// Connections of a pool that are made at once. A server that comes back would else be met by everybody who waits for
/// it, and each would take so long that none is made in time.
const MADE_AT_ONCE: usize = 2;
/// For so long after one could not be made nobody else tries.
const PAUSE: Duration = Duration::from_millis(100);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
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
    making: Semaphore,
    /// When last one could not be made.
    failed_at: Mutex<Option<Instant>>,
}

/// Somebody who makes a connection. Given up when nearly all the time that there is has passed, it counts as failed:
/// whoever asked for it may have waited a little before.
struct Attempt<'a, D: Driver> {
    connector: &'a Connector<D>,
    began: Instant,
    is_over: bool,
}

impl<D: Driver> Drop for Attempt<'_, D> {
    fn drop(&mut self) {
        let long = self.connector.connect_timeout.mul_f64(0.9);
        if !self.is_over && self.began.elapsed() >= long {
            self.connector.note_failure();
        }
    }
}

impl<D: Driver> Connector<D> {
    pub(super) fn new(url: &DatabaseUrl, options: &DatabaseOptions) -> Result<Self, Error> {
        Ok(Self {
            target: D::target(url, options)?,
            connect_timeout: options.connect_timeout,
            statement_timeout: options.statement_timeout,
            accepted: options.accepted_durability.clone(),
            making: Semaphore::new(MADE_AT_ONCE),
            failed_at: Mutex::default(),
        })
    }

    fn note_failure(&self) {
        let mut failed_at = self
            .failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *failed_at = Some(Instant::now());
    }

    /// True where one that others would have waited for since `asked` could not be made, or none shortly before.
    fn has_failed_since(&self, asked: Instant) -> bool {
        let failed_at = *self
            .failed_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| at + PAUSE > asked)
    }

    /// A new connection for serving, or one for changing tables, in the time that there is for it.
    pub(super) async fn connect(&self, role: Role) -> Result<D::Connection, Error> {
        let limit = (role == Role::Serving).then_some(self.statement_timeout);
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
}

impl<D: Driver> Connector<D> {
    async fn make(&self) -> Result<D::Connection, Error> {
        let mut connection = self.connect(Role::Serving).await?;
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

impl<D: Driver> Manager for Connector<D> {
    type Type = D::Connection;
    type Error = Error;

    async fn create(&self) -> Result<D::Connection, Error> {
        let asked = Instant::now();
        let permit = self.making.acquire().await;
        let _permit = permit.map_err(super::unavailable)?;
        if self.has_failed_since(asked) {
            return Err(Error::Unavailable("it did not answer a moment ago".into()));
        }
        let mut attempt = Attempt {
            connector: self,
            began: Instant::now(),
            is_over: false,
        };
        let made = self.make().await;
        attempt.is_over = true;
        if made.is_err() {
            self.note_failure();
        }
        made
    }

    async fn recycle(
        &self,
        connection: &mut D::Connection,
        metrics: &Metrics,
    ) -> RecycleResult<Error> {
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("it is old"));
        }
        if metrics.last_used() > FRESH {
            connection.ping().await?;
        }
        Ok(())
    }
}
