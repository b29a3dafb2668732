//! Events of signaling and chat: facts for the record of a session, and messages that wait.

use std::sync::Arc;

use bus::{AcceptError, EventHandler};
use service::clock;
use wire::EventBatch;

use crate::commands::take_batch;
use crate::state::AppState;

/// Applies the events of other services.
pub(crate) struct ServiceEvents {
    app: AppState,
}

impl ServiceEvents {
    pub(crate) fn new(app: AppState) -> Arc<Self> {
        Arc::new(Self { app })
    }
}

impl EventHandler for ServiceEvents {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        let deliveries = take_batch(&*self.app.store, &batch, clock::now()).await?;
        self.app.notifications.publish(deliveries);
        self.app.due_jobs.wake();
        Ok(())
    }
}
