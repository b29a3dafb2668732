//! One session of a media server: what it wants, what is to be done next for it, and who is in its room.
//! It knows no other session, and no clock.

use signaling_core::{MediaRoom, MediaRoomChange, MediaUpdate, RoomRequest};
use wire::UnixMs;

use crate::media::room_name;

/// First pause after a failure, in milliseconds; it doubles.
const RETRY_MIN_MS: i64 = 250;
/// Longest pause, in milliseconds: a server that is back is noticed within it.
const RETRY_MAX_MS: i64 = 2_000;
/// Revisions of one session whose rooms are looked for at its end. Rooms of yet older ones are found by
/// the poll.
pub(super) const REVISIONS_BACK: u64 = 10;

#[derive(Debug)]
pub(super) struct TrackedSession {
    pub(super) note: RoomRequest,
    pub(super) stage: RoomStage,
    pub(super) room: MediaRoom,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum RoomStage {
    /// On: the room is made when it is due.
    On { open: RetryTimer },
    /// Over: the room is looked for, again and again, and removed if it is there.
    Over { check: RetryTimer, until: UnixMs },
}

impl TrackedSession {
    pub(super) fn new(note: RoomRequest, stage: RoomStage) -> Self {
        Self {
            note,
            stage,
            room: MediaRoom::default(),
        }
    }

    /// Takes what the session wants now; `fresh` is the stage of a session that wants it for the first time.
    pub(super) fn want(&mut self, note: RoomRequest, fresh: RoomStage) {
        if self.note == note || self.stage.is_over() {
            return;
        }
        let new_epoch = note.epoch.is_some() && note.epoch != self.note.epoch;
        let moved = note.revision != self.note.revision;
        if moved {
            self.room = MediaRoom::default();
        }
        if note.is_over || moved || new_epoch {
            self.stage = fresh;
        }
        self.note = note;
    }

    /// What update changes about who is in the room. After the end whoever comes is looked for at once.
    pub(super) fn apply(&mut self, update: MediaUpdate, now: UnixMs) -> Vec<MediaRoomChange> {
        let changes = self.room.handle(now, update);
        let came = |change: &MediaRoomChange| matches!(change, MediaRoomChange::Came(_));
        if changes.iter().any(came) {
            self.stage.hurry(now);
        }
        changes
    }

    pub(super) fn room_name(&self) -> String {
        room_name::format(self.note.kind, &self.note.session, self.note.revision)
    }

    pub(super) fn every_room(&self) -> Vec<String> {
        let last = self.note.revision;
        let first = last.saturating_sub(REVISIONS_BACK);
        (first..=last)
            .map(|revision| room_name::format(self.note.kind, &self.note.session, revision))
            .collect()
    }
}

impl RoomStage {
    /// When the room is to be made.
    pub(super) fn open_at(self) -> Option<UnixMs> {
        match self {
            Self::On { open } => open.at,
            Self::Over { .. } => None,
        }
    }

    /// When the room is to be looked for.
    pub(super) fn check_at(self) -> Option<UnixMs> {
        match self {
            Self::Over { check, .. } => check.at,
            Self::On { .. } => None,
        }
    }

    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Over { .. })
    }

    /// After the end the room is looked for at once, unless that is being done.
    pub(super) fn hurry(&mut self, now: UnixMs) {
        if let Self::Over { check, .. } = self
            && check.at.is_some()
        {
            check.at = Some(now);
        }
    }

    /// It is given out: nothing is due until that is reported on.
    pub(super) fn is_taken(&mut self) {
        let (Self::On { open: due } | Self::Over { check: due, .. }) = self;
        due.at = None;
    }
}

/// When something is to be done, and how often it failed. None while it is being done, or is done.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RetryTimer {
    pub(super) at: Option<UnixMs>,
    pub(super) failures: u32,
}

impl RetryTimer {
    pub(super) fn at(at: UnixMs) -> Self {
        Self {
            at: Some(at),
            failures: 0,
        }
    }

    pub(super) fn failed(&mut self, now: UnixMs) {
        let pause_ms = RETRY_MIN_MS << self.failures.min(8);
        self.failures += 1;
        self.at = Some(now + pause_ms.min(RETRY_MAX_MS));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::on;
    use super::*;

    #[test]
    fn med_24_the_rooms_of_some_older_revisions_are_looked_for_too() {
        let of = |revision| {
            let stage = RoomStage::On {
                open: RetryTimer::default(),
            };
            TrackedSession::new(on("a", revision), stage).every_room()
        };
        assert_eq!(of(0), ["a.0"]);
        assert_eq!(of(2), ["a.0", "a.1", "a.2"]);
        let many = of(20);
        assert_eq!(many.len(), 11);
        assert_eq!((many[0].as_str(), many[10].as_str()), ("a.10", "a.20"));
    }

    #[test]
    fn med_25_pauses_grow_to_a_bound_however_often_it_fails() {
        let mut due = RetryTimer::at(UnixMs(0));
        let mut pauses = Vec::new();
        for _ in 0..100 {
            due.failed(UnixMs(0));
            pauses.push(due.at.unwrap().0);
        }
        assert_eq!(pauses[..5], [250, 500, 1_000, 2_000, 2_000]);
        assert_eq!(pauses[99], 2_000);
    }
}
