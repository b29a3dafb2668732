//! Recovery at start: makes up for what an earlier process stored and did not follow up.

use std::collections::{BTreeMap, BTreeSet};

use bus::Fanout;
use chat_core::{Input, WriteOutcome};
use service::clock::now;
use wire::RoomId;
use wire::chat::Message;

use super::follow_ups::MAX_WAITING;
use super::{MAX_BATCH, StoreActor};
use crate::removals::KEPT_MS;
use crate::room_loader::room_of;
use crate::store::{StoreError, StoredRoom, Stores};

/// Messages that the start looks at: as many as may have waited, and those of the last batch before a crash.
const MAX_RECOVERED: u32 = (MAX_WAITING + MAX_BATCH) as u32;
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
        let unsettled_messages = unsettled(&stored, last);
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

/// Those messages that their room's row does not know of.
fn unsettled(stored: &[StoredRoom], mut last: Vec<Message>) -> Vec<Message> {
    let settled: BTreeMap<&RoomId, u64> = stored
        .iter()
        .map(|room| (&room.id, room.last_seq))
        .collect();
    last.retain(|message| {
        settled
            .get(&message.room)
            .is_some_and(|seq| message.seq > *seq)
    });
    last
}
