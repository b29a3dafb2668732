//! Who is in a media server's room: what its events say, corrected by what its API answers.
//!
//! Events may be lost, doubled and late, so nobody is counted: each connection is known by the id that
//! the media server gave it, and goes out once. What the API answers wins over every event received
//! before it was asked. It knows nothing of servers, of signatures, or of when to ask.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wire::{UnixMs, UserId};

/// Connections of one room that are remembered. Two people who each reconnect every second for two
/// minutes are 240; beyond it the oldest that are out are forgotten.
const MAX_KNOWN: usize = 256;
/// Instances of one room that are remembered as finished: a room that stood empty is made anew.
const MAX_FINISHED: usize = 32;

/// One connection to a media room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaPerson {
    /// The media server's id of this connection; another one after each reconnect.
    pub sid: String,
    /// Whose it is, as the token said.
    pub user: UserId,
    /// Since when, by the media server's clock.
    pub joined_at: UnixMs,
}

/// An event about a room, or an answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaUpdate {
    /// An event: somebody came in.
    Joined {
        /// The connection and its person.
        person: MediaPerson,
        /// Which instance of the room.
        room_sid: String,
    },
    /// An event: a connection is over, whether its media ever came up or not.
    Left {
        /// The media server's id of the connection.
        sid: String,
    },
    /// An event: the room is gone, and everybody with it.
    Finished {
        /// Which instance of it.
        room_sid: String,
    },
    /// What the API answered.
    Polled {
        /// When it was asked, by the clock of [`MediaRoom::handle`].
        asked_at: UnixMs,
        /// Everybody who is in; nobody where there is no such room.
        people: Vec<MediaPerson>,
    },
}

/// What that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaRoomChange {
    /// A connection is in that was not.
    Came(MediaPerson),
    /// A connection is out that was in.
    Went(MediaPerson),
}

/// The connections of one room.
#[derive(Debug, Clone, Default)]
pub struct MediaRoom {
    known: BTreeMap<String, TrackedConnection>,
    finished: VecDeque<String>,
    /// Ids in the order in which they were first seen.
    order: VecDeque<String>,
    polled_at: Option<UnixMs>,
}

#[derive(Debug, Clone)]
struct TrackedConnection {
    /// None for a connection of which only the end was received.
    person: Option<MediaPerson>,
    room_sid: Option<String>,
    is_in: bool,
    heard_at: UnixMs,
}

impl MediaRoom {
    /// Applies an update received at `now`; returns what it changed, nothing if it was outdated.
    pub fn handle(&mut self, now: UnixMs, update: MediaUpdate) -> Vec<MediaRoomChange> {
        match update {
            MediaUpdate::Joined { person, room_sid } => self.joined(now, person, room_sid),
            MediaUpdate::Left { sid } => self.left(now, &sid),
            MediaUpdate::Finished { room_sid } => self.finish(now, room_sid),
            MediaUpdate::Polled { asked_at, people } => self.polled(now, asked_at, people),
        }
    }

    /// Everybody who is in, by connection.
    pub fn people(&self) -> impl Iterator<Item = &MediaPerson> {
        let inside = self.known.values().filter(|known| known.is_in);
        inside.filter_map(|known| known.person.as_ref())
    }

    /// When the API was last asked; none where it never answered.
    #[must_use]
    pub fn polled_at(&self) -> Option<UnixMs> {
        self.polled_at
    }

    fn joined(
        &mut self,
        now: UnixMs,
        person: MediaPerson,
        room_sid: String,
    ) -> Vec<MediaRoomChange> {
        // One connection comes in once: whatever is known of it is newer than this.
        if self.known.contains_key(&person.sid) {
            return Vec::new();
        }
        let is_in = !self.finished.contains(&room_sid);
        let known = TrackedConnection {
            person: Some(person.clone()),
            room_sid: Some(room_sid),
            is_in,
            heard_at: now,
        };
        self.remember(person.sid.clone(), known);
        is_in
            .then_some(MediaRoomChange::Came(person))
            .into_iter()
            .collect()
    }

    fn left(&mut self, now: UnixMs, sid: &str) -> Vec<MediaRoomChange> {
        if !self.known.contains_key(sid) {
            // Its beginning is lost or still to come, and must not bring it in then.
            let over = TrackedConnection {
                person: None,
                room_sid: None,
                is_in: false,
                heard_at: now,
            };
            self.remember(sid.to_owned(), over);
        }
        self.mark_out(now, |known_sid, _| known_sid == sid)
    }

    fn finish(&mut self, now: UnixMs, room_sid: String) -> Vec<MediaRoomChange> {
        if !self.finished.contains(&room_sid) {
            self.finished.push_back(room_sid.clone());
            if self.finished.len() > MAX_FINISHED {
                self.finished.pop_front();
            }
        }
        self.mark_out(now, |_, known| known.room_sid.as_ref() == Some(&room_sid))
    }

    fn polled(
        &mut self,
        now: UnixMs,
        asked_at: UnixMs,
        people: Vec<MediaPerson>,
    ) -> Vec<MediaRoomChange> {
        if self.polled_at.is_some_and(|last| last > asked_at) {
            return Vec::new();
        }
        self.polled_at = Some(asked_at);
        let present: BTreeSet<String> = people.iter().map(|person| person.sid.clone()).collect();
        // Whoever an event named after the question may have come after the answer.
        let mut changes = self.mark_out(now, |sid, known| {
            known.heard_at < asked_at && !present.contains(sid)
        });
        for person in people {
            let known = self.known.get(&person.sid);
            if known.is_some_and(|known| known.is_in || known.heard_at >= asked_at) {
                continue;
            }
            let room_sid = known.and_then(|known| known.room_sid.clone());
            let inside = TrackedConnection {
                person: Some(person.clone()),
                room_sid,
                is_in: true,
                heard_at: now,
            };
            self.remember(person.sid.clone(), inside);
            changes.push(MediaRoomChange::Came(person));
        }
        changes
    }

    fn mark_out(
        &mut self,
        now: UnixMs,
        which: impl Fn(&str, &TrackedConnection) -> bool,
    ) -> Vec<MediaRoomChange> {
        let mut changes = Vec::new();
        for (sid, known) in &mut self.known {
            if known.is_in && which(sid, known) {
                known.is_in = false;
                known.heard_at = now;
                changes.extend(known.person.clone().map(MediaRoomChange::Went));
            }
        }
        changes
    }

    fn remember(&mut self, sid: String, known: TrackedConnection) {
        if self.known.insert(sid.clone(), known).is_none() {
            self.order.push_back(sid);
        }
        if self.known.len() <= MAX_KNOWN {
            return;
        }
        let is_out = |sid: &String| self.known.get(sid).is_none_or(|known| !known.is_in);
        let oldest_out = self.order.iter().position(is_out).unwrap_or(0);
        if let Some(sid) = self.order.remove(oldest_out) {
            self.known.remove(&sid);
        }
    }
}

#[cfg(test)]
mod tests;
