//! Who has blocked whom.

use wire::{BlockView, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed blocks.
pub(crate) trait BlockQueries: Send + Sync {
    /// Whom a person has blocked, by their ids; those after `after`, at most `limit`.
    fn list(
        &self,
        by: UserId,
        after: Option<UserId>,
        limit: u32,
    ) -> StoreFuture<'_, Vec<BlockView>>;
}

/// Reads and writes blocks within a unit of work. Who writes has locked both people.
pub(crate) trait BlockRepository: Send {
    /// True where `by` has blocked `user`.
    fn is_blocked<'a>(&'a mut self, by: &'a UserId, user: &'a UserId) -> StoreFuture<'a, bool>;

    /// How many a person has blocked.
    fn count<'a>(&'a mut self, by: &'a UserId) -> StoreFuture<'a, u32>;

    /// Adds a block, unless it is there.
    fn insert<'a>(
        &'a mut self,
        by: &'a UserId,
        user: &'a UserId,
        at: UnixMs,
    ) -> StoreFuture<'a, ()>;

    /// Deletes a block, if it is there.
    fn delete<'a>(&'a mut self, by: &'a UserId, user: &'a UserId) -> StoreFuture<'a, ()>;
}
