//! What the scheduler tells: sessions booked, moved and called off, and people erased. Nothing else concerns signaling.

use std::sync::Arc;
use std::time::Duration;

use bus::{AcceptError, EventHandler};
use serde::Deserialize as _;
use service::clock::now;
use tokio::time::timeout;
use wire::{Event, EventBatch, EventType, SessionBooked, UserErased};

use crate::registry::Registry;
use crate::store::{AcceptedEvent, SnapshotStore};
use crate::write_buffer::{StoreChange, WriteBuffer};

/// Longest wait for the commit of a batch; the sender then tries again.
const COMMIT_LIMIT: Duration = Duration::from_secs(3);

/// Applies batches to the registry, each event once.
#[derive(Debug)]
pub(crate) struct SchedulerEvents<S> {
    pub(crate) registry: Registry,
    pub(crate) writer: WriteBuffer,
    pub(crate) store: Arc<S>,
}

impl<S: SnapshotStore> EventHandler for SchedulerEvents<S> {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        let mut taken = Vec::with_capacity(batch.events.len());
        for event in batch.events {
            if self.is_known(&event).await? {
                continue;
            }
            self.apply(&event);
            taken.push(AcceptedEvent { event, at: now() });
        }
        if taken.is_empty() {
            return Ok(());
        }
        // What the events changed was put aside before this, so that it is committed before or with it.
        let change = StoreChange {
            accepted: taken,
            ..StoreChange::default()
        };
        match timeout(COMMIT_LIMIT, self.writer.submit_urgent(change)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(AcceptError::Stopping),
        }
    }
}

impl<S: SnapshotStore> SchedulerEvents<S> {
    async fn is_known(&self, event: &Event) -> Result<bool, AcceptError> {
        self.store.has_accepted(&event.id).await.map_err(|error| {
            tracing::error!(%error, "the inbox can't be read");
            AcceptError::Stopping
        })
    }

    fn apply(&self, event: &Event) {
        let kind = EventType::from_name(&event.kind);
        if kind == Some(EventType::UserErased) {
            return self.erased(event);
        }
        let Some(
            kind @ (EventType::SessionScheduled
            | EventType::SessionRescheduled
            | EventType::SessionCancelled),
        ) = kind
        else {
            return;
        };
        let spec = match SessionBooked::deserialize(&event.data) {
            Ok(booked) => booked.session,
            Err(error) => return skip(event, &error),
        };
        let revision = event.revision.unwrap_or(spec.revision);
        tracing::info!(session = %spec.id, event = kind.name(), revision, "told by the scheduler");
        match kind {
            EventType::SessionCancelled => self.registry.cancelled(spec, revision),
            _ => self.registry.booked(spec),
        }
    }

    fn erased(&self, event: &Event) {
        match UserErased::deserialize(&event.data) {
            Ok(UserErased { user_id }) => {
                tracing::info!(user = %user_id, event = "user.erased", "told by the scheduler");
                self.registry.erased(&user_id);
            }
            Err(error) => skip(event, &error),
        }
    }
}

fn skip(event: &Event, error: &serde_json::Error) {
    metrics::counter!("signaling_events_skipped_total").increment(1);
    tracing::warn!(event = ?event.id, kind = ?event.kind, %error, "skipped an event");
}
