//! A room store and a message store of two kinds, or of two places.

use chat_core::{HistoryPage, MessageDraft, StoredMessage};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use super::chain::ChainAnchors;
use super::{
    Appended, ChainedMessages, Erasure, Head, MessageStore, NewMessage, OwnSpan, RoomChanges,
    RoomPosition, RoomStore, StoreError, StoredRoom,
};
use crate::removals::Removal;

/// Both stores of a service, of any two implementations: there is no transaction over both.
#[derive(Debug, Clone)]
pub struct StorePair<R, M> {
    /// Keeps rooms and their members.
    pub rooms: R,
    /// Keeps the messages of rooms.
    pub messages: M,
}

impl<R: RoomStore, M: MessageStore> MessageStore for StorePair<R, M> {
    async fn append(&self, batch: &[NewMessage]) -> Vec<Result<Appended, StoreError>> {
        self.messages.append(batch).await
    }

    async fn repeat_of(&self, draft: &MessageDraft) -> Result<Option<Appended>, StoreError> {
        self.messages.repeat_of(draft).await
    }

    async fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> Result<u64, StoreError> {
        self.messages
            .count_written_by(user, room, after, through)
            .await
    }

    async fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> Result<Vec<Message>, StoreError> {
        self.messages.written_by(user, room, span).await
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        self.messages.page(room, page).await
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        self.messages.heads(rooms).await
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.messages.last(limit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.messages.probe().await
    }
}

impl<R: RoomStore, M: ChainedMessages> ChainedMessages for StorePair<R, M> {
    async fn stored_after(
        &self,
        place: Option<(&RoomId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        self.messages.stored_after(place, limit).await
    }

    async fn anchors(&self, rooms: &[RoomId]) -> Result<ChainAnchors, StoreError> {
        self.messages.anchors(rooms).await
    }
}

impl<R: RoomStore, M: MessageStore> RoomStore for StorePair<R, M> {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        self.rooms.apply(changes).await
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        self.rooms.rooms(ids).await
    }

    async fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomPosition>,
        limit: u32,
    ) -> Result<Vec<RoomPosition>, StoreError> {
        self.rooms.rooms_of(user, after, limit).await
    }

    async fn unread_of(&self, user: &UserId, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        self.rooms.unread_of(user, limit).await
    }

    async fn room_ids_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomId>, StoreError> {
        self.rooms.room_ids_of(user, after, limit).await
    }

    async fn erasures(&self, since: UnixMs) -> Result<Vec<Erasure>, StoreError> {
        self.rooms.erasures(since).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.rooms.scrub().await
    }

    async fn removals(&self, since: UnixMs) -> Result<Vec<Removal>, StoreError> {
        self.rooms.removals(since).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.rooms.probe().await
    }
}
