//! Presence by the connections of this process alone.

use std::collections::{BTreeSet, HashMap};

use wire::chat::{Presence, PresenceState};
use wire::{UnixMs, UserId};

use super::PresenceTracker;

/// Between two activities of one person that are to be remembered, in milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;
/// People whose activity waits to be remembered; of more it is forgotten. They are asked for each second.
const MAX_NOTED: usize = 50_000;

/// The first [`PresenceTracker`]: one process is all there is.
#[derive(Debug)]
pub struct LocalPresence {
    grace_ms: i64,
    users: HashMap<UserId, UserPresence>,
    /// When whose grace is over.
    graces: BTreeSet<(UnixMs, UserId)>,
    /// Whose activity is to be remembered.
    active: HashMap<UserId, UnixMs>,
}

/// Somebody who is or was connected.
#[derive(Debug)]
struct UserPresence {
    connections: u32,
    /// How many of the connections have said that they are away.
    away: u32,
    /// What others were told last.
    announced: PresenceState,
    /// The last connection was lost, and until then others are not told.
    grace_until: Option<UnixMs>,
    last_active_at: Option<UnixMs>,
    /// The last activity that was to be remembered.
    noted_at: Option<UnixMs>,
}

impl LocalPresence {
    /// Nobody is there; who is lost stays as they were for `grace_ms`.
    #[must_use]
    pub fn new(grace_ms: i64) -> Self {
        Self {
            grace_ms,
            users: HashMap::new(),
            graces: BTreeSet::new(),
            active: HashMap::new(),
        }
    }

    /// Has an activity remembered, unless one of the last minute is.
    fn note(&mut self, now: UnixMs, user: &UserId) {
        let Some(known) = self.users.get_mut(user) else {
            return;
        };
        let is_noted = known.noted_at.is_some_and(|at| now < at + NOTED_EVERY_MS);
        if !is_noted && self.active.len() < MAX_NOTED {
            known.noted_at = Some(now);
            self.active.insert(user.clone(), now);
        }
    }
}

impl PresenceTracker for LocalPresence {
    fn connected(&mut self, now: UnixMs, user: &UserId) {
        let known = self.users.entry(user.clone()).or_default();
        known.connections += 1;
        known.last_active_at = Some(now);
        if let Some(until) = known.grace_until.take() {
            self.graces.remove(&(until, user.clone()));
        }
        self.note(now, user);
    }

    fn disconnected(&mut self, now: UnixMs, user: &UserId, away: bool, clean: bool) {
        let Some(known) = self.users.get_mut(user) else {
            return;
        };
        known.connections = known.connections.saturating_sub(1);
        known.away = known.away.saturating_sub(u32::from(away));
        if known.connections == 0 && !clean {
            let until = now + self.grace_ms;
            known.grace_until = Some(until);
            self.graces.insert((until, user.clone()));
        }
    }

    fn set_away(&mut self, user: &UserId, away: bool) {
        if let Some(known) = self.users.get_mut(user) {
            known.away = match away {
                true => known.connections.min(known.away + 1),
                false => known.away.saturating_sub(1),
            };
        }
    }

    fn active(&mut self, now: UnixMs, user: &UserId) {
        if let Some(known) = self.users.get_mut(user) {
            known.last_active_at = Some(now);
            self.note(now, user);
        }
    }

    fn take_active(&mut self) -> Vec<(UserId, UnixMs)> {
        self.active.drain().collect()
    }

    fn take_change(&mut self, user: &UserId) -> Option<Presence> {
        let known = self.users.get_mut(user)?;
        let state = known.state();
        if known.announced == state {
            return None;
        }
        known.announced = state;
        Some(self.presence(user))
    }

    fn presence(&self, user: &UserId) -> Presence {
        let known = self.users.get(user);
        Presence {
            user_id: user.clone(),
            state: known.map_or(PresenceState::Offline, |known| known.announced),
            last_active_at: known.and_then(|known| known.last_active_at),
        }
    }

    fn is_here(&self, user: &UserId) -> bool {
        self.users.get(user).is_some_and(UserPresence::is_here)
    }

    fn take_expired(&mut self, now: UnixMs) -> Option<UserId> {
        self.next_deadline().filter(|at| *at <= now)?;
        let (_, user) = self.graces.pop_first()?;
        if let Some(known) = self.users.get_mut(&user) {
            known.grace_until = None;
        }
        Some(user)
    }

    fn next_deadline(&self) -> Option<UnixMs> {
        self.graces.first().map(|(at, _)| *at)
    }

    fn erase(&mut self, user: &UserId) {
        self.active.remove(user);
        let until = self.users.remove(user).and_then(|known| known.grace_until);
        if let Some(until) = until {
            self.graces.remove(&(until, user.clone()));
        }
    }

    fn forget(&mut self, user: &UserId) {
        if !self.is_here(user) {
            self.users.remove(user);
        }
    }
}

impl Default for UserPresence {
    fn default() -> Self {
        Self {
            connections: 0,
            away: 0,
            announced: PresenceState::Offline,
            grace_until: None,
            last_active_at: None,
            noted_at: None,
        }
    }
}

impl UserPresence {
    fn is_here(&self) -> bool {
        self.connections > 0 || self.grace_until.is_some()
    }

    fn state(&self) -> PresenceState {
        match (self.connections, self.grace_until) {
            (0, Some(_)) => self.announced,
            (0, None) => PresenceState::Offline,
            (all, _) if self.away == all => PresenceState::Away,
            _ => PresenceState::Online,
        }
    }
}
