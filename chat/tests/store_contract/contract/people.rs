//! What is promised of closed rooms, of blocks and of who was erased.

use chat::store::{BlockChange, Closing, Erasure, RoomChanges, RoomStore, Stores};
use chat_core::PositionKind;
use wire::{RoomId, UnixMs};

use super::{moved, opened, opening};

pub(crate) fn closed(room: &str) -> RoomChanges {
    let closing = Closing {
        room: room.into(),
        at: UnixMs(5),
    };
    RoomChanges {
        closings: vec![closing],
        ..RoomChanges::default()
    }
}

pub(crate) fn blocked(by: &str, user: &str, blocked: bool, at: i64, event: &str) -> RoomChanges {
    let change = BlockChange {
        by: by.into(),
        user: user.into(),
        blocked,
        order: (UnixMs(at), event.to_owned()),
    };
    RoomChanges {
        blocks: vec![change],
        ..RoomChanges::default()
    }
}

pub(crate) fn erased(user: &str) -> RoomChanges {
    let erasure = Erasure {
        user: user.into(),
        at: UnixMs(7),
    };
    RoomChanges {
        erasures: vec![erasure],
        ..RoomChanges::default()
    }
}

pub(crate) async fn is_closed(store: &impl RoomStore, room: &str) -> bool {
    store.rooms(&[room.into()]).await.unwrap()[0].closed
}

pub(crate) async fn members(store: &impl RoomStore, room: &str) -> Vec<String> {
    let rooms = store.rooms(&[room.into()]).await.unwrap();
    let named = rooms[0].members.iter();
    named.map(|member| member.name.clone()).collect()
}

/// Whatever comes later, how often, and if it is told before there is such a room.
pub(crate) async fn cht_81_a_closed_room_stays_closed(store: impl Stores) {
    store.apply(&closed("early")).await.unwrap();
    assert!(store.rooms(&["early".into()]).await.unwrap().is_empty());
    for room in ["early", "late", "open"] {
        let opening = opening(room, &["Ann", "Bo"], Some(1));
        store.apply(&opened(vec![opening])).await.unwrap();
    }
    assert!(is_closed(&store, "early").await && !is_closed(&store, "late").await);
    for _ in 0..2 {
        store.apply(&closed("late")).await.unwrap();
    }
    let mut again = opened(vec![opening("late", &["Ann", "Bo", "Kim"], Some(9))]);
    again.closings = closed("late").closings;
    store.apply(&again).await.unwrap();
    assert!(is_closed(&store, "late").await && !is_closed(&store, "open").await);
}

/// Blocks and liftings count by when they happened, and at one time by their event, in whatever order they come.
pub(crate) async fn cht_85_of_blocks_the_latest_counts(store: impl Stores) {
    let rooms = [
        opening("r", &["Ann", "Bo"], None),
        opening("other", &["Ann", "Kim"], None),
    ];
    store.apply(&opened(rooms.to_vec())).await.unwrap();
    // As the inbox, a store remembers liftings for a while, not for ever.
    let begun = service::clock::now().0;
    for (holds, at, event, expected) in [
        (true, 5, "e-5", true),
        (false, 4, "e-4", true),
        (false, 5, "e-4", true),
        (false, 5, "e-6", false),
        (true, 5, "e-5", false),
        (true, 9, "e-0", true),
        (true, 9, "e-0", true),
    ] {
        let change = blocked("ann", "bo", holds, begun + at, event);
        store.apply(&change).await.unwrap();
        assert_eq!(
            is_closed(&store, "r").await,
            expected,
            "{holds} {at} {event}"
        );
    }
    let mut both = blocked("ann", "bo", false, begun + 12, "e");
    both.blocks
        .extend(blocked("ann", "bo", true, begun + 11, "e").blocks);
    store.apply(&both).await.unwrap();
    assert!(!is_closed(&store, "r").await && !is_closed(&store, "other").await);
}

/// Either block closes the room of the two, and no room of more.
pub(crate) async fn cht_85_each_of_two_blocks_for_themselves(store: impl Stores) {
    let rooms = [
        opening("r", &["Ann", "Bo"], None),
        opening("group", &["Ann", "Bo", "Kim"], None),
    ];
    store.apply(&opened(rooms.to_vec())).await.unwrap();
    for (by, user, holds, expected) in [
        ("ann", "bo", true, true),
        ("bo", "ann", true, true),
        ("ann", "bo", false, true),
        ("bo", "ann", false, false),
        ("bo", "ann", true, true),
    ] {
        let at = service::clock::now().0;
        let change = blocked(by, user, holds, at, &uuid::Uuid::now_v7().to_string());
        store.apply(&change).await.unwrap();
        assert_eq!(is_closed(&store, "r").await, expected, "{by} {holds}");
        assert!(!is_closed(&store, "group").await);
    }
    let third = opened(vec![opening("r", &["Kim"], None)]);
    store.apply(&third).await.unwrap();
    assert!(
        !is_closed(&store, "r").await,
        "it is a room of more than the two"
    );
}

/// They are a member of nothing, and what others have stays.
pub(crate) async fn cht_87_who_is_erased_is_in_no_room(store: impl Stores) {
    let rooms = [
        opening("r", &["Ann", "Bo"], None),
        opening("group", &["Ann", "Bo", "Kim"], None),
    ];
    store.apply(&opened(rooms.to_vec())).await.unwrap();
    for user in ["ann", "bo"] {
        let read = moved("r", user, PositionKind::Read, 3);
        store.apply(&read).await.unwrap();
    }
    assert!(store.erasures(UnixMs(0)).await.unwrap().is_empty());
    for _ in 0..2 {
        store.apply(&erased("ann")).await.unwrap();
        assert_eq!(members(&store, "r").await, ["Bo"]);
        assert_eq!(members(&store, "group").await, ["Bo", "Kim"]);
        assert!(
            store
                .rooms_of(&"ann".into(), None, 9)
                .await
                .unwrap()
                .is_empty()
        );
        let bo = &store.rooms(&["r".into()]).await.unwrap()[0].members[0];
        assert_eq!(bo.read_seq, 3);
        assert_eq!(
            store.erasures(UnixMs(7)).await.unwrap(),
            erased("ann").erasures
        );
        assert!(store.erasures(UnixMs(8)).await.unwrap().is_empty());
    }
    store.scrub().await.unwrap();
}

/// Neither a booking nor a ticket nor a position that comes late brings them back, in the same commit or another.
pub(crate) async fn cht_88_who_is_erased_is_named_no_more(store: impl Stores) {
    let mut changes = opened(vec![opening("r", &["Ann", "Bo"], Some(1))]);
    changes.erasures = erased("ann").erasures;
    store.apply(&changes).await.unwrap();
    assert_eq!(members(&store, "r").await, ["Bo"]);
    for (room, revision) in [
        ("r", None),
        ("r", Some(2)),
        ("new", None),
        ("booked", Some(1)),
    ] {
        let late = opened(vec![opening(room, &["Ann", "Bo"], revision)]);
        store.apply(&late).await.unwrap();
        store
            .apply(&moved(room, "ann", PositionKind::Read, 1))
            .await
            .unwrap();
        assert_eq!(members(&store, room).await, ["Bo"], "{room} {revision:?}");
    }
    store
        .apply(&blocked("ann", "bo", true, 9, "e"))
        .await
        .unwrap();
    assert!(!is_closed(&store, "r").await);
}

/// Pages of ids, without one that was missed or comes twice.
pub(crate) async fn cht_92_rooms_of_a_person_come_by_their_ids(store: impl Stores) {
    let openings = ["c", "a", "b"].map(|room| opening(room, &["Ann"], None));
    store.apply(&opened(openings.to_vec())).await.unwrap();
    store
        .apply(&opened(vec![opening("aa", &["Bo"], None)]))
        .await
        .unwrap();
    let ids = async |after: Option<&str>, limit| {
        let after = after.map(RoomId::from);
        let found = store
            .room_ids_of(&"ann".into(), after.as_ref(), limit)
            .await
            .unwrap();
        found.into_iter().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 2).await, ["a", "b"]);
    assert_eq!(ids(Some("b"), 2).await, ["c"]);
    assert!(ids(Some("c"), 2).await.is_empty());
}
