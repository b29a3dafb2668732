//! What chat keeps, as its callers need it: messages, and rooms with how far everybody is.
//!
//! Two traits, because in production they are two databases. `tests/store_contract` runs on every
//! implementation. The store actor alone calls what changes; anybody may read.

mod backend;
mod chain;
#[cfg(test)]
pub(crate) mod faulty;
mod feed;
pub mod memory;
pub mod mongo;
mod pair;
pub mod sql;
mod upkeep;
mod verify;

pub use backend::{MessageBackend, MessagesUrl, MessagesUrlError};
pub use feed::{
    DoneBatch, FeedStore, FollowOutcome, MatchChange, NewFollow, NewPost, Posted, ProfileChange,
};
pub use pair::StorePair;
pub use upkeep::{MessageAge, MessageUpkeep, TextEnd, TextRemoval, TextRemoved};
pub use verify::{ChainFault, ChainReport, FaultKind, verify_messages};

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use chat_core::{
    ChainAnchor, ChainSalt, HistoryPage, MemberProgress, Membership, MessageDraft, StoredMessage,
    expiry,
};
use wire::chat::Message;
use wire::{
    ErrorCode, Event, EventBatch, Participant, RoomId, RoomKind, RoomMember, UnixMs, UserId,
};

use crate::removals::Removal;

/// A message with everything but its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Who says what, and where.
    pub draft: MessageDraft,
    /// UUIDv7, higher than any before of this process.
    pub message_id: String,
    /// When the store actor took it.
    pub sent_at: UnixMs,
    /// For the digest of its text: random, and of no other message.
    pub salt: ChainSalt,
}

impl NewMessage {
    /// The message at its place.
    fn at(&self, seq: u64) -> Message {
        let draft = &self.draft;
        Message {
            room: draft.room.clone(),
            seq,
            message_id: self.message_id.clone(),
            from: draft.from.clone(),
            client_id: draft.client_id.clone(),
            body: draft.body.clone(),
            sent_at: self.sent_at,
            expires_at: expiry(self.sent_at, draft.ttl_ms),
            deleted: false,
            corrupt: false,
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Appended {
    /// It is stored.
    Stored(Message),
    /// It was stored before: this is what was stored.
    Repeat(Message),
    /// Its key stands for another text.
    Conflict,
}

/// The two ends of a room's messages, and how often they changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The room of the messages.
    pub room: RoomId,
    /// The first `seq` that is left; where none is, the next one.
    pub min_seq: u64,
    /// The `seq` of the newest message, also where that was pruned.
    pub last_seq: u64,
    /// The newest message that is left.
    pub last: Option<Message>,
    /// How many texts were taken away from messages of the room.
    pub changes: u64,
}

/// A room to be opened, or the members of one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The room, new or known.
    pub room: RoomId,
    /// Its epoch, if it is new.
    pub epoch: String,
    /// Its members; those that are there already stay.
    pub members: Vec<Participant>,
    /// The booking that names the members. Names of a lower one, or of a ticket, are replaced.
    pub revision: Option<u64>,
    /// Its `active_at`, if it is new.
    pub at: UnixMs,
}

/// What a group is from a revision on. Of several the highest counts, and of what else is said of its members nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFact {
    /// The room, new or known.
    pub room: RoomId,
    /// Its epoch, if it is new.
    pub epoch: String,
    /// What it is called.
    pub name: Option<String>,
    /// All of its members: who is in none of them is taken out, and who is new reads from the head on.
    pub members: Vec<RoomMember>,
    /// Of the scheduler's facts of this room; above 0.
    pub revision: u64,
    /// Its `active_at`, if it is new.
    pub at: UnixMs,
}

/// That a room takes no more messages, from here on and for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The room, known or not.
    pub room: RoomId,
    /// When it was closed.
    pub at: UnixMs,
}

/// That somebody blocks another, or does so no more. Of those of one and the same pair the latest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChange {
    /// Who wants nothing of the other.
    pub by: UserId,
    /// Of whom nothing reaches them.
    pub user: UserId,
    /// False once it is lifted.
    pub blocked: bool,
    /// When that was, and of changes at one time the order of their events.
    pub order: (UnixMs, String),
}

/// That a person was erased: they are a member of no room, and never become one again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Who it was.
    pub user: UserId,
    /// When that was.
    pub at: UnixMs,
}

/// That all that follows from a room's messages up to here is part of these changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledHead {
    /// The room of the messages.
    pub room: RoomId,
    /// Up to which message.
    pub last_seq: u64,
    /// When that was sent.
    pub active_at: UnixMs,
}

/// What is written together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoomChanges {
    /// Rooms and members.
    pub openings: Vec<Opening>,
    /// Names and members of groups.
    pub groups: Vec<GroupFact>,
    /// Members who are further.
    pub positions: Vec<MemberProgress>,
    /// Heads of rooms.
    pub settled: Vec<SettledHead>,
    /// Events for other services, in order.
    pub events: Vec<Event>,
    /// People who were removed from sessions.
    pub removals: Vec<Removal>,
    /// Rooms that take no more messages.
    pub closings: Vec<Closing>,
    /// Who blocks whom.
    pub blocks: Vec<BlockChange>,
    /// Who is matched, and who no more.
    pub matches: Vec<MatchChange>,
    /// What others may know of people.
    pub profiles: Vec<ProfileChange>,
    /// People who were erased.
    pub erasures: Vec<Erasure>,
    /// Events of other services, of which the changes have been made.
    pub taken: Vec<EventBatch>,
}

/// A room as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRoom {
    /// Names it for ever.
    pub id: RoomId,
    /// Another one makes every cursor void.
    pub epoch: String,
    /// Up to where it is [`SettledHead`].
    pub last_seq: u64,
    /// When its last message was sent, or it was opened.
    pub active_at: UnixMs,
    /// What it is for.
    pub kind: RoomKind,
    /// What a group is called.
    pub name: Option<String>,
    /// Of a group: the revision that its name and members are from; else 0.
    pub revision: u64,
    /// Its members, in the order of their ids. They are counted up to `last_seq`.
    pub members: Vec<Membership>,
    /// It was closed, or is of two of whom one blocks the other.
    pub closed: bool,
}

/// Why a store did not do it. Clones are the same failure, of which each of several is told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or refused.
    #[error("the store failed: {0}")]
    Unavailable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// Its disk is full.
    #[error("the store is full")]
    Full,
}

impl StoreError {
    /// For a reason.
    pub fn unavailable(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(reason.into().into())
    }

    /// What the one who asked is told; the cause is logged and counted.
    pub(crate) fn report(&self) -> ErrorCode {
        metrics::counter!("storage_errors_total").increment(1);
        tracing::error!(error = %self, "the store failed");
        self.code()
    }

    /// What the one who asked is told.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            StoreError::Full => ErrorCode::StorageFull,
            StoreError::Unavailable(_) => ErrorCode::StorageUnavailable,
        }
    }
}

/// Keeps messages.
///
/// - What [`append`](Self::append) has given `Ok` for survives the death of the process.
/// - A room's `seq` are 1, 2, 3, … without a gap, whoever else writes to it, and those of a batch rise in its order.
/// - `(room, sender, client_id)` is unique: the second one is a repeat, within one batch too.
/// - Each message has an outcome of its own: of a batch some may be stored where others are not.
/// - A text that [was taken away](MessageUpkeep::remove_texts) is nowhere in it, and one whose time has come is not told
///   whether or not it is stored. Either leaves its message with its place and its key.
/// - Each is bound to the one before it in its room. What is read and is not what was stored is `corrupt`, without a text,
///   whichever way it is read; in the place of one that is gone a page has one of its number.
pub trait MessageStore: Send + Sync + 'static {
    /// Stores messages; what became of each, in order.
    ///
    /// An error says that the message is not stored, or that nobody knows. It may be given again: if it was stored, that
    /// is what it gets.
    fn append(
        &self,
        batch: &[NewMessage],
    ) -> impl Future<Output = Vec<Result<Appended, StoreError>>> + Send;

    /// What was stored before under a draft's key, without storing anything.
    ///
    /// # Errors
    /// When the store does not answer.
    fn repeat_of(
        &self,
        draft: &MessageDraft,
    ) -> impl Future<Output = Result<Option<Appended>, StoreError>> + Send;

    /// How many messages one person wrote in a room, of those above `after` and up to `through`.
    ///
    /// # Errors
    /// When the store does not answer.
    fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// What one person wrote in a room, of its messages above `after` and up to `through`, in rising `seq`.
    ///
    /// # Errors
    /// When the store does not answer.
    fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> impl Future<Output = Result<Vec<Message>, StoreError>> + Send;

    /// A page of a room's messages, in rising `seq`.
    ///
    /// # Errors
    /// When the store does not answer.
    fn page(
        &self,
        room: &RoomId,
        page: HistoryPage,
    ) -> impl Future<Output = Result<Vec<Message>, StoreError>> + Send;

    /// The heads of those of `rooms` that have messages, or had some.
    ///
    /// # Errors
    /// When the store does not answer.
    fn heads(&self, rooms: &[RoomId])
    -> impl Future<Output = Result<Vec<Head>, StoreError>> + Send;

    /// The last messages of all rooms. Those of one writer are in the order in which it stored them; with several it is
    /// that of their clocks, and within a room not that of `seq`.
    ///
    /// # Errors
    /// When the store does not answer.
    fn last(&self, limit: u32) -> impl Future<Output = Result<Vec<Message>, StoreError>> + Send;

    /// For readiness: whether it takes writes.
    ///
    /// # Errors
    /// When it doesn't.
    fn probe(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Shows messages as they are stored, for whoever looks at all of them.
pub trait ChainedMessages: MessageStore {
    /// Messages of all rooms by their ids, those of a room in rising `seq`, from the one after `place` on.
    ///
    /// # Errors
    /// When the store does not answer.
    fn stored_after(
        &self,
        place: Option<(&RoomId, u64)>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<StoredMessage>, StoreError>> + Send;

    /// Where the chains of those rooms begin, unless it is with their first message.
    ///
    /// # Errors
    /// When the store does not answer.
    fn anchors(
        &self,
        rooms: &[RoomId],
    ) -> impl Future<Output = Result<BTreeMap<RoomId, ChainAnchor>, StoreError>> + Send;
}

/// A piece of a room, to be searched for what one person wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnSpan {
    /// The last `seq` before it.
    pub after: u64,
    /// Its last `seq`.
    pub through: u64,
    /// How many messages at most.
    pub limit: u32,
}

/// Keeps rooms.
///
/// - What [`apply`](Self::apply) has returned `Ok` for survives the death of the process; it is written
///   whole or not at all, and writing it twice, or two of them in the other order, is as writing it once.
/// - Heads and what members have of [progress](MemberProgress) only rise, for as long as they are members.
/// - Members of a pair are added; those of a group are its highest revision's, and it takes no others. Who joins a
///   group that is there reads from its head on, and who joins again begins anew.
/// - Who is erased is taken out, and never added again. A closed room stays closed.
/// - Those who are matched follow each other from then on, and who is matched no more follows no more, unless they began to
///   after that. Of who is erased no post, no follow and no entry of a feed is left.
pub trait RoomStore: Send + Sync + 'static {
    /// Writes changes.
    ///
    /// # Errors
    /// When nothing of it is stored, or nobody knows: the same changes may be given again.
    fn apply(&self, changes: &RoomChanges) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Those of `ids` that are there.
    ///
    /// # Errors
    /// When the store does not answer.
    fn rooms(
        &self,
        ids: &[RoomId],
    ) -> impl Future<Output = Result<Vec<StoredRoom>, StoreError>> + Send;

    /// A person's rooms from the newest on; with `after`, those that come after that one.
    ///
    /// # Errors
    /// When the store does not answer.
    fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomPosition>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RoomPosition>, StoreError>> + Send;

    /// Of which of a person's rooms they have unread messages, and how many, as the rows say; the newest `limit` of them.
    ///
    /// # Errors
    /// When the store does not answer.
    fn unread_of(
        &self,
        user: &UserId,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(RoomId, u64)>, StoreError>> + Send;

    /// The ids of a person's rooms, rising, from the one after `after` on.
    ///
    /// # Errors
    /// When the store does not answer.
    fn room_ids_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RoomId>, StoreError>> + Send;

    /// Who was erased at `since` or later.
    ///
    /// # Errors
    /// When the store does not answer.
    fn erasures(
        &self,
        since: UnixMs,
    ) -> impl Future<Output = Result<Vec<Erasure>, StoreError>> + Send;

    /// Leaves nothing of what erasures deleted in files of ours.
    ///
    /// # Errors
    /// When something was in the way: it is to be asked for again.
    fn scrub(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Who was removed at `since` or later.
    ///
    /// # Errors
    /// When the store does not answer.
    fn removals(
        &self,
        since: UnixMs,
    ) -> impl Future<Output = Result<Vec<Removal>, StoreError>> + Send;

    /// For readiness: whether it takes writes.
    ///
    /// # Errors
    /// When it doesn't.
    fn probe(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A room's place among those of a person: by `active_at` and id, both falling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomPosition {
    /// When its last message was sent, or it was opened.
    pub active_at: UnixMs,
    /// The last of equals by time is the one with the lowest id.
    pub room: RoomId,
}

/// Both stores of a service, which may be two databases: no change spans both.
pub trait Stores: MessageUpkeep + RoomStore {}

impl<S: MessageUpkeep + RoomStore> Stores for S {}
