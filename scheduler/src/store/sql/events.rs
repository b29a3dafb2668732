//! Outbox and inbox, whose tables are the storage crate's.

use storage::{Inbox, Outbox};
use wire::{Event, EventBatch, UnixMs};

use super::unit_of_work::SqlUnitOfWork;
use crate::store::{EventRepository, StoreFuture};

impl EventRepository for SqlUnitOfWork {
    fn publish<'a>(&'a mut self, event: &'a Event) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(Outbox::append(&mut self.tx, event).await?) })
    }

    fn take<'a>(&'a mut self, event: &'a Event, now: UnixMs) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(Inbox::take(&mut self.tx, event, now).await?) })
    }

    fn advance<'a>(&'a mut self, batch: &'a EventBatch, now: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move { Ok(Inbox::advance(&mut self.tx, batch, now).await?) })
    }

    fn source_watermark<'a>(&'a mut self, source: &'a str) -> StoreFuture<'a, Option<UnixMs>> {
        Box::pin(async { Ok(Inbox::source_watermark(&mut self.tx, source).await?) })
    }
}
