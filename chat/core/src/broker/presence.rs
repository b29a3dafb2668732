//! Who is there: online, away, offline after a grace, and who is told.

use std::collections::BTreeSet;

use wire::chat::{Presence, PresenceState};
use wire::{ConnectionId, UserId};

use super::RoomBroker;
use crate::Output;

impl RoomBroker {
    /// Tells of a change, if there is one.
    pub(super) fn announce(&mut self, user: &UserId, out: &mut Vec<Output>) {
        let present = self.present_state(user);
        let Some(person) = self.users.get_mut(user) else {
            return;
        };
        if person.announced == present {
            return;
        }
        person.announced = present;
        let to = self.who_is_told(user);
        let frame = self.presence_of(user);
        self.send(to, frame.into(), out);
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
            if room.members.len() <= self.settings.small_room {
                there.extend(room.members.iter().map(|member| &member.user_id));
            }
        }
        there.remove(user);
        let frames: Vec<Presence> = there
            .into_iter()
            .map(|user| self.presence_of(user))
            .filter(|presence| presence.state != PresenceState::Offline)
            .take(self.settings.max_told_present)
            .collect();
        for frame in frames {
            self.send(vec![id], frame.into(), out);
        }
    }

    /// How somebody is there, as others were told last.
    pub(super) fn presence_of(&self, user: &UserId) -> Presence {
        let person = self.users.get(user);
        Presence {
            user_id: user.clone(),
            state: person.map_or(PresenceState::Offline, |person| person.announced),
            last_active_at: person.and_then(|person| person.last_active_at),
        }
    }

    /// True for two people who share a room, and for oneself.
    pub(super) fn are_together(&self, one: &UserId, other: &UserId, id: ConnectionId) -> bool {
        let only = self.connections.get(&id).and_then(|c| c.only());
        one == other
            || self
                .rooms_of(one, only)
                .iter()
                .any(|room| room.member(other).is_some())
    }

    pub(super) fn grace_over(&mut self, user: &UserId, out: &mut Vec<Output>) {
        if let Some(person) = self.users.get_mut(user) {
            person.grace_until = None;
        }
        self.announce(user, out);
        self.forget_if_idle(user);
    }

    fn present_state(&self, user: &UserId) -> PresenceState {
        let Some(person) = self.users.get(user) else {
            return PresenceState::Offline;
        };
        if person.connections.is_empty() {
            return match person.grace_until {
                Some(_) => person.announced,
                None => PresenceState::Offline,
            };
        }
        let away = |id: &ConnectionId| self.connections.get(id).is_none_or(|c| c.away);
        match person.connections.iter().all(away) {
            true => PresenceState::Away,
            false => PresenceState::Online,
        }
    }

    /// Those who share a small room with `user`, and those who asked.
    fn who_is_told(&self, user: &UserId) -> Vec<ConnectionId> {
        let mut to: BTreeSet<ConnectionId> = self.watchers.get(user).cloned().unwrap_or_default();
        for room in self.rooms_of(user, None) {
            if room.members.len() <= self.settings.small_room {
                to.extend(self.audience(room, |_, member| member != user));
            }
        }
        to.into_iter().collect()
    }
}
