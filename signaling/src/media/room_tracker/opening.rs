//! The rooms of sessions that are on: which are to be made, and what became of that.

use signaling_core::RoomRequest;
use wire::UnixMs;

use super::RoomTracker;
use super::tracked_session::{RetryTimer, RoomStage};
use crate::media::room_name;

impl RoomTracker {
    /// Rooms to be made, at most `limit`; each is given out once until it is reported on.
    pub(crate) fn take_opens(&self, now: UnixMs, limit: usize) -> Vec<RoomRequest> {
        let note = |tracked: &super::TrackedSession| tracked.note.clone();
        self.take(&self.0.to_open, now, limit, note)
    }

    /// Whether a room could be made.
    pub(crate) fn opened(&self, note: &RoomRequest, done: bool, now: UnixMs) {
        self.change(&note.session, |tracked| {
            let current = tracked.note.revision == note.revision;
            if let RoomStage::On { open } = &mut tracked.stage
                && current
            {
                match done {
                    true => open.failures = 0,
                    false => open.failed(now),
                }
            }
        });
    }

    /// A room that should be there is not: it is made again, where people are to meet in it.
    pub(crate) fn is_missing(&self, room: &str, now: UnixMs) {
        let Some((session, _)) = room_name::parse(self.0.kind, room) else {
            return;
        };
        self.change(&session, |tracked| {
            if let RoomStage::On { open } = &mut tracked.stage
                && tracked.note.epoch.is_some()
                && open.at.is_none()
            {
                *open = RetryTimer::at(now);
            }
        });
    }

    /// Returns when a room may be due to be made.
    pub(crate) async fn some_to_open(&self) {
        self.wait(&self.0.to_open).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{on, over, rooms};
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000);

    #[test]
    fn med_26_a_room_is_given_out_once_and_again_after_a_failure() {
        let rooms = rooms();
        let only = [on("a", 1)];
        rooms.note(only[0].clone(), NOW);
        assert_eq!(rooms.take_opens(NOW, 9), only);
        assert_eq!(rooms.take_opens(NOW + 60_000, 9), []);
        rooms.opened(&only[0], false, NOW);
        assert_eq!(rooms.take_opens(NOW, 9), []);
        assert_eq!(rooms.take_opens(NOW + 250, 9), only);
        rooms.opened(&only[0], true, NOW);
        assert_eq!(rooms.take_opens(NOW + 60_000, 9), []);
    }

    #[test]
    fn med_2_another_revision_makes_another_room_and_an_end_makes_none() {
        let rooms = rooms();
        rooms.note(on("a", 1), NOW);
        let first = rooms.take_opens(NOW, 9);
        rooms.note(on("a", 2), NOW);
        rooms.opened(&first[0], false, NOW);
        assert_eq!(rooms.take_opens(NOW, 9), [on("a", 2)], "due as it was");
        rooms.note(over("a", 2), NOW);
        rooms.note(on("a", 3), NOW);
        assert_eq!(rooms.take_opens(NOW + 60_000, 9), [], "over is over");
    }

    #[test]
    fn med_26_a_room_that_is_missing_is_made_again_while_people_are_to_meet_in_it() {
        let rooms = rooms();
        let waiting = on("a", 1);
        rooms.note(waiting.clone(), NOW);
        assert_eq!(rooms.take_opens(NOW, 9).len(), 1);
        rooms.opened(&waiting, true, NOW);
        rooms.is_missing("a.1", NOW);
        assert_eq!(rooms.take_opens(NOW, 9), [], "nobody meets in it yet");
        let meeting = [RoomRequest {
            epoch: Some(1),
            ..waiting
        }];
        rooms.note(meeting[0].clone(), NOW);
        assert_eq!(rooms.take_opens(NOW, 9), meeting);
        rooms.opened(&meeting[0], true, NOW);
        assert_eq!(rooms.take_opens(NOW, 9), []);
        rooms.is_missing("a.1", NOW);
        assert_eq!(rooms.take_opens(NOW, 9), meeting);
    }
}
