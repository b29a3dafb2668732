//! Brings rooms from the store into the broker. It reads beside the store actor and never waits for it.
//!
//! A read may race with a commit. The broker takes a room only if nothing was told of it since the read began,
//! and keeps the rooms that are being written; so a refused read is done again, and what is taken is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chat_core::{HistoryPage, Input, PageFrom, Room, check_id};
use tokio::time::timeout;
use wire::{ChatRoomGrant, RoomId};

use crate::caller::Caller;
use crate::registry::Registry;
use crate::store::{Head, StoreError, StoredRoom, Stores};

/// Rooms of a person that are brought into memory when they come; as many as a `welcome` has.
const ROOMS_OF_ENTRY: u32 = 100;
/// Reads of a room that was told of during each; one is enough unless a room gets messages all the time.
const MAX_READS: usize = 16;
/// Messages that are read together where a room's row is behind.
const BEHIND_TOGETHER: u32 = 200;
/// Longest wait for a read.
const READ_LIMIT: Duration = Duration::from_secs(8);

/// Reads rooms. Clones share the store and the broker.
#[derive(Debug)]
pub(crate) struct RoomLoader<S> {
    stores: Arc<S>,
    registry: Registry,
}

impl<S> Clone for RoomLoader<S> {
    fn clone(&self) -> Self {
        Self {
            stores: Arc::clone(&self.stores),
            registry: self.registry.clone(),
        }
    }
}

impl<S: Stores> RoomLoader<S> {
    pub(crate) fn new(stores: Arc<S>, registry: Registry) -> Self {
        Self { stores, registry }
    }

    pub(crate) fn stores(&self) -> &S {
        &self.stores
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Brings those rooms into memory that exist and are not there yet.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn load(&self, mut rooms: BTreeSet<RoomId>) -> Result<(), StoreError> {
        // What is no id names no room; not every database would say so.
        rooms.retain(|room| check_id(room.as_str()).is_ok());
        for _ in 0..MAX_READS {
            // What is told from here on may be missing in what is read.
            let as_of = self.registry.ask(|broker| {
                rooms.retain(|room| !broker.knows(room));
                broker.version()
            });
            if rooms.is_empty() {
                return Ok(());
            }
            let found = self.read(rooms).await?;
            rooms = found.iter().map(|room| room.id.clone()).collect();
            let loaded = found.into_iter().map(|room| Input::Loaded { room, as_of });
            self.registry.handle_all(loaded);
            self.registry
                .ask(|broker| rooms.retain(|room| broker.is_outdated(room, as_of)));
        }
        match rooms.is_empty() {
            true => Ok(()),
            false => Err(StoreError::unavailable("rooms change at each read")),
        }
    }

    /// Brings the newest rooms of somebody into memory, or those that their ticket names.
    ///
    /// Rooms with newer messages than the store's order knows of are in memory already.
    pub(crate) async fn load_rooms_of(&self, caller: &Caller) -> Result<(), StoreError> {
        let rooms = match &caller.only {
            Some(only) => only.clone(),
            None => {
                let newest = self.stores.rooms_of(&caller.user, None, ROOMS_OF_ENTRY);
                let newest = within_limit(newest).await?;
                newest.into_iter().map(|position| position.room).collect()
            }
        };
        self.load(rooms).await
    }

    /// Those of a ticket's rooms that are not there, or lack a member.
    pub(crate) async fn unopened(
        &self,
        grants: &[ChatRoomGrant],
    ) -> Result<Vec<ChatRoomGrant>, StoreError> {
        self.load(grants.iter().map(|grant| grant.id.clone()).collect())
            .await?;
        let mut unopened = grants.to_vec();
        self.registry
            .ask(|broker| unopened.retain(|grant| !broker.has_members(&grant.id, &grant.members)));
        Ok(unopened)
    }

    /// Those of the rooms that exist, as they are stored.
    pub(crate) async fn read(&self, rooms: BTreeSet<RoomId>) -> Result<Vec<Room>, StoreError> {
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RoomId> = rooms.into_iter().collect();
        let stored = within_limit(self.stores.rooms(&ids)).await?;
        let heads = within_limit(self.stores.heads(&ids)).await?;
        let mut heads: BTreeMap<RoomId, Head> = heads
            .into_iter()
            .map(|head| (head.room.clone(), head))
            .collect();
        let mut rooms = Vec::with_capacity(stored.len());
        for stored in stored {
            let head = heads.remove(&stored.id);
            let counted = stored.last_seq;
            let mut room = room_of(stored, head);
            within_limit(self.count_on(&mut room, counted)).await?;
            within_limit(self.read_on_to_min_seq(&mut room)).await?;
            rooms.push(room);
        }
        Ok(rooms)
    }

    /// Counts the messages of a room that its row does not know of: what an earlier process stored last.
    async fn count_on(&self, room: &mut Room, counted: u64) -> Result<(), StoreError> {
        let (last_seq, last_message) = (room.last_seq, room.last_message.take());
        room.last_seq = counted.min(last_seq);
        while room.last_seq < last_seq {
            let page = HistoryPage {
                from: PageFrom::After(room.last_seq),
                limit: BEHIND_TOGETHER,
            };
            let messages = self.stores.page(&room.id, page).await?;
            let told = messages.iter().filter(|message| message.seq <= last_seq);
            let before = room.last_seq;
            told.for_each(|message| {
                room.stored(message);
                room.uncounted.insert(message.from.clone());
            });
            if room.last_seq == before {
                break;
            }
        }
        room.last_seq = last_seq;
        room.last_message = last_message;
        Ok(())
    }

    /// Whose position lies in what retention took has read that.
    async fn read_on_to_min_seq(&self, room: &mut Room) -> Result<(), StoreError> {
        let (min_seq, last_seq) = (room.min_seq, room.last_seq);
        for member in &mut room.members {
            if member.read_seq + 1 >= min_seq {
                continue;
            }
            // What retention took can't be counted any more; what it left can.
            let left = match member.sent == member.sent_read {
                true => 0,
                false => {
                    let stores = &self.stores;
                    let left =
                        stores.count_written_by(&member.user_id, &room.id, min_seq - 1, last_seq);
                    left.await?
                }
            };
            member.read_seq = min_seq - 1;
            member.delivered_seq = member.delivered_seq.max(member.read_seq);
            member.sent_read = member.sent.saturating_sub(left).max(member.sent_read);
        }
        Ok(())
    }
}

/// The message store says how far a room is; the rooms' own copy may be behind.
pub(crate) fn room_of(stored: StoredRoom, head: Option<Head>) -> Room {
    let min_seq = head.as_ref().map_or(1, |head| head.min_seq);
    let changes = head.as_ref().map_or(0, |head| head.changes);
    let last_seq = head.as_ref().map_or(stored.last_seq, |head| head.last_seq);
    let last_message = head.and_then(|head| head.last);
    let last = last_message.as_ref();
    Room {
        last_seq,
        changes,
        min_seq,
        active_at: last.map_or(stored.active_at, |last| stored.active_at.max(last.sent_at)),
        id: stored.id,
        epoch: stored.epoch,
        kind: stored.kind,
        name: stored.name,
        revision: stored.revision,
        members: stored.members,
        uncounted: BTreeSet::new(),
        left: BTreeSet::new(),
        closed: stored.closed,
        last_message,
    }
}

async fn within_limit<T>(
    read: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match timeout(READ_LIMIT, read).await {
        Ok(outcome) => outcome,
        Err(late) => Err(StoreError::unavailable(late)),
    }
}

#[cfg(test)]
mod tests;
