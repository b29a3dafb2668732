//! What is stored of media servers: their webhook events, each once, and rooms that are to be removed.

use std::future::Future;

use wire::{MediaBackend, SessionId, UnixMs};

use super::{RoomClosing, StoreError};

/// Events that may wait to be applied; beyond it the media server is to try again. They are applied at
/// thousands a second.
pub const MAX_WAITING_EVENTS: usize = 10_000;
/// How long an applied event is known as a duplicate, in milliseconds; media servers retry for some seconds.
pub(super) const DUPLICATES_KNOWN_FOR_MS: i64 = 24 * 60 * 60_000;
/// How long an event that could not be parsed is kept, in milliseconds.
pub(super) const UNREADABLE_KEPT_FOR_MS: i64 = 30 * 24 * 60 * 60_000;
/// Most events that one call of [`MediaStore::events`] returns.
pub(super) const EVENTS_PER_PAGE: usize = 100;

/// What became of an event that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsertOutcome {
    /// The event is on disk.
    New,
    /// An event of this server and key was stored before.
    Duplicate,
    /// Too many wait to be applied; this one is not stored.
    Full,
}

/// A webhook event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its place in the order in which events came, over all servers.
    pub position: i64,
    /// When the request came, by our clock.
    pub received_at: UnixMs,
    /// The body of the request.
    pub body: String,
}

/// How far an event has been processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEventState {
    /// It is to be applied.
    New,
    /// It is of a session that is not known here yet.
    Parked,
    /// It was applied, or concerns no session.
    Done,
    /// It can't be parsed.
    Dead,
}

impl WebhookEventState {
    /// The value in the `state` column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            WebhookEventState::New => "new",
            WebhookEventState::Parked => "parked",
            WebhookEventState::Done => "done",
            WebhookEventState::Dead => "dead",
        }
    }
}

/// An event's next state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// The event's [position](WebhookEvent::position).
    pub position: i64,
    /// Its state from now on.
    pub state: WebhookEventState,
    /// Why it was given up, for whoever looks into it.
    pub why: Option<String>,
}

/// Stores the webhook inbox, and which rooms are still to be removed. `tests/store_contract.rs` runs on
/// every implementation.
///
/// Room closings are written by [`SnapshotStore::commit`](super::SnapshotStore::commit), in the
/// transaction of their session's end.
pub trait MediaStore: Send + Sync + 'static {
    /// Stores an event in state `New`, unless one of this server and key is there, or
    /// [`MAX_WAITING_EVENTS`] are `New`. It survives the process once this has returned.
    ///
    /// # Errors
    /// When the event has not been stored.
    fn insert_event(
        &self,
        server: MediaBackend,
        key: &str,
        now: UnixMs,
        body: &str,
    ) -> impl Future<Output = Result<InsertOutcome, StoreError>> + Send;

    /// Events of a server in that state with a position above `after`, oldest first; a page of them.
    ///
    /// # Errors
    /// When the store does not answer.
    fn events(
        &self,
        server: MediaBackend,
        state: WebhookEventState,
        after: i64,
    ) -> impl Future<Output = Result<Vec<WebhookEvent>, StoreError>> + Send;

    /// Changes states, all or none.
    ///
    /// # Errors
    /// When no state has been changed.
    fn change_states(
        &self,
        changes: &[StateChange],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Removes events that are done and a day old, and unreadable ones after a month.
    ///
    /// # Errors
    /// When the store does not answer.
    fn prune_events(&self, now: UnixMs) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes every unreadable event new again; returns how many.
    ///
    /// # Errors
    /// When the store does not answer.
    fn replay_unreadable(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// True if the body of some event contains this text.
    ///
    /// # Errors
    /// When the store does not answer.
    fn has_event_with(&self, text: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Sessions that are over and whose rooms on that kind of server may still be there.
    ///
    /// # Errors
    /// When the store does not answer.
    fn room_closings(
        &self,
        kind: MediaBackend,
    ) -> impl Future<Output = Result<Vec<RoomClosing>, StoreError>> + Send;

    /// Forgets a closing: the session's rooms are gone for good.
    ///
    /// # Errors
    /// When the closing is still stored.
    fn forget_room_closing(
        &self,
        session: &SessionId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
