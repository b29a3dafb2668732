//! The store on an SQL database. Each file holds the statements of one subject.

mod api_keys;
mod audit;
mod events;
mod idempotency;
mod jobs;
mod notifications;
mod people;
mod session_rows;
mod sessions;
mod timeline;
mod unit_of_work;

use std::path::Path;
use std::time::Duration;

use storage::{Database, OpenError, Schema};

use self::unit_of_work::SqlUnitOfWork;
use super::{
    ApiKeyQueries, AuditQueries, IdempotencyQueries, JobQueries, NotificationQueries,
    PersonQueries, SchedulerStore, SessionQueries, StoreError, StoreFuture, TimelineQueries,
    UnitOfWork,
};

/// How often opening is tried: `rendezvous keys create` may make the tables beside a starting scheduler.
const OPEN_TRIES: u32 = 5;
/// Pause between two tries; making the tables takes some milliseconds.
const OPEN_PAUSE: Duration = Duration::from_millis(100);

/// The store of one scheduler. Clones share its connections.
#[derive(Clone)]
pub(crate) struct SqlStore {
    db: Database,
}

impl SqlStore {
    /// Opens the database, making it and its tables where they are not there.
    pub(crate) async fn open(path: &Path) -> Result<Self, OpenError> {
        for _ in 1..OPEN_TRIES {
            match Database::open_file(path, Schema::scheduler()).await {
                Ok(db) => return Ok(Self { db }),
                // Another process may be making the tables at this moment: migrations take no lock.
                Err(error @ (OpenError::Connect { .. } | OpenError::Migrate { .. })) => {
                    tracing::debug!(%error, "the store will be opened again");
                    tokio::time::sleep(OPEN_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        let db = Database::open_file(path, Schema::scheduler()).await?;
        Ok(Self { db })
    }

    /// The connections, for readiness and for the outbox.
    pub(crate) fn database(&self) -> &Database {
        &self.db
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        self.db.close().await;
    }
}

impl SchedulerStore for SqlStore {
    fn begin(&self) -> StoreFuture<'_, Box<dyn UnitOfWork>> {
        Box::pin(async {
            let work = SqlUnitOfWork::new(self.db.begin().await?);
            Ok(Box::new(work) as Box<dyn UnitOfWork>)
        })
    }

    fn sessions(&self) -> &dyn SessionQueries {
        self
    }

    fn jobs(&self) -> &dyn JobQueries {
        self
    }

    fn people(&self) -> &dyn PersonQueries {
        self
    }

    fn notifications(&self) -> &dyn NotificationQueries {
        self
    }

    fn idempotency(&self) -> &dyn IdempotencyQueries {
        self
    }

    fn timeline(&self) -> &dyn TimelineQueries {
        self
    }

    fn api_keys(&self) -> &dyn ApiKeyQueries {
        self
    }

    fn audit(&self) -> &dyn AuditQueries {
        self
    }
}

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        Self(Box::new(error))
    }
}

/// A row that this version can't understand.
fn unreadable(what: &str) -> StoreError {
    StoreError(format!("{what} in the store can't be understood").into())
}

impl From<StoreError> for bus::AcceptError {
    fn from(error: StoreError) -> Self {
        Self::Store(match error.0.downcast::<storage::Error>() {
            Ok(error) => *error,
            Err(other) => storage::Error::Corrupt(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;

    use super::SqlStore;
    use crate::store::SchedulerStore;
    use crate::store::contract::{StoreFactory, run_store_contract};

    /// A database in a folder of its own, which goes with it.
    pub(crate) struct TempDatabase {
        folder: tempfile::TempDir,
        open: Option<SqlStore>,
    }

    impl TempDatabase {
        pub(crate) fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                open: None,
            }
        }
    }

    impl StoreFactory for TempDatabase {
        fn reopen(&mut self) -> Pin<Box<dyn Future<Output = Arc<dyn SchedulerStore>> + '_>> {
            Box::pin(async {
                if let Some(open) = self.open.take() {
                    open.close().await;
                }
                let path = self.folder.path().join("scheduler.db");
                let store = SqlStore::open(&path).await.unwrap();
                self.open = Some(store.clone());
                Arc::new(store) as Arc<dyn SchedulerStore>
            })
        }
    }

    run_store_contract!(sqlite, crate::store::sql::tests::TempDatabase::new());
}
