//! What signaling and chat tell: the record of a session, and messages that wait.

use std::sync::Arc;

use service::clock;
use service::events::{AcceptError, EventSink};
use wire::EventBatch;

use crate::app::App;

/// Applies what other services tell.
pub(crate) struct Sink {
    app: App,
}

impl Sink {
    pub(crate) fn new(app: App) -> Arc<Self> {
        Arc::new(Self { app })
    }
}

impl EventSink for Sink {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        let told = self.app.store.take_in(batch, clock::now()).await?;
        self.app.hub.publish(told);
        self.app.clock.look();
        Ok(())
    }
}
