//! What statements run on.

use std::future::Future;
use std::pin::Pin;

use crate::{Error, Query, Row};

/// What a statement comes to.
pub type StorageFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A connection that reads, or a transaction that writes. A store's functions take `&mut dyn Connection`
/// and hand it to [`Query`]'s methods.
pub trait Connection: Send {
    /// Runs a statement; the number of rows that it inserted, changed or deleted.
    fn execute<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, u64>;

    /// Every row of a statement.
    fn fetch_all<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, Vec<Row>>;

    /// The first row of a statement, if it has one.
    fn fetch_optional<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, Option<Row>>;
}
