//! A transaction that writes, and what its failure says of the file.

use sqlx::Sqlite;
use sqlx::sqlite::SqlitePool;

use super::scrub;
use super::trouble::Trouble;
use crate::connection::delegate_sql_connection;
use crate::engine::Transaction;
use crate::{Error, StorageFuture};

/// Takes the write lock at once.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

/// Holds the one connection that writes.
#[derive(Debug)]
pub(super) struct SqliteTransaction {
    inner: sqlx::Transaction<'static, Sqlite>,
    trouble: Trouble,
}

impl SqliteTransaction {
    pub(super) async fn begin(writer: &SqlitePool, trouble: &Trouble) -> Result<Self, Error> {
        let inner = match writer.begin_with(BEGIN).await {
            // The connection was left over from a failed write; the next one is new.
            Err(error) if trouble.note(&error) => writer.begin_with(BEGIN).await?,
            begun => begun?,
        };
        Ok(Self {
            inner,
            trouble: trouble.clone(),
        })
    }
}

impl Transaction for SqliteTransaction {
    fn commit(self: Box<Self>) -> StorageFuture<'static, ()> {
        Box::pin(async move {
            let committed = self.inner.commit().await;
            if let Err(error) = &committed {
                self.trouble.note(error);
            }
            Ok(committed?)
        })
    }

    fn note_erasure(&mut self) -> StorageFuture<'_, ()> {
        Box::pin(scrub::mark(&mut self.inner))
    }
}

delegate_sql_connection!(SqliteTransaction, |transaction| &mut *transaction.inner);
