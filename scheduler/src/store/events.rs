//! Events from and for the other services, within a unit of work.

use wire::{Event, EventBatch, UnixMs};

use super::StoreFuture;

/// The outbox and the inbox.
pub(crate) trait EventRepository: Send {
    /// Puts an event of ours into the outbox, behind those that were committed before.
    fn publish<'a>(&'a mut self, event: &'a Event) -> StoreFuture<'a, ()>;

    /// Notes an event of another service: true when it is new, false when it was taken before.
    fn take<'a>(&'a mut self, event: &'a Event, now: UnixMs) -> StoreFuture<'a, bool>;

    /// Notes up to when that node of the batch's source has reported everything; it never goes back.
    fn advance<'a>(&'a mut self, batch: &'a EventBatch, now: UnixMs) -> StoreFuture<'a, ()>;

    /// Up to when every node of `source` has reported everything; `None` before its first batch.
    fn source_watermark<'a>(&'a mut self, source: &'a str) -> StoreFuture<'a, Option<UnixMs>>;
}
