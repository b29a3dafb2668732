//! What sessions want of their rooms, and what is known of them.

use super::*;

/// How long after its end a session's tokens are good, in milliseconds.
pub(super) const REACH_MS: i64 = 60_000;
const NOW: UnixMs = UnixMs(1_000_000);

pub(super) fn rooms() -> RoomTracker {
    RoomTracker::new(MediaBackend::Livekit, REACH_MS)
}

/// What a session wants that is on and negotiates nothing yet.
pub(super) fn on(session: &str, revision: u64) -> RoomRequest {
    RoomRequest {
        session: SessionId::from(session),
        kind: MediaBackend::Livekit,
        revision,
        users: ["ann".into(), "bo".into()],
        epoch: None,
        is_over: false,
    }
}

/// What a session wants that is over.
pub(super) fn over(session: &str, revision: u64) -> RoomRequest {
    RoomRequest {
        is_over: true,
        ..on(session, revision)
    }
}

fn polled(user: &str, now: UnixMs) -> MediaUpdate {
    MediaUpdate::Polled {
        asked_at: now,
        people: vec![signaling_core::MediaPerson {
            user: user.into(),
            sid: "PA_1".to_owned(),
            joined_at: now,
        }],
    }
}

#[test]
fn med_36_news_of_a_room_whose_session_is_not_known_are_not_taken() {
    let rooms = rooms();
    rooms.note(on("a", 1), NOW);
    assert!(rooms.knows("a.1") && !rooms.knows("b.1") && !rooms.knows("lobby"));
    for (room, applied) in [
        ("a.1", UpdateOutcome::Applied),
        ("b.1", UpdateOutcome::Unknown),
        ("lobby", UpdateOutcome::Unknown),
    ] {
        assert_eq!(
            rooms.apply(room, polled("ann", NOW), NOW),
            applied,
            "{room}"
        );
    }
}

#[test]
fn med_2_another_revision_has_another_list_of_people() {
    let (rooms, session) = (rooms(), SessionId::from("a"));
    rooms.note(on("a", 1), NOW);
    rooms.apply("a.1", polled("ann", NOW), NOW);
    let view = rooms.view(&session).unwrap();
    assert_eq!((view.room.as_str(), view.people.len()), ("a.1", 1));
    rooms.note(on("a", 2), NOW);
    rooms.apply("a.1", polled("ann", NOW), NOW);
    let view = rooms.view(&session).unwrap();
    assert_eq!((view.room.as_str(), view.people.len()), ("a.2", 0));
    assert!(rooms.view(&SessionId::from("b")).is_none());
}

#[test]
fn med_24_somebody_who_comes_after_the_end_is_looked_for_at_once() {
    let (rooms, session) = (rooms(), SessionId::from("a"));
    rooms.note(over("a", 1), NOW);
    assert_eq!(rooms.take_checks(NOW, 9).len(), 1);
    rooms.is_absent(&session, NOW);
    let later = NOW + 1;
    assert!(rooms.take_checks(later, 9).is_empty());
    rooms.apply("a.1", polled("ann", later), later);
    assert_eq!(rooms.take_checks(later, 9).len(), 1);
}
