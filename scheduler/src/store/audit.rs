//! The audit log, and the configuration that its changes are found by.

use wire::{AuditRow, SessionId, UnixMs};

use super::StoreFuture;

/// Reads committed rows of the audit log.
pub(crate) trait AuditQueries: Send + Sync {
    /// Rows by time, then id, both falling.
    fn list(&self, query: AuditQuery) -> StoreFuture<'_, Vec<AuditRow>>;
}

/// Writes the audit log within a unit of work.
pub(crate) trait AuditRepository: Send {
    /// Adds a row. A second one with the same id has no effect.
    fn add<'a>(&'a mut self, row: &'a AuditRow) -> StoreFuture<'a, ()>;

    /// Deletes rows from before that moment, and the oldest of more than `rows`, at most `limit` of them; how many.
    fn prune(&mut self, before: UnixMs, rows: u32, limit: u32) -> StoreFuture<'_, u64>;

    /// Puts the keys of the configuration, each with the fingerprint of its value, in place of the stored
    /// ones, and returns those: empty at the first start. One at a time: another waits for the end of this unit of work.
    fn replace_configuration<'a>(
        &'a mut self,
        present: &'a [(String, String)],
    ) -> StoreFuture<'a, Vec<(String, String)>>;
}

/// Which rows to list; `None` leaves a condition out.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditQuery {
    /// Earlier in the order than this time and id.
    pub(crate) before: Option<(UnixMs, String)>,
    /// Only what concerns this session.
    pub(crate) session: Option<SessionId>,
    /// Only this action.
    pub(crate) action: Option<String>,
    /// At most so many.
    pub(crate) limit: u32,
}
