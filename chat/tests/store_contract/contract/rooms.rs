//! What is promised of rooms and positions.

use chat::Removal;
use chat::store::{MessageStore, Opening, RoomChanges, RoomPosition, RoomStore, Stores};
use chat_core::PositionKind;
use wire::{Participant, UnixMs};

use super::{blocked, closed, erased, event, feed, grouped, moved, opened, opening, settled};

/// A room is opened once: its epoch stays, members are added.
pub(crate) async fn cht_46_a_room_is_opened_once(store: impl Stores) {
    store
        .apply(&opened(vec![opening("r", &["Ann"], None)]))
        .await
        .unwrap();
    store
        .apply(&opened(vec![opening("r", &["Bo"], Some(7))]))
        .await
        .unwrap();
    let rooms = store.rooms(&["r".into(), "nowhere".into()]).await.unwrap();
    assert_eq!(rooms.len(), 1);
    assert_eq!(
        (rooms[0].epoch.as_str(), rooms[0].active_at),
        ("epoch 0", UnixMs(1_000))
    );
    let names: Vec<_> = rooms[0].members.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["Ann", "Bo"]);
}

/// Names are those of the highest revision, in whichever order bookings and tickets come, and how often.
pub(crate) async fn cht_47_names_are_of_the_highest_revision(store: impl Stores) {
    let named = |name: &str, revision| Opening {
        members: vec![Participant {
            user_id: "ann".into(),
            name: name.to_owned(),
        }],
        ..opening("r", &[], revision)
    };
    for (name, revision) in [
        ("ticket", None),
        ("second", Some(2)),
        ("first", Some(1)),
        ("late", None),
    ] {
        store
            .apply(&opened(vec![named(name, revision)]))
            .await
            .unwrap();
    }
    let rooms = store.rooms(&["r".into()]).await.unwrap();
    assert_eq!(rooms[0].members[0].name, "second");
    store
        .apply(&opened(vec![named("again", Some(2))]))
        .await
        .unwrap();
    assert_eq!(
        store.rooms(&["r".into()]).await.unwrap()[0].members[0].name,
        "again"
    );
}

/// Bookings and tickets in one commit name people as they do in several.
pub(crate) async fn cht_47_names_of_one_commit_are_as_of_many(store: impl Stores) {
    let named = |name: &str, revision| Opening {
        members: vec![Participant {
            user_id: "ann".into(),
            name: name.to_owned(),
        }],
        ..opening("r", &[], revision)
    };
    let ticket = opened(vec![named("ticket", None), named("other ticket", None)]);
    store.apply(&ticket).await.unwrap();
    let name = async || {
        let rooms = store.rooms(&["r".into()]).await.unwrap();
        rooms[0].members[0].name.clone()
    };
    assert_eq!(name().await, "ticket");
    let bookings = vec![
        named("first", Some(1)),
        named("third", Some(3)),
        named("second", Some(2)),
        named("late", None),
    ];
    store.apply(&opened(bookings)).await.unwrap();
    assert_eq!(name().await, "third");
    store
        .apply(&opened(vec![named("second", Some(2))]))
        .await
        .unwrap();
    assert_eq!(name().await, "third");
}

/// Positions only rise; reading is having; strangers have none.
pub(crate) async fn cht_48_positions_only_rise(store: impl Stores) {
    store
        .apply(&opened(vec![opening("r", &["Ann"], None)]))
        .await
        .unwrap();
    for (user, mark, seq) in [
        ("ann", PositionKind::Delivered, 3),
        ("ann", PositionKind::Read, 2),
        ("ann", PositionKind::Read, 1),
        ("ann", PositionKind::Delivered, 1),
        ("stranger", PositionKind::Read, 9),
    ] {
        store.apply(&moved("r", user, mark, seq)).await.unwrap();
    }
    let room = &store.rooms(&["r".into()]).await.unwrap()[0];
    assert_eq!(room.members.len(), 1);
    assert_eq!(
        (room.members[0].read_seq, room.members[0].delivered_seq),
        (2, 3)
    );
    store
        .apply(&moved("r", "ann", PositionKind::Read, 5))
        .await
        .unwrap();
    let room = &store.rooms(&["r".into()]).await.unwrap()[0];
    assert_eq!(
        (room.members[0].read_seq, room.members[0].delivered_seq),
        (5, 5)
    );
}

/// Heads of rooms only rise, and move the room up among its members' rooms.
pub(crate) async fn cht_49_rooms_of_a_person_come_newest_first(store: impl Stores) {
    let openings = ["a", "b", "c"].map(|room| opening(room, &["Ann"], None));
    store.apply(&opened(openings.to_vec())).await.unwrap();
    store
        .apply(&opened(vec![opening("other", &["Bo"], None)]))
        .await
        .unwrap();
    store.apply(&settled("a", 3, 5_000)).await.unwrap();
    store.apply(&settled("a", 2, 4_000)).await.unwrap();
    assert_eq!(store.rooms(&["a".into()]).await.unwrap()[0].last_seq, 3);
    let rooms = |positions: &[RoomPosition]| -> Vec<String> {
        positions
            .iter()
            .map(|position| position.room.to_string())
            .collect()
    };
    let first = store.rooms_of(&"ann".into(), None, 2).await.unwrap();
    assert_eq!(rooms(&first), ["a", "c"]);
    assert_eq!(first[0].active_at, UnixMs(5_000));
    let second = store
        .rooms_of(&"ann".into(), first.last(), 2)
        .await
        .unwrap();
    assert_eq!(rooms(&second), ["b"]);
}

/// Removals are kept, each once, with their latest time; those before a time are left out.
pub(crate) async fn cht_65_removals_are_kept_with_their_latest_time(store: impl Stores) {
    let now = service::clock::now();
    let (early, late) = (now + -2_000, now + -1_000);
    for at in [late, early] {
        let changes = RoomChanges {
            removals: vec![
                removal("s", "ann", at.0),
                removal("s", "bo", early.0),
                removal("", "bo", at.0),
            ],
            ..RoomChanges::default()
        };
        store.apply(&changes).await.unwrap();
    }
    let mut all = store.removals(early).await.unwrap();
    let order = |a: &Removal, b: &Removal| (&a.user, &a.session).cmp(&(&b.user, &b.session));
    all.sort_by(order);
    let altogether = removal("", "bo", late.0);
    assert_eq!(
        all,
        [
            removal("s", "ann", late.0),
            altogether.clone(),
            removal("s", "bo", early.0)
        ]
    );
    let mut later = store.removals(late).await.unwrap();
    later.sort_by(order);
    assert_eq!(later, [removal("s", "ann", late.0), altogether]);
}

fn removal(session: &str, user: &str, at: i64) -> Removal {
    Removal {
        session: (!session.is_empty()).then(|| session.into()),
        user: user.into(),
        at: UnixMs(at),
    }
}

/// The same changes twice are as once.
pub(crate) async fn cht_50_changes_twice_are_as_once(store: impl Stores) {
    let batch = serde_json::from_value(serde_json::json!({
        "source": "scheduler", "events": [event("e-1")], "complete_to": 5,
    }));
    let changes = RoomChanges {
        openings: vec![opening("r", &["Ann", "Bo"], Some(1))],
        groups: grouped("g", &["Ann", "KIM"], 1).groups,
        positions: moved("r", "ann", PositionKind::Read, 2).positions,
        settled: settled("r", 2, 2_000).settled,
        events: vec![event("f-1"), event("f-2")],
        removals: vec![removal("s", "ann", 3_000)],
        closings: closed("r").closings,
        blocks: blocked("ann", "bo", true, 5, "e").blocks,
        matches: feed::matched("ann", "kim", true, 5).matches,
        profiles: feed::known("ann", true, 1).profiles,
        erasures: erased("kim").erasures,
        taken: vec![batch.unwrap()],
    };
    store.apply(&changes).await.unwrap();
    let ids = ["g".into(), "r".into()];
    let once = store.rooms(&ids).await.unwrap();
    assert_eq!(once.len(), 2);
    store.apply(&changes).await.unwrap();
    assert_eq!(store.rooms(&ids).await.unwrap(), once);
    RoomStore::probe(&store).await.unwrap();
    MessageStore::probe(&store).await.unwrap();
}

/// Changes that name a row more than once are as one after the other.
pub(crate) async fn cht_50_what_comes_twice_in_one_commit_is_as_once(store: impl Stores) {
    let now = service::clock::now();
    let mut changes = RoomChanges {
        openings: vec![
            opening("r", &["Ann"], None),
            opening("r", &["Ann", "Bo"], Some(1)),
            opening("q", &["Ann"], None),
        ],
        positions: moved("r", "ann", PositionKind::Read, 5).positions,
        settled: settled("r", 5, 5_000).settled,
        events: vec![event("f-1"), event("f-1")],
        removals: vec![
            removal("s", "ann", now.0),
            removal("s", "ann", now.0 - 1_000),
        ],
        closings: [closed("q").closings, closed("q").closings].concat(),
        erasures: [erased("kim").erasures, erased("kim").erasures].concat(),
        ..RoomChanges::default()
    };
    changes
        .positions
        .extend(moved("r", "ann", PositionKind::Delivered, 6).positions);
    changes
        .positions
        .extend(moved("r", "ann", PositionKind::Read, 4).positions);
    changes.settled.extend(settled("r", 4, 6_000).settled);
    store.apply(&changes).await.unwrap();
    let room = store.rooms(&["r".into()]).await.unwrap().remove(0);
    assert_eq!((room.last_seq, room.active_at), (5, UnixMs(6_000)));
    let ann = &room.members[0];
    assert_eq!((ann.read_seq, ann.delivered_seq), (5, 6));
    assert_eq!(room.members.len(), 2);
    assert_eq!(
        store.removals(now + -2_000).await.unwrap(),
        [removal("s", "ann", now.0)]
    );
    // What is settled of a room that is not there is nothing.
    store.apply(&settled("nowhere", 1, 1)).await.unwrap();
    assert_eq!(store.rooms(&["nowhere".into()]).await.unwrap(), []);
}
