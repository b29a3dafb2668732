//! What a database has to bring to hold a service's store. Each engine is a folder.

use std::fmt::Debug;

use crate::{SqlConnection, StorageFuture};

/// An open database.
pub(crate) trait Engine: Debug + Send + Sync {
    /// A connection that reads what is committed, and can't write.
    fn read(&self) -> StorageFuture<'_, Box<dyn SqlConnection>>;

    /// A transaction that nobody who writes can interfere with from its first statement on.
    fn begin(&self) -> StorageFuture<'_, Box<dyn Transaction>>;

    /// Closes every connection.
    fn close(&self) -> StorageFuture<'_, ()>;

    /// The connections that write and read, for stores that name the driver.
    fn pools(&self) -> (&sqlx::SqlitePool, &sqlx::SqlitePool);
}

/// A transaction that writes; dropped before [`Transaction::commit`], it is rolled back.
pub(crate) trait Transaction: SqlConnection + Debug {
    /// Makes all of it durable.
    fn commit(self: Box<Self>) -> StorageFuture<'static, ()>;

    /// The driver's connection, for stores that name it.
    fn driver(&self) -> &sqlx::SqliteConnection;
    /// The same, to run statements on.
    fn driver_mut(&mut self) -> &mut sqlx::SqliteConnection;
}
