//! Recovery at start: makes up for what an earlier process stored and did not follow up.

use std::collections::{BTreeMap, BTreeSet};

use bus::Fanout;
use chat_core::{HistoryPage, Input, PageFrom, WriteOutcome};
use service::clock::now;
use wire::RoomId;
use wire::chat::Message;

use super::follow_ups::MAX_WAITING;
use super::{MAX_BATCH, StoreActor};
use crate::removals::KEPT_MS;
use crate::room_loader::room_of;
use crate::store::{StoreError, StoredRoom, Stores};

/// Messages that the start looks at: as many as may have waited, and those of the last batch before a crash.
pub(super) const MAX_RECOVERED: u32 = (MAX_WAITING + MAX_BATCH) as u32;
/// Messages that are followed up in one transaction: nobody is there to take them, so that each may be told to
/// every member of its room.
const MAX_TOGETHER: usize = 64;
/// Rooms that are read together.
const MAX_ROOMS: usize = 500;

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    /// Publishes and settles those messages, before anybody is served.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn recover_unsettled(&mut self) -> Result<(), StoreError> {
        let stores = self.rooms.stores();
        let removals = stores.removals(now() + -KEPT_MS).await?;
        self.rooms.registry().remove(&removals);
        let erasures = stores.erasures(now() + -KEPT_MS).await?;
        let erased = erasures
            .into_iter()
            .map(|erasure| (erasure.user, erasure.at));
        self.rooms.registry().erase(&erased.collect::<Vec<_>>());
        let last = stores.last(MAX_RECOVERED).await?;
        let ids: BTreeSet<RoomId> = last.iter().map(|message| message.room.clone()).collect();
        let ids: Vec<RoomId> = ids.into_iter().collect();
        let mut stored = Vec::new();
        for some in ids.chunks(MAX_ROOMS) {
            stored.extend(stores.rooms(some).await?);
        }
        let unsettled_messages = self.unsettled(&stored, last).await?;
        if unsettled_messages.is_empty() {
            return Ok(());
        }
        tracing::info!(
            messages = unsettled_messages.len(),
            "following up what an earlier process stored"
        );
        self.bring_in(stored);
        for together in unsettled_messages.chunks(MAX_TOGETHER) {
            self.follow_up(together).await?;
        }
        self.release_rooms();
        Ok(())
    }

    async fn follow_up(&mut self, messages: &[Message]) -> Result<(), StoreError> {
        let mut published = Vec::with_capacity(messages.len());
        for message in messages {
            self.follow_ups.note(message);
            published.push(WriteOutcome::Stored {
                message: message.clone(),
                origin: None,
            });
        }
        self.publish(published);
        let changes = self.follow_ups.changes(self.progress_of_senders());
        self.rooms.stores().apply(&changes).await?;
        self.follow_ups.clear();
        Ok(())
    }

    /// Those messages that their room's row does not know of, room by room in the order of `seq`.
    async fn unsettled(
        &self,
        stored: &[StoredRoom],
        last: Vec<Message>,
    ) -> Result<Vec<Message>, StoreError> {
        let mut by_room: BTreeMap<RoomId, BTreeMap<u64, Message>> = BTreeMap::new();
        for message in last {
            let of_room = by_room.entry(message.room.clone()).or_default();
            of_room.insert(message.seq, message);
        }
        let mut unsettled = Vec::new();
        for room in stored {
            let mut after = by_room.remove(&room.id).unwrap_or_default();
            after.retain(|seq, _| *seq > room.last_seq);
            // Among what several processes stored, messages of a room may lie further back than others of it.
            if has_holes(&after, room.last_seq) {
                self.complete(&mut after, room).await?;
            }
            unsettled.extend(after.into_values());
        }
        Ok(unsettled)
    }

    /// Adds what is missing after the room's settled head.
    async fn complete(
        &self,
        after: &mut BTreeMap<u64, Message>,
        room: &StoredRoom,
    ) -> Result<(), StoreError> {
        let mut last_seq = room.last_seq;
        while last_seq < after.keys().next_back().copied().unwrap_or(0) {
            let page = HistoryPage {
                from: PageFrom::After(last_seq),
                limit: MAX_BATCH as u32,
            };
            let found = self.rooms.stores().page(&room.id, page).await?;
            let Some(newest) = found.last() else { break };
            last_seq = newest.seq;
            after.extend(found.into_iter().map(|message| (message.seq, message)));
        }
        Ok(())
    }

    /// Rooms as they were before those messages, so that they are published.
    fn bring_in(&mut self, stored: Vec<StoredRoom>) {
        let registry = self.rooms.registry();
        self.kept.extend(stored.iter().map(|room| room.id.clone()));
        registry.handle(Input::WriteBegun(self.kept.clone()));
        let as_of = registry.ask(|broker| broker.version());
        registry.handle_all(stored.into_iter().map(|stored| Input::Loaded {
            room: room_of(stored, None),
            as_of,
        }));
    }
}

/// True where messages between the settled head and the newest are missing; but not where those are more than any process
/// leaves: such a room's row was set back, and old messages are not told of again.
fn has_holes(after: &BTreeMap<u64, Message>, settled: u64) -> bool {
    let Some(newest) = after.keys().next_back() else {
        return false;
    };
    let expected = newest - settled;
    after.len() as u64 != expected && expected <= u64::from(MAX_RECOVERED)
}
