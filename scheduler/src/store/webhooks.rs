//! Endpoints of applications, and listeners.

use scheduler_core::WebhookEndpoint;
use wire::UnixMs;

use super::StoreFuture;

/// Reads committed endpoints.
pub(crate) trait WebhookQueries: Send + Sync {
    /// One endpoint or listener, whosoever it is.
    fn find(&self, id: String) -> StoreFuture<'_, Option<WebhookEndpoint>>;

    /// Endpoints of an application that have an address, the oldest first.
    fn list(&self, application: String) -> StoreFuture<'_, Vec<WebhookEndpoint>>;

    /// Its listeners, the oldest first.
    fn listeners(&self, application: String) -> StoreFuture<'_, Vec<WebhookEndpoint>>;
}

/// Reads and writes endpoints within a unit of work.
pub(crate) trait WebhookRepository: Send {
    /// One endpoint or listener, whosoever it is; locked.
    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<WebhookEndpoint>>;

    /// All that an application has, listeners too. Nothing is locked: of an event and a change at once, either is first.
    fn of_application<'a>(
        &'a mut self,
        application: &'a str,
    ) -> StoreFuture<'a, Vec<WebhookEndpoint>>;

    /// Adds one; false where its application has `most` of its kind: endpoints with an address, or listeners.
    fn insert<'a>(&'a mut self, endpoint: &'a WebhookEndpoint, most: u32) -> StoreFuture<'a, bool>;

    /// Overwrites one that is locked.
    fn update<'a>(&'a mut self, endpoint: &'a WebhookEndpoint) -> StoreFuture<'a, ()>;

    /// Deletes one. What was still to be sent to it is given up.
    fn delete<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, ()>;

    /// Deletes the listeners that were to be forgotten by `now`; how many.
    fn forget_listeners(&mut self, now: UnixMs) -> StoreFuture<'_, u64>;
}
