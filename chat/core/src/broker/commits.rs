//! What was committed, and who is told of it.

use std::collections::{BTreeMap, HashMap};

use wire::chat::{Delivered, Heads, Message, Read, RoomHead, Sent};
use wire::{ConnectionId, RoomId, UnixMs, UserId};

use super::{LoadedRoom, RoomBroker};
use crate::{Origin, Output, PositionKind, PositionUpdate, Room};

impl RoomBroker {
    pub(super) fn loaded(&mut self, room: Room) {
        if self.rooms.contains_key(&room.id) {
            self.touch(&room.id);
        } else {
            self.hold(room);
        }
    }

    pub(super) fn opened(&mut self, mut room: Room, out: &mut Vec<Output>) {
        if let Some(loaded) = self.rooms.get_mut(&room.id) {
            if loaded.room.has_same_people(&room) {
                return;
            }
            // Members and names are what was committed; how far the messages are is known here.
            room.last_seq = loaded.room.last_seq.max(room.last_seq);
            room.last_message = loaded.room.last_message.take().or(room.last_message);
            room.active_at = loaded.room.active_at.max(room.active_at);
            for member in &mut room.members {
                if let Some(known) = loaded.room.member(&member.user_id) {
                    member.read_seq = member.read_seq.max(known.read_seq);
                    member.delivered_seq = member.delivered_seq.max(known.delivered_seq);
                }
            }
        }
        let id = room.id.clone();
        self.hold(room);
        let Some(room) = self.rooms.get(&id).map(|loaded| loaded.room.clone()) else {
            return;
        };
        for member in &room.members {
            let to = self.audience(&room, |_, user| user == &member.user_id);
            if let Some(view) = room.view(&member.user_id, false) {
                self.send(to, view.into(), out);
            }
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
        self.touch(&message.room);
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
        let Some(room) = self.rooms.get(&message.room).map(|loaded| &loaded.room) else {
            return;
        };
        let to = self.audience(room, |_, _| true);
        let absent = self.absent(room, &message.from);
        if !to.is_empty() {
            self.send(to, message.clone().into(), out);
        }
        if !absent.is_empty() {
            out.push(Output::Unread {
                message,
                users: absent,
            });
        }
    }

    /// The members of a small room that no connection would take a message for.
    fn absent(&self, room: &Room, from: &UserId) -> Vec<UserId> {
        if room.members.len() > self.settings.small_room {
            return Vec::new();
        }
        let is_absent = |user: &&UserId| {
            let person = self.users.get(user);
            let reached = |id: &ConnectionId| {
                self.connections
                    .get(id)
                    .is_some_and(|c| c.reaches(&room.id))
            };
            *user != from && !person.is_some_and(|p| p.connections.iter().any(reached))
        };
        let users = room.members.iter().map(|member| &member.user_id);
        users.filter(is_absent).cloned().collect()
    }

    pub(super) fn moved(
        &mut self,
        to: &PositionUpdate,
        origin: Option<Origin>,
        out: &mut Vec<Output>,
    ) {
        let changed = self
            .rooms
            .get_mut(&to.room)
            .is_some_and(|loaded| loaded.room.moved(to));
        let by = origin.as_ref().map(|origin| origin.connection);
        if changed && let Some(loaded) = self.rooms.get(&to.room) {
            let audience = self.audience(&loaded.room, |id, _| Some(id) != by);
            let (room, user_id, seq) = (to.room.clone(), to.user.clone(), to.seq);
            let frame = match to.kind {
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
            let Some(room) = self.rooms.get(&id).map(|loaded| &loaded.room) else {
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

    fn touch(&mut self, room: &RoomId) {
        self.uses += 1;
        let uses = self.uses;
        if let Some(loaded) = self.rooms.get_mut(room) {
            loaded.used = uses;
        }
    }

    fn hold(&mut self, room: Room) {
        self.uses += 1;
        for member in &room.members {
            let person = self.users.entry(member.user_id.clone()).or_default();
            person.rooms.insert(room.id.clone());
        }
        let loaded = LoadedRoom {
            room,
            used: self.uses,
            typing: HashMap::new(),
        };
        self.rooms.insert(loaded.room.id.clone(), loaded);
        if self.rooms.len() > self.settings.max_rooms {
            self.drop_idle_rooms();
        }
    }

    /// Drops the longest unused tenth of the rooms, of those that nobody connected is in.
    fn drop_idle_rooms(&mut self) {
        let is_idle = |loaded: &&LoadedRoom| {
            loaded.room.members.iter().all(|member| {
                self.users.get(&member.user_id).is_none_or(|person| {
                    person.connections.is_empty() && person.grace_until.is_none()
                })
            })
        };
        let mut idle: Vec<(u64, RoomId)> = self
            .rooms
            .values()
            .filter(|loaded| loaded.used < self.uses && is_idle(loaded))
            .map(|loaded| (loaded.used, loaded.room.id.clone()))
            .collect();
        idle.sort_unstable();
        idle.truncate(self.settings.max_rooms / 10 + 1);
        for (_, id) in idle {
            let Some(loaded) = self.rooms.remove(&id) else {
                continue;
            };
            self.let_go += 1;
            self.changed.remove(&id);
            for member in loaded.room.members {
                if let Some(person) = self.users.get_mut(&member.user_id) {
                    person.rooms.remove(&id);
                }
                self.forget_if_idle(&member.user_id);
            }
        }
    }
}
