//! Timelines: what happened to each session, entry by entry.

use scheduler_core::TimelineEntry;
use wire::{SessionId, UnixMs};

use super::StoreFuture;

/// Reads committed timelines.
pub(crate) trait TimelineQueries: Send + Sync {
    /// Entries of a session by time, then id, both rising.
    fn list(&self, query: TimelineQuery) -> StoreFuture<'_, Vec<TimelineEntry>>;
}

/// Reads and writes timelines within a unit of work.
pub(crate) trait TimelineRepository: Send {
    /// How many entries the session has: exact while the session is locked, as by whoever adds one.
    fn count<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, u32>;

    /// Adds an entry. A second one with the same id has no effect.
    fn add<'a>(&'a mut self, entry: &'a TimelineEntry) -> StoreFuture<'a, ()>;
}

/// Which part of a session's timeline to list.
#[derive(Debug, Clone)]
pub(crate) struct TimelineQuery {
    pub(crate) session: SessionId,
    /// Later in the order than this time and id.
    pub(crate) after: Option<(UnixMs, String)>,
    pub(crate) limit: u32,
}
