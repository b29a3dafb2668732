//! What a database has to bring to hold a service's store. Each engine is a folder.

use std::fmt::Debug;

use crate::{SqlConnection, StorageFuture};

/// An open database.
pub(crate) trait Engine: Debug + Send + Sync {
    /// A connection that reads what is committed, and can't write.
    fn read(&self) -> StorageFuture<'_, Box<dyn SqlConnection>>;

    /// A transaction that writes, isolated as `READ COMMITTED` or more strictly.
    fn begin(&self) -> StorageFuture<'_, Box<dyn Transaction>>;

    /// Leaves nothing of what was deleted in the engine's own files, where those are ours.
    fn empty_log(&self) -> StorageFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Closes every connection.
    fn close(&self) -> StorageFuture<'_, ()>;
}

/// A transaction that writes; dropped before [`Transaction::commit`], it is rolled back.
pub(crate) trait Transaction: SqlConnection + Debug {
    /// Makes all of it durable.
    fn commit(self: Box<Self>) -> StorageFuture<'static, ()>;
}
