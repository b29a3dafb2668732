//! What a database has to bring to hold a service's store. Each engine is a folder.

use std::fmt::Debug;

use wire::UnixMs;

use crate::{SqlConnection, StorageFuture};

/// An open database.
pub(crate) trait Engine: Debug + Send + Sync {
    /// A connection that reads what is committed, and can't write.
    fn read(&self) -> StorageFuture<'_, Box<dyn SqlConnection>>;

    /// A transaction that writes, isolated as `READ COMMITTED` or more strictly.
    fn begin(&self) -> StorageFuture<'_, Box<dyn Transaction>>;

    /// What a server's clock shows; `None` where there is no other than this machine's.
    fn server_time(&self) -> StorageFuture<'_, Option<UnixMs>>;

    /// Leaves no byte of what was [erased](Transaction::note_erasure) in the files that are ours; true where there was
    /// anything to do.
    fn scrub(&self) -> StorageFuture<'_, bool>;

    /// Leaves nothing of what was overwritten in a log of ours.
    fn cut_log(&self) -> StorageFuture<'_, ()>;

    /// Closes every connection.
    fn close(&self) -> StorageFuture<'_, ()>;
}

/// A transaction that writes; dropped before [`Transaction::commit`], it is rolled back.
pub(crate) trait Transaction: SqlConnection + Debug {
    /// Makes all of it durable.
    fn commit(self: Box<Self>) -> StorageFuture<'static, ()>;

    /// Has what this transaction deletes and overwrites scrubbed once it is committed.
    fn note_erasure(&mut self) -> StorageFuture<'_, ()>;
}
