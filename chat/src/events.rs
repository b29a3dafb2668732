//! What the scheduler tells: sessions booked, moved and called off, each with its room, and which pages applications
//! have.

use bus::{AcceptError, EventHandler};
use service::realtime::ReceivedOrigins;
use wire::EventBatch;

use crate::store_handle::{StoreCommand, StoreHandle};

/// Hands batches to the writer: the events and what they open are one transaction.
#[derive(Debug)]
pub(crate) struct SchedulerEvents {
    pub(crate) writer: StoreHandle,
    pub(crate) origins: ReceivedOrigins,
}

impl EventHandler for SchedulerEvents {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        // First, and known by its revision: what is taken again changes nothing.
        self.origins.take(&batch.events).map_err(|error| {
            tracing::error!(%error, "the origins of applications can't be kept");
            AcceptError::Stopping
        })?;
        self.writer
            .ask(|reply| StoreCommand::TakeEvents { batch, reply })
            .await
            .map_err(|_| AcceptError::Stopping)
    }
}
