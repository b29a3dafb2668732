//! When sessions that are not over keep their people busy.

use scheduler_core::{Busy, OccupiedSpan, SessionOccupancy};
use wire::{SessionId, UnixMs, UserId};

use super::StoreFuture;

/// Reads and writes occupancies within a unit of work. What it finds is not locked: whoever relies on it has locked the
/// people first, and locks the sessions after that.
pub(crate) trait OccupancyRepository: Send {
    /// Adds the occupancy of a session that is there and has none.
    fn insert<'a>(&'a mut self, occupancy: &'a SessionOccupancy) -> StoreFuture<'a, ()>;

    /// Takes that of a session away, if it has one.
    fn remove<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, ()>;

    /// The first session of one of these people that overlaps the span.
    fn overlapping<'a>(
        &'a mut self,
        around: &'a Around,
        span: OccupiedSpan,
    ) -> StoreFuture<'a, Option<Busy>>;

    /// The first start of a session of one of these people, then or later.
    fn next_start<'a>(
        &'a mut self,
        around: &'a Around,
        from: UnixMs,
    ) -> StoreFuture<'a, Option<UnixMs>>;

    /// Sessions of one of these people that a session follows which starts then, by id, at most `limit`: they end by
    /// themselves by then, and could still be on.
    fn followed<'a>(
        &'a mut self,
        around: &'a Around,
        starts_at: UnixMs,
        limit: u32,
    ) -> StoreFuture<'a, Vec<SessionId>>;
}

/// Whose other sessions are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    /// Two people, or one where the other is new.
    pub(crate) users: Vec<UserId>,
    /// The session that is no other one.
    pub(crate) except: Option<SessionId>,
}
