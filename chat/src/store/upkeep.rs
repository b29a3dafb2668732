//! What becomes of messages after they were said: texts that are taken away, and messages that are too old.

mod delegates;

use chat_core::StoredMessage;
use wire::{RoomId, UnixMs, UserId};

use super::{MessageStore, StoreError};

/// A text that is to be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRemoval {
    /// The room of its message.
    pub room: RoomId,
    /// The message's place.
    pub seq: u64,
    /// Why it goes.
    pub end: TextEnd,
    /// When it goes.
    pub at: UnixMs,
}

impl TextRemoval {
    /// Why nothing is done about a message that is there.
    pub(super) fn refused(&self, stored: &StoredMessage) -> Option<TextRemoved> {
        match &self.end {
            TextEnd::Deleted(user) if *user != stored.message.from => Some(TextRemoved::NotTheirs),
            TextEnd::Deleted(_) | TextEnd::Expired => None,
        }
    }

    /// False where all of it is so already.
    pub(super) fn changes(&self, stored: &StoredMessage) -> bool {
        match self.end {
            TextEnd::Deleted(_) => !stored.message.deleted,
            TextEnd::Expired => !stored.is_gone(),
        }
    }
}

/// Why a text goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextEnd {
    /// This person takes it back. It is to be theirs.
    Deleted(UserId),
    /// Its time has come.
    Expired,
}

/// What became of a text that was to be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRemoved {
    /// It is gone. So often a text of the room was taken away by now.
    Now {
        /// Of the room.
        changes: u64,
    },
    /// It was gone already.
    Before {
        /// Of the room.
        changes: u64,
    },
    /// It is another's.
    NotTheirs,
    /// There is no such message.
    NotThere,
}

/// A message's place, and its age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageAge {
    /// The room that it stands in.
    pub room: RoomId,
    /// Its place in that room.
    pub seq: u64,
    /// When it was stored.
    pub sent_at: UnixMs,
}

/// Takes texts and messages away. The store actor alone calls what changes.
///
/// - What is given `Ok` for survives the death of the process. Everything may be done again, and is then as done once.
/// - After a text was taken away, the chain of its room holds as before, and its key stands for its message.
/// - A room's `changes` only rises, by one at least for each text that is taken away.
pub trait MessageUpkeep: MessageStore {
    /// Takes texts away; what became of each, in order. A text that has expired can be taken back too.
    ///
    /// # Errors
    /// When nobody knows what became of them: to be done again.
    fn remove_texts(
        &self,
        removals: &[TextRemoval],
    ) -> impl Future<Output = Result<Vec<TextRemoved>, StoreError>> + Send;

    /// Messages whose text is still stored although its time has come by `now`: those first that are due longest.
    ///
    /// # Errors
    /// When the store does not answer.
    fn overdue(
        &self,
        now: UnixMs,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(RoomId, u64)>, StoreError>> + Send;

    /// The messages of all rooms that were stored first, in that order.
    ///
    /// # Errors
    /// When the store does not answer.
    fn oldest(
        &self,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<MessageAge>, StoreError>> + Send;

    /// Has a room begin after `through`, one of its messages: its head says so from here on, and its chain is anchored
    /// there. The messages themselves are still stored.
    ///
    /// # Errors
    /// When nobody knows whether it is written: to be done again.
    fn begin_after(
        &self,
        room: &RoomId,
        through: u64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes messages before a room's beginning, the lowest first; true where there may be more.
    ///
    /// # Errors
    /// When nobody knows how many are gone: to be done again.
    fn delete_before_beginning(
        &self,
        room: &RoomId,
        limit: u32,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Leaves nothing of what was taken away in the log of a file of ours, and where `in_whole` nothing in the file.
    ///
    /// # Errors
    /// When something was in the way: it is to be asked for again.
    fn overwrite(&self, in_whole: bool) -> impl Future<Output = Result<(), StoreError>> + Send;
}
