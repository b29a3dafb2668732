//! Messages that may be stored although nobody answered for them: they are told of before anything that came later in
//! their room, so that what is in memory lacks nobody's message.

use std::collections::BTreeSet;

use bus::Fanout;
use chat_core::{HistoryPage, PageFrom, WriteOutcome};
use wire::RoomId;
use wire::chat::Message;

use super::StoreActor;
use super::batch::PendingAppend;
use crate::store::{StoreError, Stores};

/// Messages that are read together: a batch that was not answered has no more.
const READ_TOGETHER: u32 = 200;

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    /// Notes the rooms of a batch for which the store did not answer. Of those that leave memory nothing need be known:
    /// they are read again.
    pub(super) fn note_unanswered(&mut self, appends: &[PendingAppend]) {
        let rooms = appends.iter().map(|append| append.draft.room.clone());
        self.unanswered.extend(rooms);
        let unanswered = &mut self.unanswered;
        self.rooms
            .registry()
            .ask(|broker| unanswered.retain(|room| broker.knows(room)));
    }

    /// Tells of what is stored of these rooms and was not told.
    pub(super) async fn tell_unanswered(
        &mut self,
        rooms: &BTreeSet<RoomId>,
    ) -> Result<(), StoreError> {
        let noted: Vec<RoomId> = self.unanswered.intersection(rooms).cloned().collect();
        for room in noted {
            loop {
                let missed = self.untold_messages(&room).await?;
                if missed.is_empty() {
                    break;
                }
                for message in &missed {
                    self.follow_ups.note(message);
                }
                let outcome = |message| WriteOutcome::Stored {
                    message,
                    origin: None,
                };
                self.publish(missed.into_iter().map(outcome).collect());
            }
            self.unanswered.remove(&room);
        }
        Ok(())
    }

    async fn untold_messages(&self, room: &RoomId) -> Result<Vec<Message>, StoreError> {
        let told = self.rooms.registry().ask(|broker| {
            let room = broker.room(room);
            room.map_or(u64::MAX, |room| room.last_seq)
        });
        if told == u64::MAX {
            return Ok(Vec::new());
        }
        let page = HistoryPage {
            from: PageFrom::After(told),
            limit: READ_TOGETHER,
        };
        self.rooms.stores().page(room, page).await
    }
}
