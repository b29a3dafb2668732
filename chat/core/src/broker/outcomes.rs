//! What was written, and who is told of it; what was read, and whether it is taken.

use std::collections::BTreeMap;

use wire::chat::{Delivered, Heads, Message, Read, RoomHead, Sent};
use wire::{ConnectionId, UnixMs, UserId};

use super::RoomBroker;
use crate::{
    Membership, MessageRef, Origin, Output, PositionKind, PositionUpdate, PresenceTracker, Room,
    WriteRequest,
};

impl<P: PresenceTracker> RoomBroker<P> {
    pub(super) fn loaded(&mut self, room: Room, as_of: u64) {
        if self.knows(&room.id) {
            self.rooms.touch(&room.id);
        } else if self.rooms.is_current(&room.id, as_of) {
            self.bring_in(room);
        }
    }

    pub(super) fn opened(
        &mut self,
        now: UnixMs,
        mut room: Room,
        changed: bool,
        out: &mut Vec<Output>,
    ) {
        self.rooms.note_told(&room.id);
        let known = self.rooms.get(&room.id).cloned();
        if let Some(known) = &known {
            if !changed {
                return;
            }
            // Members and names are what was committed; how far the messages are is known here.
            room.take_progress(known);
        }
        self.bring_in(room.clone());
        if !changed {
            return;
        }
        let Some(room) = self.rooms.get(&room.id).cloned() else {
            return;
        };
        if let Some(known) = &known {
            self.take_out_members(known, &room, out);
        }
        for member in &room.members {
            let to = self.audience(&room, |_, user| user == &member.user_id);
            if let Some(view) = room.view(now, &member.user_id, false) {
                self.send(to, view.into(), out);
            }
        }
        if known.is_some_and(|known| known.closed != room.closed) {
            self.tell_presence_between(&room, out);
        }
        if room.closed {
            self.end_watches(&room);
        }
    }

    pub(super) fn stored(
        &mut self,
        now: UnixMs,
        message: Message,
        origin: Option<Origin>,
        out: &mut Vec<Output>,
    ) {
        if let Some(origin) = origin {
            let sent = Sent {
                id: origin.id,
                room: message.room.clone(),
                seq: message.seq,
                message_id: message.message_id.clone(),
                sent_at: message.sent_at,
            };
            self.send(vec![origin.connection], sent.into(), out);
        }
        self.rooms.note_told(&message.room);
        let Some(loaded) = self.rooms.get_mut(&message.room) else {
            return;
        };
        if !loaded.room.stored(&message) {
            return;
        }
        loaded.typing.remove(&message.from);
        self.changed.insert(message.room.clone());
        self.heads_at
            .get_or_insert(now + self.settings.heads_every_ms);
        self.tell_message(message, out);
    }

    fn tell_message(&mut self, message: Message, out: &mut Vec<Output>) {
        let Some(room) = self.rooms.get(&message.room) else {
            return;
        };
        let to = self.audience(room, |_, _| true);
        let absent = self.absent(room, &message.from);
        let reference = MessageRef::from(&message);
        if !to.is_empty() {
            self.send(to, message.into(), out);
        }
        if !absent.is_empty() {
            let (message, users) = (reference, absent);
            out.push(WriteRequest::NoteUnread { message, users }.into());
        }
    }

    /// The members that no connection would take a message for; in a large room those who miss the first.
    fn absent(&self, room: &Room, from: &UserId) -> Vec<UserId> {
        let is_small = room.members.len() <= self.settings.small_room;
        let is_absent = |user: &&UserId| {
            let person = self.users.get(user);
            let reached = |id: &ConnectionId| {
                self.connections
                    .get(id)
                    .is_some_and(|c| c.reaches(&room.id))
            };
            *user != from && !person.is_some_and(|p| p.connections.iter().any(reached))
        };
        let is_first = |member: &&Membership| is_small || member.unread(room.last_seq) <= 1;
        let members = room.members.iter().filter(is_first);
        let users = members.map(|member| &member.user_id);
        users.filter(is_absent).cloned().collect()
    }

    pub(super) fn moved(
        &mut self,
        update: &PositionUpdate,
        sent_read: u64,
        origin: Option<Origin>,
        out: &mut Vec<Output>,
    ) {
        self.rooms.note_told(&update.room);
        let changed = self
            .rooms
            .get_mut(&update.room)
            .is_some_and(|loaded| loaded.room.moved(update, sent_read));
        let by = origin.as_ref().map(|origin| origin.connection);
        if changed && let Some(room) = self.rooms.get(&update.room) {
            // In a large room each of many would be told of each of many.
            let are_told = !room.closed && room.members.len() <= self.settings.small_room;
            let is_told = |user: &UserId| are_told || user == &update.user;
            let audience = self.audience(room, |id, user| Some(id) != by && is_told(user));
            let (room, user_id, seq) = (update.room.clone(), update.user.clone(), update.seq);
            let frame = match update.kind {
                PositionKind::Read => Read { room, user_id, seq }.into(),
                PositionKind::Delivered => Delivered { room, user_id, seq }.into(),
            };
            self.send(audience, frame, out);
        }
        if let Some(origin) = origin {
            self.accept(origin, out);
        }
    }

    /// The heads of the rooms that changed, to everybody in them.
    pub(super) fn send_heads(&mut self, out: &mut Vec<Output>) {
        let mut by_connection: BTreeMap<ConnectionId, Vec<RoomHead>> = BTreeMap::new();
        for id in std::mem::take(&mut self.changed) {
            let Some(room) = self.rooms.get(&id) else {
                continue;
            };
            for connection in self.audience(room, |_, _| true) {
                let head = RoomHead {
                    room: id.clone(),
                    last_seq: room.last_seq,
                };
                by_connection.entry(connection).or_default().push(head);
            }
        }
        for (connection, rooms) in by_connection {
            self.send(vec![connection], Heads { rooms }.into(), out);
        }
    }

    fn bring_in(&mut self, room: Room) {
        for member in &room.members {
            let user = self.users.entry(member.user_id.clone()).or_default();
            user.rooms.insert(room.id.clone());
        }
        self.rooms.insert(room);
        self.drop_idle_rooms();
    }

    /// Drops rooms that nobody connected is in, where there are too many.
    fn drop_idle_rooms(&mut self) {
        let is_idle = |room: &Room| {
            let mut members = room.members.iter();
            !members.any(|member| self.presence.is_here(&member.user_id))
        };
        for id in self.rooms.surplus(is_idle) {
            let Some(room) = self.rooms.remove(&id) else {
                continue;
            };
            self.changed.remove(&id);
            for member in room.members {
                if let Some(user) = self.users.get_mut(&member.user_id) {
                    user.rooms.remove(&id);
                }
                self.forget_if_idle(&member.user_id);
            }
        }
    }
}
