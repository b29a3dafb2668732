//! Who is in a media server's room: what its events say, corrected by what its API answers.
//!
//! Events may be lost, doubled and late, so nobody is counted: each connection is known by the id that
//! the media server gave it, and goes out once. What the API answers wins over every event heard
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
        /// When it was asked, on the clock that [`MediaRoom::handle`] is told.
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
    /// Ids in the order in which they were first heard of.
    order: VecDeque<String>,
    polled_at: Option<UnixMs>,
}

#[derive(Debug, Clone)]
struct TrackedConnection {
    /// Nobody knows whose a connection was of which only the end was heard.
    person: Option<MediaPerson>,
    room_sid: Option<String>,
    is_in: bool,
    heard_at: UnixMs,
}

impl MediaRoom {
    /// Takes update that were heard at `now`, and says what they changed; nothing where they were old.
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
        // Who was heard of after the question may have come after the answer.
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
mod tests {
    use super::*;

    fn person(sid: &str) -> MediaPerson {
        MediaPerson {
            sid: sid.to_owned(),
            user: "ann".into(),
            joined_at: UnixMs(0),
        }
    }

    fn joined(sid: &str) -> MediaUpdate {
        MediaUpdate::Joined {
            person: person(sid),
            room_sid: "room".to_owned(),
        }
    }

    fn left(sid: &str) -> MediaUpdate {
        MediaUpdate::Left {
            sid: sid.to_owned(),
        }
    }

    fn polled(asked_at: i64, sids: &[&str]) -> MediaUpdate {
        MediaUpdate::Polled {
            asked_at: UnixMs(asked_at),
            people: sids.iter().map(|sid| person(sid)).collect(),
        }
    }

    fn after(update: &[(i64, MediaUpdate)]) -> Vec<String> {
        let mut room = MediaRoom::default();
        for (now, update) in update {
            room.handle(UnixMs(*now), update.clone());
        }
        room.people().map(|person| person.sid.clone()).collect()
    }

    #[test]
    fn med_10_a_connection_comes_once_and_goes_once() {
        let mut room = MediaRoom::default();
        assert_eq!(room.handle(UnixMs(1), joined("a")).len(), 1);
        assert!(room.handle(UnixMs(2), joined("a")).is_empty());
        assert_eq!(room.handle(UnixMs(3), left("a")).len(), 1);
        assert!(room.handle(UnixMs(4), left("a")).is_empty());
        assert!(room.handle(UnixMs(5), joined("a")).is_empty(), "late");
    }

    #[test]
    fn med_10_the_end_may_be_heard_before_the_beginning() {
        assert!(after(&[(1, left("a")), (2, joined("a"))]).is_empty());
    }

    #[test]
    fn med_10_the_end_of_an_old_connection_does_not_touch_the_new_one() {
        let heard = [(1, joined("old")), (2, joined("new")), (3, left("old"))];
        assert_eq!(after(&heard), ["new"]);
    }

    #[test]
    fn med_10_a_finished_room_takes_everybody_along_also_those_heard_of_later() {
        let finished = MediaUpdate::Finished {
            room_sid: "room".to_owned(),
        };
        assert!(after(&[(1, joined("a")), (2, finished.clone())]).is_empty());
        assert!(after(&[(1, finished), (2, joined("a"))]).is_empty());
    }

    #[test]
    fn med_11_what_the_api_answers_wins_over_what_was_heard_before_it_was_asked() {
        assert!(after(&[(1, joined("a")), (5, polled(4, &[]))]).is_empty());
        assert_eq!(after(&[(1, left("a")), (5, polled(4, &["a"]))]), ["a"]);
        assert_eq!(after(&[(5, polled(4, &["a", "b"]))]), ["a", "b"]);
    }

    #[test]
    fn med_11_an_answer_changes_nothing_that_was_heard_after_the_question() {
        assert_eq!(after(&[(5, joined("a")), (6, polled(4, &[]))]), ["a"]);
        assert!(after(&[(1, joined("a")), (5, left("a")), (6, polled(4, &["a"]))]).is_empty());
        assert_eq!(after(&[(6, polled(5, &["a"])), (7, polled(4, &[]))]), ["a"]);
    }

    #[test]
    fn med_11_who_was_not_there_when_asked_is_not_brought_in_by_an_old_event() {
        let heard = [(1, joined("a")), (5, polled(4, &[])), (6, joined("a"))];
        assert!(after(&heard).is_empty());
    }

    #[test]
    fn med_10_what_is_known_of_a_room_is_bounded() {
        let mut room = MediaRoom::default();
        room.handle(UnixMs(0), joined("stays"));
        for n in 0..2_000 {
            room.handle(UnixMs(n), joined(&n.to_string()));
            room.handle(UnixMs(n), left(&n.to_string()));
            room.handle(
                UnixMs(n),
                MediaUpdate::Finished {
                    room_sid: n.to_string(),
                },
            );
        }
        assert!(room.known.len() <= MAX_KNOWN && room.order.len() == room.known.len());
        assert!(room.finished.len() <= MAX_FINISHED);
        assert_eq!(room.people().count(), 1);
    }
}
