//! What keeps messages.

use std::collections::BTreeMap;
use std::future::Future;

use chat_core::{ChainAnchor, ChainSalt, HistoryPage, MessageDraft, StoredMessage, expiry};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use super::StoreError;

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
    /// How many bytes the texts of its room may come to with it.
    pub room_bytes: u64,
}

impl NewMessage {
    /// The message at its place.
    pub(super) fn at(&self, seq: u64) -> Message {
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
    /// Its room holds too much to take it.
    Full,
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

/// A [`Head`] as it was found in a store.
#[derive(Debug, Clone)]
pub(super) struct FoundHead {
    pub(super) room: RoomId,
    /// The message that the room begins after; 0 where nothing was pruned.
    pub(super) begins_after: u64,
    /// The first message after that.
    pub(super) first_seq: Option<u64>,
    /// The last one after that.
    pub(super) last: Option<StoredMessage>,
    pub(super) changes: u64,
}

impl FoundHead {
    /// `None` where there never were any messages; `shown` is how the last one is served.
    pub(super) fn head(self, shown: impl FnOnce(StoredMessage) -> Message) -> Option<Head> {
        if self.last.is_none() && self.begins_after == 0 {
            return None;
        }
        let last = self.last.map(shown);
        Some(Head {
            room: self.room,
            min_seq: self.first_seq.unwrap_or(0).max(self.begins_after + 1),
            last_seq: last.as_ref().map_or(self.begins_after, |last| last.seq),
            last,
            changes: self.changes,
        })
    }
}

/// Keeps messages.
///
/// - What [`append`](Self::append) has given `Ok` for survives the death of the process.
/// - A room's `seq` are 1, 2, 3, … without a gap, whoever else writes to it, and those of a batch rise in its order.
/// - `(room, sender, client_id)` is unique: the second one is a repeat, within one batch too.
/// - A room takes no text with which it would hold more bytes than it may, whoever else writes to it; what was taken away, and what
///   lies before its beginning, is not counted.
/// - Each message has an outcome of its own: of a batch some may be stored where others are not.
/// - A text that [was taken away](super::MessageUpkeep::remove_texts) is nowhere in it, and one whose time has come is not told
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
