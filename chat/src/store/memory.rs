//! Everything in memory: for tests, and the plainest reading of the contract. Nothing survives the process, and
//! events go nowhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_core::{HistoryPage, PageFrom, PositionKind, PositionUpdate};
use wire::chat::{Member, Message};
use wire::{RoomId, SessionId, UnixMs, UserId};

use crate::removals::Removal;

use super::{
    Appended, Head, MessageStore, NewMessage, Opening, RoomChanges, RoomPosition, RoomStore,
    StoreError, StoredRoom,
};

/// Clones share their content, as two processes share a file.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<MemoryTables>>);

#[derive(Debug, Default)]
struct MemoryTables {
    rooms: BTreeMap<RoomId, (StoredRoom, u64)>,
    messages: Vec<Message>,
    removals: BTreeMap<(SessionId, UserId), UnixMs>,
}

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, MemoryTables> {
        // Each change below is made by single steps that can't panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MessageStore for MemoryStore {
    async fn append(&self, batch: &[NewMessage]) -> Result<Vec<Appended>, StoreError> {
        let mut tables = self.tables();
        Ok(batch.iter().map(|new| tables.append(new)).collect())
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let all: Vec<&Message> = tables.messages.iter().filter(|m| &m.room == room).collect();
        let limit = page.limit as usize;
        let newest = |found: Vec<&Message>| {
            let skipped = found.len().saturating_sub(limit);
            found.into_iter().skip(skipped).cloned().collect()
        };
        Ok(match page.from {
            PageFrom::Newest => newest(all),
            PageFrom::Before(seq) => newest(all.into_iter().filter(|m| m.seq < seq).collect()),
            PageFrom::After(seq) => {
                let later = all.into_iter().filter(|m| m.seq > seq);
                later.take(limit).cloned().collect()
            }
        })
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let tables = self.tables();
        let head = |room: &RoomId| {
            let mut of_room = tables.messages.iter().filter(|m| &m.room == room);
            let min_seq = of_room.next()?.seq;
            let last = tables.messages.iter().rfind(|m| &m.room == room)?.clone();
            Some(Head { min_seq, last })
        };
        Ok(rooms.iter().filter_map(head).collect())
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let skipped = tables.messages.len().saturating_sub(limit as usize);
        Ok(tables.messages[skipped..].to_vec())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl RoomStore for MemoryStore {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for opening in &changes.openings {
            tables.open(opening);
        }
        for to in &changes.positions {
            tables.move_to(to);
        }
        for settled in &changes.settled {
            if let Some((room, _)) = tables.rooms.get_mut(&settled.room) {
                room.last_seq = room.last_seq.max(settled.last_seq);
                room.active_at = room.active_at.max(settled.active_at);
            }
        }
        for Removal { session, user, at } in &changes.removals {
            let removed = tables.removals.entry((session.clone(), user.clone()));
            let known = removed.or_insert(*at);
            *known = (*known).max(*at);
        }
        Ok(())
    }

    async fn removals(&self, since: UnixMs) -> Result<Vec<Removal>, StoreError> {
        let tables = self.tables();
        let later = tables.removals.iter().filter(|(_, at)| **at >= since);
        let removal = |((session, user), at): (&(SessionId, UserId), &UnixMs)| Removal {
            session: session.clone(),
            user: user.clone(),
            at: *at,
        };
        Ok(later.map(removal).collect())
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        let tables = self.tables();
        let found = ids.iter().filter_map(|id| tables.rooms.get(id));
        Ok(found.map(|(room, _)| room.clone()).collect())
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

impl MemoryTables {
    fn append(&mut self, new: &NewMessage) -> Appended {
        let draft = &new.draft;
        let known = self.messages.iter().find(|m| {
            m.room == draft.room && m.from == draft.from && m.client_id == draft.client_id
        });
        if let Some(known) = known {
            return match known.body == draft.body {
                true => Appended::Repeat(known.clone()),
                false => Appended::Conflict,
            };
        }
        let last = self.messages.iter().rfind(|m| m.room == draft.room);
        let message = Message {
            room: draft.room.clone(),
            seq: last.map_or(0, |last| last.seq) + 1,
            message_id: new.message_id.clone(),
            from: draft.from.clone(),
            client_id: draft.client_id.clone(),
            body: draft.body.clone(),
            sent_at: new.sent_at,
        };
        self.messages.push(message.clone());
        Appended::Stored(message)
    }

    fn open(&mut self, opening: &Opening) {
        let fresh = || StoredRoom {
            id: opening.room.clone(),
            epoch: opening.epoch.clone(),
            last_seq: 0,
            active_at: opening.at,
            members: Vec::new(),
        };
        let (room, revision) = self
            .rooms
            .entry(opening.room.clone())
            .or_insert_with(|| (fresh(), 0));
        for one in &opening.members {
            match room
                .members
                .iter_mut()
                .find(|member| member.user_id == one.user_id)
            {
                Some(member) if opening.revision.is_some_and(|new| new >= *revision) => {
                    member.name.clone_from(&one.name);
                }
                Some(_) => {}
                None => room.members.push(Member {
                    user_id: one.user_id.clone(),
                    name: one.name.clone(),
                    read_seq: 0,
                    delivered_seq: 0,
                }),
            }
        }
        room.members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        *revision = (*revision).max(opening.revision.unwrap_or(0));
    }

    fn move_to(&mut self, to: &PositionUpdate) {
        let room = self.rooms.get_mut(&to.room);
        let members = room.map(|(room, _)| &mut room.members);
        let Some(member) = members.and_then(|all| all.iter_mut().find(|m| m.user_id == to.user))
        else {
            return;
        };
        if to.kind == PositionKind::Read {
            member.read_seq = member.read_seq.max(to.seq);
        }
        member.delivered_seq = member.delivered_seq.max(to.seq);
    }
}
