//! Events of signaling and chat: facts for the record of a session, and messages that wait.

use std::sync::Arc;

use bus::{AcceptError, EventHandler};
use scheduler_core::{Fact, ReportedEvent};
use service::clock;
use wire::{Event, EventBatch, SessionId, UserId};

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
        let streamed = take_batch(&*self.app.store, &batch, clock::now()).await?;
        self.app.outlets.publish(streamed);
        for event in &batch.events {
            if let Some((session, user)) = kicked(event) {
                self.app.outlets.streams.close(&user, &session);
            }
        }
        self.app.due_jobs.wake();
        Ok(())
    }
}

/// Who was removed from which session, where the event says so.
fn kicked(event: &Event) -> Option<(SessionId, UserId)> {
    match ReportedEvent::parse(event)? {
        ReportedEvent::Fact {
            session,
            fact: Fact::Kicked(user),
            ..
        } => Some((session, user)),
        _ => None,
    }
}
