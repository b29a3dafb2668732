//! A store in memory for tests, between which and its callers something may go wrong.

use chat_core::{HistoryPage, MessageDraft};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use super::memory::MemoryStore;
use super::{
    Appended, Erasure, Head, MessageStore, NewMessage, OwnSpan, RoomChanges, RoomPosition,
    RoomStore, StoreError, StoredRoom,
};
use crate::removals::Removal;

/// What goes wrong. Whatever is not said here goes to the store.
pub(crate) trait StoreFaults: Send + Sync + 'static {
    /// Rooms or messages are about to be read.
    fn note_read(&self) {}

    fn append(
        &self,
        store: &MemoryStore,
        batch: &[NewMessage],
    ) -> impl Future<Output = Vec<Result<Appended, StoreError>>> + Send {
        store.append(batch)
    }

    fn heads(
        &self,
        store: &MemoryStore,
        rooms: &[RoomId],
    ) -> impl Future<Output = Result<Vec<Head>, StoreError>> + Send {
        store.heads(rooms)
    }

    fn apply(
        &self,
        store: &MemoryStore,
        changes: &RoomChanges,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        store.apply(changes)
    }
}

/// The store with its faults. Clones share the store.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaultyStore<F> {
    pub(crate) inner: MemoryStore,
    pub(crate) faults: F,
}

impl<F: StoreFaults> MessageStore for FaultyStore<F> {
    async fn append(&self, batch: &[NewMessage]) -> Vec<Result<Appended, StoreError>> {
        self.faults.append(&self.inner, batch).await
    }

    async fn repeat_of(&self, draft: &MessageDraft) -> Result<Option<Appended>, StoreError> {
        self.inner.repeat_of(draft).await
    }

    async fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> Result<u64, StoreError> {
        self.faults.note_read();
        self.inner
            .count_written_by(user, room, after, through)
            .await
    }

    async fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> Result<Vec<Message>, StoreError> {
        self.faults.note_read();
        self.inner.written_by(user, room, span).await
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        self.faults.note_read();
        self.inner.page(room, page).await
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        self.faults.note_read();
        self.faults.heads(&self.inner, rooms).await
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.inner.last(limit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        MessageStore::probe(&self.inner).await
    }
}

impl<F: StoreFaults> RoomStore for FaultyStore<F> {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        self.faults.apply(&self.inner, changes).await
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        self.faults.note_read();
        self.inner.rooms(ids).await
    }

    async fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomPosition>,
        limit: u32,
    ) -> Result<Vec<RoomPosition>, StoreError> {
        self.inner.rooms_of(user, after, limit).await
    }

    async fn unread_of(&self, user: &UserId, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        self.inner.unread_of(user, limit).await
    }

    async fn room_ids_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomId>, StoreError> {
        self.inner.room_ids_of(user, after, limit).await
    }

    async fn erasures(&self, since: UnixMs) -> Result<Vec<Erasure>, StoreError> {
        self.inner.erasures(since).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.inner.scrub().await
    }

    async fn removals(&self, since: UnixMs) -> Result<Vec<Removal>, StoreError> {
        self.inner.removals(since).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        RoomStore::probe(&self.inner).await
    }
}
