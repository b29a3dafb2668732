//! What signaling stores, as the registry needs it: one row a session, and its events for the outbox.
//!
//! The rows' bodies are JSON that only the registry understands; no store looks into them.

pub mod media;
pub mod memory;
pub mod sql;

use std::future::Future;

use wire::{Event, MediaBackend, SessionId, UnixMs};

/// What a row of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// A session that is on: its snapshot.
    Open,
    /// A session that ended: its last snapshot, which says why and who was kicked.
    Over,
    /// A booking that nobody has joined yet, newer than tickets for it may be.
    Booked,
}

impl RowKind {
    /// The word in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            RowKind::Open => "open",
            RowKind::Over => "over",
            RowKind::Booked => "booked",
        }
    }

    /// The value of a word.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        [Self::Open, Self::Over, Self::Booked]
            .into_iter()
            .find(|stored| stored.name() == word)
    }
}

/// One session's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The session's id; the key of the row.
    pub session: SessionId,
    /// What `body` is.
    pub kind: RowKind,
    /// A snapshot or a booking, as JSON text.
    pub body: String,
    /// From then on nobody can ask for it: every ticket has expired.
    pub forget_at: UnixMs,
}

/// An event of another service that has been applied.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedEvent {
    /// The event as it was received.
    pub event: Event,
    /// When it came.
    pub at: UnixMs,
}

/// A session's media rooms are to be removed, because it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomClosing {
    /// The session that is over.
    pub session: SessionId,
    /// Which kind of server has its rooms.
    pub kind: MediaBackend,
    /// Its last revision.
    pub revision: u64,
    /// When it ended, or a little later.
    pub ended_at: UnixMs,
}

/// What is written together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The newest row of each session that changed.
    pub rows: Vec<SnapshotRow>,
    /// Facts for the outbox, in the order in which they happened.
    pub facts: Vec<Event>,
    /// Events that these rows already contain.
    pub accepted: Vec<AcceptedEvent>,
    /// Of these rows those that end a session which a media server carried.
    pub closings: Vec<RoomClosing>,
}

impl Batch {
    /// True when there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.facts.is_empty() && self.accepted.is_empty()
    }
}

/// The store does not answer, or refused.
#[derive(Debug, thiserror::Error)]
#[error("the store failed: {0}")]
pub struct StoreError(#[from] Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// Wraps a driver's error.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// Keeps rows and facts. `tests/store_contract.rs` runs on every implementation.
///
/// - What [`commit`](Self::commit) has returned `Ok` for survives the death of the process.
/// - A batch is written whole or not at all; writing one twice is as writing it once.
/// - A row replaces the row of the same session. Facts stay in the order of the batches.
pub trait SnapshotStore: Send + Sync + 'static {
    /// Writes a batch.
    ///
    /// # Errors
    /// When nothing of it has been written.
    fn commit(&self, batch: &Batch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Every row that is there, in the order of session ids.
    ///
    /// # Errors
    /// When the store does not answer.
    fn load(&self) -> impl Future<Output = Result<Vec<SnapshotRow>, StoreError>> + Send;

    /// True where a committed batch has [accepted](Batch::accepted) the event of that id.
    ///
    /// # Errors
    /// When the store does not answer.
    fn has_accepted(&self, event_id: &str)
    -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// After a batch that [accepted](Batch::accepted) the erasure of somebody: leaves nothing of the rows that it
    /// replaced in a file. True where there was anything to do.
    ///
    /// # Errors
    /// When it has to be tried again.
    fn scrub(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes the rows with `forget_at ≤ now`, open ones excepted, and what was delivered or accepted
    /// long ago; says how many rows.
    ///
    /// # Errors
    /// When the store does not answer.
    fn prune(&self, now: UnixMs) -> impl Future<Output = Result<u64, StoreError>> + Send;
}
