//! What a poll asks the server: about which rooms, and whose the rooms are that it has.

use wire::UnixMs;

use super::tracked_session::{REVISIONS_BACK, TrackedSession};
use super::{RoomTracker, UpdateOutcome};
use crate::media::room_name;

/// Whose a room is that the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoomOwner {
    /// The room of a session that is on.
    Wanted,
    /// The room of an older revision: no client is sent there any longer.
    Stale,
    /// The room of a session that is over, or of nobody known here.
    Other,
}

impl RoomTracker {
    /// The rooms of sessions that are on.
    pub(crate) fn on(&self) -> Vec<String> {
        let known = self.lock();
        let on = known.sessions.values();
        on.filter(|tracked| !tracked.stage.is_over())
            .map(TrackedSession::room_name)
            .collect()
    }

    /// A room's server is to be asked about it soon.
    pub(crate) fn ask_about(&self, room: &str, now: UnixMs) -> UpdateOutcome {
        let Some((session, _)) = room_name::parse(self.0.kind, room) else {
            return UpdateOutcome::Unknown;
        };
        let mut known = self.lock();
        let hurried = self.change_in(&mut known, &session, |tracked| tracked.stage.hurry(now));
        if hurried.is_none() {
            return UpdateOutcome::Unknown;
        }
        known.asked.insert(session);
        drop(known);
        self.0.to_ask.notify_one();
        UpdateOutcome::Applied
    }

    /// Rooms that a hint was about.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        let mut known = self.lock();
        let asked = std::mem::take(&mut known.asked);
        asked
            .iter()
            .filter_map(|session| known.sessions.get(session).map(TrackedSession::room_name))
            .collect()
    }

    /// Returns when a hint came.
    pub(crate) async fn some_to_ask(&self) {
        self.0.to_ask.notified().await;
    }

    /// Whose a room is that the server has; one of an ended session is looked for at once.
    pub(crate) fn claim(&self, room: &str, now: UnixMs) -> RoomOwner {
        let Some((session, revision)) = room_name::parse(self.0.kind, room) else {
            return RoomOwner::Other;
        };
        let claim = self.change(&session, |tracked| {
            let current = tracked.note.revision;
            if !tracked.stage.is_over() {
                return match revision < current {
                    true => RoomOwner::Stale,
                    false => RoomOwner::Wanted,
                };
            }
            if revision < current.saturating_sub(REVISIONS_BACK) {
                return RoomOwner::Stale;
            }
            tracked.stage.hurry(now);
            RoomOwner::Other
        });
        claim.unwrap_or(RoomOwner::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{on, over, rooms};
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000);

    #[test]
    fn med_56_a_hint_asks_about_its_room_once() {
        let rooms = rooms();
        rooms.note(on("a", 1), NOW);
        rooms.note(on("b", 1), NOW);
        for _ in 0..2 {
            assert_eq!(rooms.ask_about("b.1", NOW), UpdateOutcome::Applied);
        }
        assert_eq!(rooms.ask_about("c.1", NOW), UpdateOutcome::Unknown);
        assert_eq!(rooms.ask_about("lobby", NOW), UpdateOutcome::Unknown);
        assert_eq!(rooms.take_asked(), ["b.1"]);
        assert!(rooms.take_asked().is_empty());
    }

    #[test]
    fn med_2_the_room_of_an_older_revision_is_stale() {
        let rooms = rooms();
        rooms.note(on("a", 2), NOW);
        assert_eq!(rooms.on(), ["a.2"]);
        assert_eq!(rooms.claim("a.2", NOW), RoomOwner::Wanted);
        assert_eq!(rooms.claim("a.1", NOW), RoomOwner::Stale);
        assert_eq!(rooms.claim("b.1", NOW), RoomOwner::Other);
        assert_eq!(rooms.claim("lobby", NOW), RoomOwner::Other);
    }

    #[test]
    fn med_24_a_room_of_an_ended_session_that_is_seen_is_looked_for_at_once() {
        let rooms = rooms();
        rooms.note(over("a", 20), NOW);
        assert!(rooms.on().is_empty());
        let session = rooms.take_checks(NOW, 9).remove(0).session;
        assert_eq!(rooms.claim("a.20", NOW), RoomOwner::Other);
        assert!(rooms.take_checks(NOW, 9).is_empty(), "being looked for");
        rooms.is_absent(&session, NOW);
        assert!(rooms.take_checks(NOW, 9).is_empty());
        assert_eq!(
            rooms.claim("a.9", NOW),
            RoomOwner::Stale,
            "nobody looks so far back"
        );
        assert!(rooms.take_checks(NOW, 9).is_empty());
        assert_eq!(rooms.claim("a.10", NOW), RoomOwner::Other);
        assert_eq!(rooms.take_checks(NOW, 9).len(), 1);
    }
}
