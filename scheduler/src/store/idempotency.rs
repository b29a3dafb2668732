//! The first answer to each idempotency key.

use super::StoreFuture;
use scheduler_core::{IdempotencyKey, StoredAnswer};

/// Reads committed answers.
pub(crate) trait IdempotencyQueries: Send + Sync {
    /// The answer under the key's scope and text, whatever its fingerprint.
    fn find(
        &self,
        application: String,
        key: IdempotencyKey,
    ) -> StoreFuture<'_, Option<StoredAnswer>>;
}

/// Reads and writes answers within a unit of work.
pub(crate) trait IdempotencyRepository: Send {
    /// As [`IdempotencyQueries::find`], within the unit of work. An answer is never changed, and nothing is locked.
    fn find<'a>(
        &'a mut self,
        application: &'a str,
        key: &'a IdempotencyKey,
    ) -> StoreFuture<'a, Option<StoredAnswer>>;

    /// Stores an answer. A second one under the same application, scope and key is an error.
    fn insert<'a>(&'a mut self, answer: &'a StoredAnswer) -> StoreFuture<'a, ()>;
}
