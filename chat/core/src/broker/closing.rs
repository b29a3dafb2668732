//! What no longer passes: between the members of a room that was closed, and of whoever was erased.

use std::collections::BTreeSet;

use wire::chat::{Presence, PresenceState, Removed, RemovedReason};
use wire::{CloseCode, ConnectionId, UserId};

use super::RoomBroker;
use crate::{Output, PresenceTracker, Room};

impl<P: PresenceTracker> RoomBroker<P> {
    /// Tells the members of a room that was just closed, or opened again, who of the others is there for them now.
    pub(super) fn tell_presence_between(&mut self, room: &Room, out: &mut Vec<Output>) {
        if room.members.len() > self.settings.small_room {
            return;
        }
        for other in room.members.iter().map(|member| &member.user_id) {
            let mut told = self.presence.presence(other);
            if told.state == PresenceState::Offline {
                continue;
            }
            if room.closed {
                told = offline(other);
            }
            let of_room = self.audience(room, |_, user| user != other);
            let changes = |id: &ConnectionId| self.is_together(*id, other) != room.closed;
            let to = of_room.into_iter().filter(changes).collect();
            self.send(to, told.into(), out);
        }
    }

    /// Ends the watches of those who share no open room with the one they watch any more.
    pub(super) fn end_watches(&mut self, room: &Room) {
        for other in room.members.iter().map(|member| &member.user_id) {
            let Some(watchers) = self.watchers.get(other) else {
                continue;
            };
            let apart = |id: &&ConnectionId| !self.is_together(**id, other);
            let apart: BTreeSet<ConnectionId> = watchers.iter().filter(apart).copied().collect();
            for id in &apart {
                if let Some(connection) = self.connections.get_mut(id) {
                    connection.watching.remove(other);
                }
            }
            if let Some(watchers) = self.watchers.get_mut(other) {
                watchers.retain(|id| !apart.contains(id));
            }
            if self.watchers.get(other).is_some_and(BTreeSet::is_empty) {
                self.watchers.remove(other);
            }
        }
    }

    /// Takes out who is a member no more: they are told so, and hear of those no more whom they shared the room with.
    pub(super) fn take_out_members(&mut self, known: &Room, room: &Room, out: &mut Vec<Output>) {
        let is_gone = |user: &&UserId| room.member(user).is_none();
        let members = known.members.iter().map(|member| &member.user_id);
        let gone: BTreeSet<&UserId> = members.filter(is_gone).collect();
        if gone.is_empty() {
            return;
        }
        for user_id in &gone {
            if let Some(user) = self.users.get_mut(user_id) {
                user.rooms.remove(&room.id);
            }
        }
        let (left, taken_out): (BTreeSet<&UserId>, _) =
            gone.iter().partition(|user| room.left.contains(**user));
        let taken_out = (
            taken_out,
            match room.closed {
                true => RemovedReason::Closed,
                false => RemovedReason::Removed,
            },
        );
        for (users, reason) in [(left, RemovedReason::Left), taken_out] {
            let to = self.audience(known, |_, user| users.contains(user));
            if !to.is_empty() {
                let room = room.id.clone();
                self.send(to, Removed { room, reason }.into(), out);
            }
        }
        if known.members.len() <= self.settings.small_room {
            self.part(known, &gone, out);
        }
        self.end_watches(known);
        for user_id in gone {
            self.forget_if_idle(user_id);
        }
    }

    /// Those who are gone look offline to the others, and the others to them, unless they share another room.
    fn part(&mut self, known: &Room, gone: &BTreeSet<&UserId>, out: &mut Vec<Output>) {
        for other in known.members.iter().map(|member| &member.user_id) {
            if self.presence.presence(other).state == PresenceState::Offline {
                continue;
            }
            let is_parted = |user: &UserId| gone.contains(user) != gone.contains(other);
            let of_room = self.audience(known, |_, user| is_parted(user));
            let apart = |id: &ConnectionId| !self.is_together(*id, other);
            let to: Vec<ConnectionId> = of_room.into_iter().filter(apart).collect();
            self.send(to, offline(other).into(), out);
        }
    }

    /// Closes out an erased person: their sockets end, and nobody waits for them to come back.
    pub(super) fn erased(&mut self, user: &UserId, out: &mut Vec<Output>) {
        self.rooms.outdate_reads();
        let to = self.who_is_told(user);
        let was_there = self.presence.presence(user).state != PresenceState::Offline;
        let known = self.users.get(user);
        let connections = known.map_or_else(Vec::new, |known| known.connections.clone());
        for connection in connections {
            self.remove_connection(connection);
            let code = CloseCode::Unauthenticated;
            out.push(Output::Close { connection, code });
        }
        self.presence.erase(user);
        if was_there {
            self.send(to, offline(user).into(), out);
        }
        self.forget_if_idle(user);
    }

    fn is_together(&self, id: ConnectionId, other: &UserId) -> bool {
        let connection = self.connections.get(&id);
        connection.is_some_and(|connection| self.are_together(&connection.user, other, id))
    }
}

/// How somebody looks to whom they are a stranger.
pub(super) fn offline(user: &UserId) -> Presence {
    Presence {
        user_id: user.clone(),
        state: PresenceState::Offline,
        last_active_at: None,
    }
}
