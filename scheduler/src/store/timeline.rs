//! Timelines: what happened to each session, entry by entry.

use std::collections::{BTreeSet, HashMap};

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
    /// How many entries each of these sessions has, where it has any: exact while the session is locked, as by whoever
    /// adds one.
    fn counts<'a>(
        &'a mut self,
        sessions: &'a BTreeSet<&'a SessionId>,
    ) -> StoreFuture<'a, HashMap<SessionId, u32>>;

    /// Adds entries. A second one with the same id has no effect.
    fn add<'a>(&'a mut self, entries: &'a [&'a TimelineEntry]) -> StoreFuture<'a, ()>;
}

/// Which part of a session's timeline to list.
#[derive(Debug, Clone)]
pub(crate) struct TimelineQuery {
    pub(crate) session: SessionId,
    /// Later in the order than this time and id.
    pub(crate) after: Option<(UnixMs, String)>,
    pub(crate) limit: u32,
}
