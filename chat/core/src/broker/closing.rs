//! What no longer passes: between the members of a room that was closed, and of whoever was erased.

use std::collections::BTreeSet;

use wire::chat::{Presence, PresenceState};
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
