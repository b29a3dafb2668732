//! The webhook inbox and the room closings.

use wire::{MediaBackend, SessionId, UnixMs};

use super::MemoryStore;
use crate::store::media::{
    DUPLICATES_KNOWN_FOR_MS, EVENTS_PER_PAGE, InsertOutcome, MAX_WAITING_EVENTS, MediaStore,
    StateChange, UNREADABLE_KEPT_FOR_MS, WebhookEvent, WebhookEventState,
};
use crate::store::{RoomClosing, StoreError};

/// A webhook event with what the inbox knows of it.
#[derive(Debug)]
pub(super) struct StoredWebhookEvent {
    server: MediaBackend,
    key: String,
    state: WebhookEventState,
    event: WebhookEvent,
}

impl MediaStore for MemoryStore {
    async fn insert_event(
        &self,
        server: MediaBackend,
        key: &str,
        now: UnixMs,
        body: &str,
    ) -> Result<InsertOutcome, StoreError> {
        let mut tables = self.tables();
        let inbox = &tables.webhook_events;
        if inbox.iter().any(|it| it.server == server && it.key == key) {
            return Ok(InsertOutcome::Duplicate);
        }
        let waiting = inbox.iter().filter(|it| it.state == WebhookEventState::New);
        if waiting.count() >= MAX_WAITING_EVENTS {
            return Ok(InsertOutcome::Full);
        }
        tables.last_position += 1;
        let event = WebhookEvent {
            position: tables.last_position,
            received_at: now,
            body: body.to_owned(),
        };
        tables.webhook_events.push(StoredWebhookEvent {
            server,
            key: key.to_owned(),
            state: WebhookEventState::New,
            event,
        });
        Ok(InsertOutcome::New)
    }

    async fn events(
        &self,
        server: MediaBackend,
        state: WebhookEventState,
        after: i64,
    ) -> Result<Vec<WebhookEvent>, StoreError> {
        let tables = self.tables();
        let wanted = tables
            .webhook_events
            .iter()
            .filter(|it| it.server == server && it.state == state && it.event.position > after);
        let page = wanted.take(EVENTS_PER_PAGE);
        Ok(page.map(|it| it.event.clone()).collect())
    }

    async fn change_states(&self, changes: &[StateChange]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for change in changes {
            let mut events = tables.webhook_events.iter_mut();
            if let Some(stored) = events.find(|it| it.event.position == change.position) {
                stored.state = change.state;
            }
        }
        Ok(())
    }

    async fn prune_events(&self, now: UnixMs) -> Result<(), StoreError> {
        self.tables().webhook_events.retain(|it| match it.state {
            WebhookEventState::Done => it.event.received_at > now - DUPLICATES_KNOWN_FOR_MS,
            WebhookEventState::Dead => it.event.received_at > now - UNREADABLE_KEPT_FOR_MS,
            WebhookEventState::New | WebhookEventState::Parked => true,
        });
        Ok(())
    }

    async fn replay_unreadable(&self) -> Result<u64, StoreError> {
        let mut replayed = 0;
        for stored in &mut self.tables().webhook_events {
            if stored.state == WebhookEventState::Dead {
                stored.state = WebhookEventState::New;
                replayed += 1;
            }
        }
        Ok(replayed)
    }

    async fn has_event_with(&self, text: &str) -> Result<bool, StoreError> {
        let tables = self.tables();
        let mut events = tables.webhook_events.iter();
        Ok(events.any(|it| it.event.body.contains(text)))
    }

    async fn room_closings(&self, kind: MediaBackend) -> Result<Vec<RoomClosing>, StoreError> {
        let tables = self.tables();
        let closings = tables.closings.values();
        Ok(closings.filter(|it| it.kind == kind).cloned().collect())
    }

    async fn forget_room_closing(&self, session: &SessionId) -> Result<(), StoreError> {
        self.tables().closings.remove(session);
        Ok(())
    }
}
