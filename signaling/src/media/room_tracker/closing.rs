//! The rooms of sessions that are over: which are to be looked for, until nobody can get back in.

use signaling_core::MediaUpdate;
use wire::{SessionId, UnixMs};

use super::RoomTracker;
use super::tracked_session::{RetryTimer, RoomStage, TrackedSession};

/// How soon after a removal its success is checked, in milliseconds.
const VERIFY_MS: i64 = 200;
/// How often a room of an ended session is looked for while somebody may hold a token for it, in
/// milliseconds. With the removal itself they are out again within 5 s.
const WATCH_EVERY_MS: i64 = 3_000;

/// A room that is to be looked for, because its session is over.
#[derive(Debug, Clone)]
pub(crate) struct RemovalCheck {
    pub(crate) session: SessionId,
    pub(crate) rooms: Vec<String>,
}

impl RoomTracker {
    /// Rooms to be looked for, at most `limit` sessions' worth; each is given out once until it is reported on.
    pub(crate) fn take_checks(&self, now: UnixMs, limit: usize) -> Vec<RemovalCheck> {
        let check = |tracked: &TrackedSession| RemovalCheck {
            session: tracked.note.session.clone(),
            rooms: tracked.every_room(),
        };
        self.take(&self.0.to_close, now, limit, check)
    }

    /// The server has no room of this session. True once nobody can get back in.
    pub(crate) fn is_absent(&self, session: &SessionId, now: UnixMs) -> bool {
        let people = Vec::new();
        let nobody = MediaUpdate::Polled {
            asked_at: now,
            people,
        };
        let finished = self.change(session, |tracked| {
            let RoomStage::Over { check, until } = &mut tracked.stage else {
                return false;
            };
            tracked.room.handle(now, nobody);
            *check = RetryTimer::at(now + WATCH_EVERY_MS);
            now >= *until
        });
        finished.unwrap_or(false)
    }

    /// A room of this session was removed, which is to be verified.
    pub(crate) fn was_removed(&self, session: &SessionId, now: UnixMs) {
        self.check(session, |check| *check = RetryTimer::at(now + VERIFY_MS));
    }

    /// It could not be found out, or not be removed.
    pub(crate) fn check_failed(&self, session: &SessionId, now: UnixMs) {
        self.check(session, |check| check.failed(now));
    }

    /// Nothing more is to be done for this session.
    pub(crate) fn forget(&self, session: &SessionId) {
        let mut known = self.lock();
        known.asked.remove(session);
        if let Some(tracked) = known.sessions.remove(session) {
            self.file(&mut known, session, Some(tracked.stage), None);
        }
    }

    /// How many sessions are over and still watched.
    pub(crate) fn watched(&self) -> usize {
        self.lock().over
    }

    /// Returns when a room may be due to be looked for.
    pub(crate) async fn some_to_close(&self) {
        self.wait(&self.0.to_close).await;
    }

    fn check(&self, session: &SessionId, change: impl FnOnce(&mut RetryTimer)) {
        self.change(session, |tracked| {
            if let RoomStage::Over { check, .. } = &mut tracked.stage {
                change(check);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use wire::MediaBackend;

    use super::super::tests::{REACH_MS, over, rooms};
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000);

    #[test]
    fn med_24_rooms_of_an_ended_session_are_looked_for_until_nobody_can_come_back() {
        let (rooms, session) = (rooms(), SessionId::from("a"));
        rooms.note(over("a", 3), NOW);
        assert_eq!(rooms.watched(), 1);
        let due = rooms.take_checks(NOW, 9);
        let names: Vec<_> = due.iter().flat_map(|check| &check.rooms).collect();
        assert_eq!(names, ["a.0", "a.1", "a.2", "a.3"]);
        let later = NOW + REACH_MS;
        assert!(rooms.take_checks(later, 9).is_empty(), "given out once");

        rooms.was_removed(&session, NOW);
        assert!(rooms.take_checks(NOW + (VERIFY_MS - 1), 9).is_empty());
        assert_eq!(rooms.take_checks(NOW + VERIFY_MS, 9).len(), 1);
        assert!(!rooms.is_absent(&session, NOW), "a token may be good still");
        assert!(rooms.take_checks(NOW + (WATCH_EVERY_MS - 1), 9).is_empty());
        assert_eq!(rooms.take_checks(NOW + WATCH_EVERY_MS, 9).len(), 1);
        assert!(rooms.is_absent(&session, later));
        rooms.forget(&session);
        assert_eq!(rooms.watched(), 0);
        assert!(rooms.take_checks(later + REACH_MS, 9).is_empty());
    }

    #[test]
    fn med_24_one_question_is_about_so_many_sessions_and_none_is_left_out() {
        let rooms = rooms();
        for session in ["a", "b", "c"] {
            rooms.note(over(session, 1), NOW);
        }
        let mut asked = Vec::new();
        for _ in 0..2 {
            let due = rooms.take_checks(NOW, 2);
            asked.extend(due.into_iter().map(|check| check.session.to_string()));
        }
        assert_eq!(asked, ["a", "b", "c"]);
    }

    #[test]
    fn med_25_what_can_t_be_found_out_is_asked_again() {
        let (rooms, session) = (rooms(), SessionId::from("a"));
        rooms.note(over("a", 1), NOW);
        assert_eq!(rooms.take_checks(NOW, 9).len(), 1);
        rooms.check_failed(&session, NOW);
        assert!(rooms.take_checks(NOW, 9).is_empty());
        assert_eq!(rooms.take_checks(NOW + 250, 9).len(), 1);
    }

    #[test]
    fn med_25_what_an_earlier_process_left_is_looked_for_until_its_own_end() {
        let (rooms, session) = (rooms(), SessionId::from("a"));
        let closing = crate::store::RoomClosing {
            session: session.clone(),
            kind: MediaBackend::Livekit,
            revision: 1,
            ended_at: NOW,
        };
        let start = NOW + (REACH_MS - 1);
        rooms.restore(vec![closing], start);
        assert_eq!(rooms.take_checks(start, 9).len(), 1);
        assert!(!rooms.is_absent(&session, start));
        assert!(rooms.is_absent(&session, NOW + REACH_MS));
    }
}
