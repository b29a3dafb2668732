//! A connection of the pool for one use, with a deadline.

use std::future::Future;
use std::time::Instant;

use deadpool::managed::Object;

use super::pool::PoolConnector;
use super::{Driver, ServerConnection, unavailable};
use crate::{Error, Row, SqlConnection, Statement, StorageFuture};

/// A connection until it is dropped. It goes back to its pool only if everything that it was asked was answered:
/// one that was too slow, broke, or whose caller stopped waiting is closed.
#[derive(Debug)]
pub(crate) struct Lease<D: Driver> {
    connection: Option<Object<PoolConnector<D>>>,
    until: Instant,
    unanswered: bool,
}

impl<D: Driver> Lease<D> {
    pub(super) fn new(connection: Object<PoolConnector<D>>, until: Instant) -> Self {
        Self {
            connection: Some(connection),
            until,
            unanswered: false,
        }
    }

    /// The same connection with another deadline.
    pub(super) fn until(mut self, until: Instant) -> Self {
        self.until = until;
        self
    }

    pub(super) fn is_lost(&self) -> bool {
        self.unanswered
    }

    /// Closes the connection where it stands.
    pub(super) fn close(mut self) {
        self.unanswered = true;
    }

    pub(super) async fn command(&mut self, text: &'static str) -> Result<(), Error> {
        self.ask(|connection| connection.command(text)).await
    }

    async fn ask<'a, T, F>(
        &'a mut self,
        question: impl FnOnce(&'a mut D::Connection) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + 'a,
    {
        let live = self.connection.as_mut().filter(|_| !self.unanswered);
        let live = live.ok_or_else(|| Error::Unavailable("its connection was lost".into()))?;
        check_deadline(self.until)?;
        self.unanswered = true;
        let answered = tokio::time::timeout_at(self.until.into(), question(&mut *live)).await;
        let answer = answered.map_err(unavailable)?;
        self.unanswered = matches!(answer, Err(Error::Unavailable(_)));
        answer
    }
}

/// Refuses a deadline that is over: a timer sees that only later.
pub(super) fn check_deadline(until: Instant) -> Result<(), Error> {
    if until <= Instant::now() {
        return Err(Error::Unavailable("its time is over".into()));
    }
    Ok(())
}

impl<D: Driver> Drop for Lease<D> {
    fn drop(&mut self) {
        if !self.unanswered {
            return;
        }
        if let Some(connection) = self.connection.take() {
            metrics::counter!("storage_connections_lost_total").increment(1);
            // Out of the pool, which may make another in its place.
            drop(Object::take(connection));
        }
    }
}

impl<D: Driver> SqlConnection for Lease<D> {
    fn execute<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, u64> {
        Box::pin(self.ask(move |connection| connection.execute(statement)))
    }

    fn fetch_all<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, Vec<Row>> {
        Box::pin(self.ask(move |connection| connection.fetch_all(statement)))
    }

    fn fetch_optional<'a>(
        &'a mut self,
        statement: Statement<'a>,
    ) -> StorageFuture<'a, Option<Row>> {
        Box::pin(self.ask(move |connection| connection.fetch_optional(statement)))
    }
}
