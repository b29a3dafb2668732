//! A transaction that writes.

use std::time::{Duration, Instant};

use super::Driver;
use super::lease::Lease;
use crate::connection::delegate_sql_connection;
use crate::engine::Transaction;
use crate::{Error, StorageFuture};

const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";
/// Longest wait for a rollback; after that its connection is closed, which rolls back too.
const ROLLBACK_LIMIT: Duration = Duration::from_secs(1);

/// Rolled back when dropped before its commit.
#[derive(Debug)]
pub(super) struct ServerTransaction<D: Driver> {
    /// There until the commit or the rollback.
    lease: Option<Lease<D>>,
}

impl<D: Driver> ServerTransaction<D> {
    pub(super) async fn begin(mut lease: Lease<D>) -> Result<Self, Error> {
        lease.command(D::BEGIN).await?;
        Ok(Self { lease: Some(lease) })
    }

    fn lease(&mut self) -> &mut Lease<D> {
        self.lease
            .as_mut()
            .expect("it is there until the commit, which takes the transaction")
    }
}

delegate_sql_connection!(ServerTransaction<D>, |transaction| transaction.lease(), D: Driver);

impl<D: Driver> Transaction for ServerTransaction<D> {
    fn commit(mut self: Box<Self>) -> StorageFuture<'static, ()> {
        let lease = self.lease.take();
        Box::pin(async move {
            let Some(mut lease) = lease else {
                return Err(Error::Unavailable("its connection was lost".into()));
            };
            let committed = lease.command(COMMIT).await;
            if committed.is_err() && !lease.is_lost() {
                roll_back(lease).await;
            }
            committed
        })
    }

    /// A server overwrites what is deleted when it is told to.
    fn note_erasure(&mut self) -> StorageFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

impl<D: Driver> Drop for ServerTransaction<D> {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take().filter(|lease| !lease.is_lost()) else {
            return;
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(roll_back(lease))),
            // Nothing can be said to the server any more; it sees the connection close.
            Err(_) => lease.close(),
        }
    }
}

async fn roll_back<D: Driver>(lease: Lease<D>) {
    let mut lease = lease.until(Instant::now() + ROLLBACK_LIMIT);
    match lease.command(ROLLBACK).await {
        Ok(()) => {}
        // A connection that may still be in its transaction is nobody's to use.
        Err(_) => lease.close(),
    }
}
