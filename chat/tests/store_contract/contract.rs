//! The rules, each on an empty store.

use std::future::Future;

use chat::store::{Appended, NewMessage, Opening, RoomChanges, RoomPosition, SettledHead, Stores};
use chat_core::{HistoryPage, MessageDraft, PositionKind, PositionUpdate};
use wire::chat::Message;
use wire::{Event, Participant, UnixMs};

/// Makes empty stores; what they stand on goes with it.
pub(crate) trait StoreFactory: Default {
    /// The implementation that is to keep the rules.
    type Store: Stores;

    /// An empty store.
    fn make(&self) -> impl Future<Output = Self::Store>;
}

/// Every rule as a test, on the stores of a factory.
macro_rules! keeps_the_contract {
    ($factory:ty) => {
        crate::contract::keeps_the_contract! { $factory:
            cht_40_seq_is_dense_by_room,
            cht_41_a_repeat_has_one_effect,
            cht_42_a_key_stands_for_one_text,
            cht_43_pages_lie_where_they_were_asked_for,
            cht_44_heads_are_the_two_ends,
            cht_45_the_last_messages_of_all_rooms,
            cht_46_a_room_is_opened_once,
            cht_47_names_are_of_the_highest_revision,
            cht_48_positions_only_rise,
            cht_49_rooms_of_a_person_come_newest_first,
            cht_50_changes_twice_are_as_once,
        }
    };
    ($factory:ty: $($rule:ident,)+) => {
        $(
            #[tokio::test]
            async fn $rule() {
                let factory = <$factory>::default();
                let store = crate::contract::StoreFactory::make(&factory).await;
                crate::contract::$rule(store).await;
            }
        )+
    };
}
pub(crate) use keeps_the_contract;

pub(crate) fn new(room: &str, from: &str, client_id: &str, body: &str) -> NewMessage {
    NewMessage {
        draft: MessageDraft {
            room: room.into(),
            from: from.into(),
            client_id: client_id.into(),
            body: body.into(),
        },
        message_id: format!("id of {room} {from} {client_id}"),
        sent_at: UnixMs(1_700_000_000_000),
    }
}

pub(crate) fn opening(room: &str, members: &[&str], revision: Option<u64>) -> Opening {
    Opening {
        room: room.into(),
        epoch: format!("epoch {}", revision.unwrap_or(0)),
        members: members
            .iter()
            .map(|name| Participant {
                user_id: name.to_lowercase().into(),
                name: (*name).to_owned(),
            })
            .collect(),
        revision,
        at: UnixMs(1_000),
    }
}

pub(crate) fn opened(openings: Vec<Opening>) -> RoomChanges {
    RoomChanges {
        openings,
        ..RoomChanges::default()
    }
}

fn moved(room: &str, user: &str, kind: PositionKind, seq: u64) -> RoomChanges {
    let to = PositionUpdate {
        room: room.into(),
        user: user.into(),
        kind,
        seq,
    };
    RoomChanges {
        positions: vec![to],
        ..RoomChanges::default()
    }
}

fn settled(room: &str, last_seq: u64, active_at: i64) -> RoomChanges {
    let settled = SettledHead {
        room: room.into(),
        last_seq,
        active_at: UnixMs(active_at),
    };
    RoomChanges {
        settled: vec![settled],
        ..RoomChanges::default()
    }
}

pub(crate) fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: "session.scheduled".to_owned(),
        occurred_at: UnixMs(1),
        source: "scheduler".to_owned(),
        subject: "s".to_owned(),
        revision: Some(1),
        data: serde_json::Value::Null,
    }
}

pub(crate) fn stored(appended: &Appended) -> &Message {
    match appended {
        Appended::Stored(message) => message,
        other => panic!("not stored but {other:?}"),
    }
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

pub(crate) async fn fill(store: &impl Stores, room: &str, count: u64) {
    for n in 1..=count {
        let batch = [new(room, "ann", &format!("c-{n}"), "hi")];
        store.append(&batch).await.unwrap();
    }
}

/// Numbers are dense within each room, in the order of the batch.
pub(crate) async fn cht_40_seq_is_dense_by_room(store: impl Stores) {
    let batch = [
        new("r", "ann", "c-1", "a"),
        new("q", "ann", "c-1", "b"),
        new("r", "bo", "c-1", "c"),
    ];
    let first = store.append(&batch).await.unwrap();
    assert_eq!(
        first.iter().map(|a| stored(a).seq).collect::<Vec<_>>(),
        [1, 1, 2]
    );
    let second = store.append(&[new("r", "ann", "c-2", "d")]).await.unwrap();
    assert_eq!(stored(&second[0]).seq, 3);
    let message = stored(&first[2]);
    assert_eq!((message.from.as_str(), message.body.as_str()), ("bo", "c"));
    assert_eq!(message.message_id, "id of r bo c-1");
}

/// A repeat is answered with what was stored, within a batch too; it takes no number.
pub(crate) async fn cht_41_a_repeat_has_one_effect(store: impl Stores) {
    let first = store.append(&[new("r", "ann", "c-1", "a")]).await.unwrap();
    let mut again = new("r", "ann", "c-1", "a");
    again.message_id = "another".to_owned();
    let batch = [
        again,
        new("r", "ann", "c-2", "b"),
        new("r", "ann", "c-2", "b"),
    ];
    let second = store.append(&batch).await.unwrap();
    assert_eq!(second[0], Appended::Repeat(stored(&first[0]).clone()));
    assert_eq!(stored(&second[1]).seq, 2);
    assert_eq!(second[2], Appended::Repeat(stored(&second[1]).clone()));
    let page = store
        .page(&"r".into(), HistoryPage::asked(None, None, None).unwrap())
        .await
        .unwrap();
    assert_eq!(seqs(&page), [1, 2]);
}

/// The same key with another text is a conflict, and changes nothing; of another sender or room it is none.
pub(crate) async fn cht_42_a_key_stands_for_one_text(store: impl Stores) {
    store.append(&[new("r", "ann", "c-1", "a")]).await.unwrap();
    let batch = [
        new("r", "ann", "c-1", "other"),
        new("r", "bo", "c-1", "other"),
        new("q", "ann", "c-1", "other"),
    ];
    let outcomes = store.append(&batch).await.unwrap();
    assert_eq!(outcomes[0], Appended::Conflict);
    assert_eq!((stored(&outcomes[1]).seq, stored(&outcomes[2]).seq), (2, 1));
}

/// Pages rise, exclude what they are named by, and lie where they were asked for.
pub(crate) async fn cht_43_pages_lie_where_they_were_asked_for(store: impl Stores) {
    fill(&store, "r", 10).await;
    fill(&store, "q", 3).await;
    for (before, after, limit, expected) in [
        (None, None, 3, vec![8, 9, 10]),
        (Some(8), None, 3, vec![5, 6, 7]),
        (Some(3), None, 3, vec![1, 2]),
        (Some(1), None, 3, vec![]),
        (None, Some(0), 3, vec![1, 2, 3]),
        (None, Some(8), 3, vec![9, 10]),
        (None, Some(10), 3, vec![]),
        (Some(u64::MAX), None, 1, vec![10]),
        (None, Some(u64::MAX), 1, vec![]),
    ] {
        let page = HistoryPage::asked(before, after, Some(limit)).unwrap();
        let found = store.page(&"r".into(), page).await.unwrap();
        assert_eq!(seqs(&found), expected, "{before:?} {after:?} {limit}");
    }
}

/// Heads are those of the rooms that have messages.
pub(crate) async fn cht_44_heads_are_the_two_ends(store: impl Stores) {
    fill(&store, "r", 4).await;
    let heads = store.heads(&["r".into(), "empty".into()]).await.unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!((heads[0].min_seq, heads[0].last.seq), (1, 4));
    assert_eq!(heads[0].last.room.as_str(), "r");
}

/// The last messages come in the order in which they were stored.
pub(crate) async fn cht_45_the_last_messages_of_all_rooms(store: impl Stores) {
    fill(&store, "r", 2).await;
    fill(&store, "q", 2).await;
    let last = store.last(3).await.unwrap();
    let found: Vec<_> = last.iter().map(|m| (m.room.as_str(), m.seq)).collect();
    assert_eq!(found, [("r", 2), ("q", 1), ("q", 2)]);
}

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

/// The same changes twice are as once.
pub(crate) async fn cht_50_changes_twice_are_as_once(store: impl Stores) {
    let batch = serde_json::from_value(serde_json::json!({
        "source": "scheduler", "events": [event("e-1")], "complete_to": 5,
    }));
    let changes = RoomChanges {
        openings: vec![opening("r", &["Ann", "Bo"], Some(1))],
        positions: moved("r", "ann", PositionKind::Read, 2).positions,
        settled: settled("r", 2, 2_000).settled,
        events: vec![event("f-1"), event("f-2")],
        taken: vec![batch.unwrap()],
    };
    store.apply(&changes).await.unwrap();
    let once = store.rooms(&["r".into()]).await.unwrap();
    store.apply(&changes).await.unwrap();
    assert_eq!(store.rooms(&["r".into()]).await.unwrap(), once);
    store.probe().await.unwrap();
}
