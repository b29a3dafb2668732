//! Deliveries to endpoints, as applications and listeners see and settle them. How they are claimed and sent is what all
//! channels share.

use scheduler_core::Delivery;
use wire::{DeliveryStatus, UnixMs, WebhookDeliveryView};

use super::StoreFuture;

/// Which deliveries of an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct WebhookDeliveryQuery {
    pub(crate) endpoint: String,
    /// In this state alone.
    pub(crate) state: Option<DeliveryStatus>,
    /// Those before this id.
    pub(crate) before: Option<String>,
    pub(crate) limit: u32,
}

/// Reads committed deliveries.
pub(crate) trait WebhookDeliveryQueries: Send + Sync {
    /// Deliveries of an endpoint, the newest first.
    fn list(&self, query: WebhookDeliveryQuery) -> StoreFuture<'_, Vec<WebhookDeliveryView>>;

    /// What waits for a listener, the oldest first; at most `limit`.
    fn waiting(&self, listener: String, limit: u32) -> StoreFuture<'_, Vec<Delivery>>;
}

/// Writes deliveries within a unit of work.
pub(crate) trait WebhookDeliveryRepository: Send {
    /// Writes down what became of a delivery that waited for a listener: whether it was taken, and with what answer. False
    /// where it waits no more.
    fn settle_listened<'a>(
        &'a mut self,
        listener: &'a str,
        delivery: &'a str,
        answer: (bool, &'a str),
        now: UnixMs,
    ) -> StoreFuture<'a, bool>;
}
