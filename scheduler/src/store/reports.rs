//! What people have told the operators of each other.

use scheduler_core::StoredReport;
use wire::{ReportId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed reports.
pub(crate) trait ReportQueries: Send + Sync {
    /// Reports by id, falling; those before `before`, at most `limit`.
    fn list(&self, before: Option<ReportId>, limit: u32) -> StoreFuture<'_, Vec<StoredReport>>;
}

/// Reads and writes reports within a unit of work. Who writes has locked both people.
pub(crate) trait ReportRepository: Send {
    /// When a person sent what they sent after `since`, oldest first.
    fn sent_since<'a>(&'a mut self, by: &'a UserId, since: UnixMs) -> StoreFuture<'a, Vec<UnixMs>>;

    /// Adds a report.
    fn insert<'a>(&'a mut self, report: &'a StoredReport) -> StoreFuture<'a, ()>;
}
