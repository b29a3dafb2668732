//! Messages that a connection had taken and never sent: if it was the last of its person, nobody was there to take them.

use std::collections::BTreeSet;
use std::sync::Arc;

use wire::chat::ChatServerFrame;
use wire::{ConnectionId, RoomId, UserId};

use super::RoomBroker;
use super::connections::DeliveryMode;
use crate::{MessageRef, Output, PresenceTracker, WriteRequest};

impl<P: PresenceTracker> RoomBroker<P> {
    pub(super) fn unsent(
        &self,
        id: ConnectionId,
        messages: &[Arc<MessageRef>],
        out: &mut Vec<Output>,
    ) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let user = &connection.user;
        let mut unsent: Vec<MessageRef> = messages.iter().map(|one| (**one).clone()).collect();
        if let DeliveryMode::CatchingUp { queued } = &connection.mode {
            unsent.extend(queued.iter().filter_map(|frame| match frame {
                ChatServerFrame::Message(message) => Some(MessageRef::from(message)),
                _ => None,
            }));
        }
        let mut large = BTreeSet::new();
        unsent.retain(|message| self.is_missed(id, user, message, &mut large));
        if !unsent.is_empty() {
            let (messages, user) = (unsent, user.clone());
            out.push(WriteRequest::NoteUnsent { messages, user }.into());
        }
    }

    /// True where no other connection of theirs took it either. In a large room it is the first that counts; `large` has
    /// those rooms of which it was.
    fn is_missed(
        &self,
        id: ConnectionId,
        user: &UserId,
        message: &MessageRef,
        large: &mut BTreeSet<RoomId>,
    ) -> bool {
        let Some(room) = self.rooms.get(&message.room) else {
            return false;
        };
        let has_it = |user: &UserId| {
            let member = room.member(user);
            member.is_none_or(|member| member.delivered_seq >= message.seq)
        };
        if user == &message.from || has_it(user) {
            return false;
        }
        let others = self.users.get(user).map(|known| known.connections.iter());
        let mut others = others.into_iter().flatten().filter(|other| **other != id);
        let reaches = |other: &ConnectionId| {
            let other = self.connections.get(other);
            other.is_some_and(|other| other.reaches(&message.room))
        };
        if others.any(reaches) {
            return false;
        }
        room.members.len() <= self.settings.small_room || large.insert(message.room.clone())
    }
}
