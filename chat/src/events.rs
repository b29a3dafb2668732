//! What the scheduler tells: sessions booked, moved and called off, each with its room.

use bus::{AcceptError, EventHandler};
use wire::EventBatch;

use crate::store_handle::{StoreCommand, StoreHandle};

/// Hands batches to the writer: the events and what they open are one transaction.
#[derive(Debug)]
pub(crate) struct SchedulerEvents {
    pub(crate) writer: StoreHandle,
}

impl EventHandler for SchedulerEvents {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        self.writer
            .ask(|reply| StoreCommand::TakeEvents { batch, reply })
            .await
            .map_err(|_| AcceptError::Stopping)
    }
}
