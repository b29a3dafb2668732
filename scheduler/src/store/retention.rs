//! Rows that go by their age.

use scheduler_core::SweptTable;
use wire::UnixMs;

use super::StoreFuture;

/// Deletes rows by their age within a unit of work.
pub(crate) trait RetentionRepository: Send {
    /// Deletes rows of that table whose moment lies before `cutoff`, at most `limit`, and those with them that belong to
    /// them; how many of the table. What the table still needs whatever its age stays, as a mail that is to be sent.
    /// The rows are found by an index.
    fn sweep(&mut self, table: SweptTable, cutoff: UnixMs, limit: u32) -> StoreFuture<'_, u64>;
}
