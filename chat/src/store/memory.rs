//! Everything in memory: for tests, and the plainest reading of the contract. Nothing survives the process, and
//! events go nowhere.

mod feed;
mod tables;
mod upkeep;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_core::{HistoryPage, MessageDraft, PageFrom, StoredMessage};
use wire::chat::Message;
use wire::{RoomId, SessionId, UnixMs, UserId};

use self::tables::MemoryTables;
use super::chain::ChainAnchors;
use super::{
    Appended, ChainedMessages, Erasure, FoundHead, Head, MessageStore, NewMessage, OwnSpan,
    RoomChanges, RoomPosition, RoomStore, StoreError, StoredRoom,
};
use crate::removals::Removal;

/// Clones share their content, as two processes share a file.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<MemoryTables>>);

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, MemoryTables> {
        // Each change below is made by single steps that can't panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MessageStore for MemoryStore {
    async fn append(&self, batch: &[NewMessage]) -> Vec<Result<Appended, StoreError>> {
        let mut tables = self.tables();
        batch.iter().map(|new| Ok(tables.append(new))).collect()
    }

    async fn repeat_of(&self, draft: &MessageDraft) -> Result<Option<Appended>, StoreError> {
        Ok(self.tables().repeat_of(draft))
    }

    async fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> Result<u64, StoreError> {
        let limit = u32::MAX;
        let span = OwnSpan {
            after,
            through,
            limit,
        };
        Ok(self.written_by(user, room, span).await?.len() as u64)
    }

    async fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let inside = |stored: &&StoredMessage| {
            let m = &stored.message;
            &m.room == room && &m.from == user && m.seq > span.after && m.seq <= span.through
        };
        let found = tables.messages.iter().filter(inside).cloned();
        let found = found.take(span.limit as usize).collect();
        Ok(tables.check.each(found, &tables.anchors))
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let is_within = |stored: &&StoredMessage| {
            let seq = stored.message.seq;
            &stored.message.room == room
                && match page.from {
                    PageFrom::Newest => true,
                    PageFrom::Before(end) => seq < end,
                    PageFrom::After(start) => seq > start,
                }
        };
        let mut found: Vec<StoredMessage> =
            tables.messages.iter().filter(is_within).cloned().collect();
        let limit = page.limit as usize;
        match page.from {
            PageFrom::After(_) => found.truncate(limit),
            PageFrom::Newest | PageFrom::Before(_) => {
                found.drain(..found.len().saturating_sub(limit));
            }
        }
        Ok(tables.check.page(found, &tables.anchors, page))
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let tables = self.tables();
        let head = |room: &RoomId| {
            let begins_after = tables.begins_after.get(room).copied().unwrap_or(0);
            let is_left = |stored: &&StoredMessage| {
                &stored.message.room == room && stored.message.seq > begins_after
            };
            let first = tables.messages.iter().find(is_left);
            let found = FoundHead {
                room: room.clone(),
                begins_after,
                first_seq: first.map(|first| first.message.seq),
                last: tables.messages.iter().rfind(is_left).cloned(),
                changes: tables.changes.get(room).copied().unwrap_or(0),
            };
            found.head(|last| tables.check.one(last, &tables.anchors))
        };
        Ok(rooms.iter().filter_map(head).collect())
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let skipped = tables.messages.len().saturating_sub(limit as usize);
        let last = tables.messages[skipped..].to_vec();
        Ok(tables.check.each(last, &tables.anchors))
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl ChainedMessages for MemoryStore {
    async fn stored_after(
        &self,
        place: Option<(&RoomId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let tables = self.tables();
        let at = |stored: &StoredMessage| (stored.message.room.clone(), stored.message.seq);
        let place = place.map(|(room, seq)| (room.clone(), seq));
        let later = tables
            .messages
            .iter()
            .filter(|stored| place.as_ref() < Some(&at(stored)));
        let mut later: Vec<StoredMessage> = later.cloned().collect();
        later.sort_by_key(at);
        later.truncate(limit as usize);
        Ok(later)
    }

    async fn anchors(&self, rooms: &[RoomId]) -> Result<ChainAnchors, StoreError> {
        let tables = self.tables();
        let of_rooms = tables.anchors.iter();
        let of_rooms = of_rooms.filter(|(room, _)| rooms.contains(room));
        Ok(of_rooms
            .map(|(room, anchor)| (room.clone(), *anchor))
            .collect())
    }
}

impl RoomStore for MemoryStore {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.apply(changes);
        Ok(())
    }

    async fn room_ids_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomId>, StoreError> {
        let tables = self.tables();
        let theirs = tables.rooms.iter().filter(|(id, (room, _))| {
            after.is_none_or(|after| *id > after) && room.members.iter().any(|m| &m.user_id == user)
        });
        Ok(theirs
            .map(|(id, _)| id.clone())
            .take(limit as usize)
            .collect())
    }

    async fn unread_of(&self, user: &UserId, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        let tables = self.tables();
        let mut rooms: Vec<&StoredRoom> = tables.rooms.values().map(|(room, _)| room).collect();
        rooms.sort_by(|a, b| b.active_at.cmp(&a.active_at).then_with(|| b.id.cmp(&a.id)));
        let unread = |room: &StoredRoom| {
            let own = room.members.iter().find(|m| &m.user_id == user)?;
            let unread = own.unread(room.last_seq);
            (unread > 0).then(|| (room.id.clone(), unread))
        };
        let unread = rooms.into_iter().filter_map(unread);
        Ok(unread.take(limit as usize).collect())
    }

    async fn erasures(&self, since: UnixMs) -> Result<Vec<Erasure>, StoreError> {
        let tables = self.tables();
        let later = tables.erased.iter().filter(|(_, at)| **at >= since);
        let erasure = |(user, at): (&UserId, &UnixMs)| Erasure {
            user: user.clone(),
            at: *at,
        };
        Ok(later.map(erasure).collect())
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn removals(&self, since: UnixMs) -> Result<Vec<Removal>, StoreError> {
        let tables = self.tables();
        let later = tables.removals.iter().filter(|(_, at)| **at >= since);
        let removal = |((session, user), at): (&(Option<SessionId>, UserId), &UnixMs)| Removal {
            session: session.clone(),
            user: user.clone(),
            at: *at,
        };
        Ok(later.map(removal).collect())
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        let tables = self.tables();
        Ok(ids.iter().filter_map(|id| tables.room(id)).collect())
    }

    async fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomPosition>,
        limit: u32,
    ) -> Result<Vec<RoomPosition>, StoreError> {
        let tables = self.tables();
        let theirs = tables
            .rooms
            .values()
            .filter(|(room, _)| room.members.iter().any(|member| &member.user_id == user));
        let mut positions: Vec<RoomPosition> = theirs
            .map(|(room, _)| RoomPosition {
                active_at: room.active_at,
                room: room.id.clone(),
            })
            .filter(|position| after.is_none_or(|after| position < after))
            .collect();
        positions.sort_by(|a, b| b.cmp(a));
        positions.truncate(limit as usize);
        Ok(positions)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
