//! People of a room, whatever the order of events.

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
