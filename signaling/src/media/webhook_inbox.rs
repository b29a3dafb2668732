//! From a stored event to what it changes: one at a time, in the order in which they came.

use std::sync::Arc;
use std::time::Duration;

use service::clock::now;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use wire::{MediaBackend, UnixMs};

use super::parsed_event::{ParsedEvent, UnreadableEvent};
use super::room_tracker::{RoomTracker, UpdateOutcome};

use crate::store::StoreError;
use crate::store::media::{MediaStore, StateChange, WebhookEvent, WebhookEventState};

/// How long an event of a session that is not known here is kept, in milliseconds.
const PARKED_FOR_MS: i64 = 10 * 60_000;
/// How often is looked though nothing seems to have come: `rendezvous media replay` is another process.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Pause after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// How often what can't come again is forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Reads an event's body.
pub(crate) type ParseEvent = fn(&str) -> Result<ParsedEvent, UnreadableEvent>;

/// Applies what is in the inbox of one server.
#[derive(Debug, Clone)]
pub(crate) struct InboxProcessor<M> {
    pub(crate) kind: MediaBackend,
    pub(crate) rooms: RoomTracker,
    pub(crate) store: M,
    pub(crate) read: ParseEvent,
    /// Something was stored.
    pub(crate) arrived: Arc<Notify>,
}

impl<M: MediaStore> InboxProcessor<M> {
    /// Applies for as long as it is polled.
    pub(crate) async fn run(&self) {
        let mut pruned = Instant::now();
        loop {
            if let Err(error) = self.look().await {
                tracing::error!(%error, "the media inbox can't be read or written");
                sleep(STORE_RETRY).await;
                continue;
            }
            if pruned.elapsed() >= PRUNE_EVERY {
                pruned = Instant::now();
                if let Err(error) = self.store.prune_events(now()).await {
                    tracing::warn!(%error, "nothing of the media inbox was pruned");
                }
            }
            let waited = async {
                tokio::select! {
                    () = self.arrived.notified() => {}
                    () = self.rooms.new_session() => {}
                }
            };
            // Nothing came: then it is looked all the same.
            let _ = timeout(LOOK_EVERY, waited).await;
        }
    }

    async fn look(&self) -> Result<(), StoreError> {
        loop {
            let events = self
                .store
                .events(self.kind, WebhookEventState::New, 0)
                .await?;
            if events.is_empty() {
                break;
            }
            let changes: Vec<_> = events.iter().map(|event| self.apply(event)).collect();
            self.store.change_states(&changes).await?;
        }
        let mut after = 0;
        loop {
            let parked = self
                .store
                .events(self.kind, WebhookEventState::Parked, after)
                .await?;
            let Some(last) = parked.last() else {
                return Ok(());
            };
            after = last.position;
            let changes: Vec<_> = parked
                .iter()
                .filter_map(|event| self.apply_parked(event, now()))
                .collect();
            self.store.change_states(&changes).await?;
        }
    }

    fn apply(&self, event: &WebhookEvent) -> StateChange {
        let change = |state, why| StateChange {
            position: event.position,
            state,
            why,
        };
        let done = change(WebhookEventState::Done, None);
        let applied = match (self.read)(&event.body) {
            Ok(ParsedEvent::Update { room, update }) => self.rooms.apply(&room, update, now()),
            Ok(ParsedEvent::Hint { room }) => self.rooms.ask_about(&room, now()),
            Ok(ParsedEvent::Nothing) => {
                self.count("ignored");
                return done;
            }
            Err(unreadable) => {
                self.count("dead");
                tracing::error!(position = event.position, %unreadable, "a media event is laid aside");
                return change(WebhookEventState::Dead, Some(unreadable.to_string()));
            }
        };
        match applied {
            UpdateOutcome::Applied => {
                self.count("applied");
                done
            }
            UpdateOutcome::Unknown => {
                self.count("parked");
                change(WebhookEventState::Parked, None)
            }
        }
    }

    /// None where it goes on waiting.
    fn apply_parked(&self, event: &WebhookEvent, now: UnixMs) -> Option<StateChange> {
        let room = match (self.read)(&event.body) {
            Ok(ParsedEvent::Update { room, .. } | ParsedEvent::Hint { room }) => room,
            Ok(ParsedEvent::Nothing) | Err(_) => String::new(),
        };
        if self.rooms.knows(&room) {
            return Some(self.apply(event));
        }
        let is_old = now.since(event.received_at) >= PARKED_FOR_MS;
        is_old.then(|| {
            self.count("dropped");
            let why = "no session here has this room".to_owned();
            StateChange {
                position: event.position,
                state: WebhookEventState::Done,
                why: Some(why),
            }
        })
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("signaling_media_events_total", "server" => self.kind.name(), "outcome" => outcome)
            .increment(1);
    }
}
