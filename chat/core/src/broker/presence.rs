//! Who is there: online, away, offline after a grace, and who is told.

use std::collections::BTreeSet;

use wire::chat::{Presence, PresenceState};
use wire::{ConnectionId, UserId};

use super::RoomBroker;
use crate::{Output, PresenceTracker};

impl<P: PresenceTracker> RoomBroker<P> {
    /// Tells of a change, if there is one.
    pub(super) fn announce(&mut self, user: &UserId, out: &mut Vec<Output>) {
        if let Some(frame) = self.presence.take_change(user) {
            let to = self.who_is_told(user);
            self.send(to, frame.into(), out);
        }
    }

    /// Tells a newcomer who of their small rooms is there; who is not told of is offline.
    pub(super) fn tell_who_is_there(
        &mut self,
        id: ConnectionId,
        user: &UserId,
        out: &mut Vec<Output>,
    ) {
        let only = self.connections.get(&id).and_then(|c| c.only().cloned());
        let mut there = BTreeSet::new();
        for room in self.rooms_of(user, only.as_ref()) {
            if !room.closed && room.members.len() <= self.settings.small_room {
                there.extend(room.members.iter().map(|member| &member.user_id));
            }
        }
        there.remove(user);
        let frames: Vec<Presence> = there
            .into_iter()
            .map(|user| self.presence.presence(user))
            .filter(|presence| presence.state != PresenceState::Offline)
            .take(self.settings.max_told_present)
            .collect();
        for frame in frames {
            self.send(vec![id], frame.into(), out);
        }
    }

    /// True for two people who share an open room, and for oneself.
    pub(super) fn are_together(&self, one: &UserId, other: &UserId, id: ConnectionId) -> bool {
        let only = self.connections.get(&id).and_then(|c| c.only());
        one == other
            || self
                .rooms_of(one, only)
                .iter()
                .any(|room| !room.closed && room.member(other).is_some())
    }

    /// Those who share a small open room with `user`, and those who asked.
    pub(super) fn who_is_told(&self, user: &UserId) -> Vec<ConnectionId> {
        let mut to: BTreeSet<ConnectionId> = self.watchers.get(user).cloned().unwrap_or_default();
        for room in self.rooms_of(user, None) {
            if !room.closed && room.members.len() <= self.settings.small_room {
                to.extend(self.audience(room, |_, member| member != user));
            }
        }
        to.into_iter().collect()
    }
}
