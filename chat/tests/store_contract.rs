//! What every store promises, run on each of them. A rule that holds for one only says so in its name.

use std::future::Future;

use chat::store::memory::MemoryStore;
use chat::store::sqlite::SqliteStore;
use chat::store::{
    Appended, MessageStore, NewMessage, Opening, RoomChanges, RoomPosition, RoomStore, SettledHead,
    Stores,
};
use chat_core::{MessageDraft, Page, PositionKind, PositionUpdate};
use tempfile::TempDir;
use wire::chat::Message;
use wire::{Event, EventBatch, Participant, UnixMs};

fn new(room: &str, from: &str, client_id: &str, body: &str) -> NewMessage {
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

fn opening(room: &str, members: &[&str], revision: Option<u64>) -> Opening {
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

fn opened(openings: Vec<Opening>) -> RoomChanges {
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

fn event(id: &str) -> Event {
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

fn stored(appended: &Appended) -> &Message {
    match appended {
        Appended::Stored(message) => message,
        other => panic!("not stored but {other:?}"),
    }
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

async fn fill(store: &impl Stores, room: &str, count: u64) {
    for n in 1..=count {
        let batch = [new(room, "ann", &format!("c-{n}"), "hi")];
        store.append(&batch).await.unwrap();
    }
}

/// Numbers are dense within each room, in the order of the batch.
async fn cht_40_seq_is_dense_by_room(store: impl Stores) {
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
async fn cht_41_a_repeat_has_one_effect(store: impl Stores) {
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
        .page(&"r".into(), Page::asked(None, None, None).unwrap())
        .await
        .unwrap();
    assert_eq!(seqs(&page), [1, 2]);
}

/// The same key with another text is a conflict, and changes nothing; of another sender or room it is none.
async fn cht_42_a_key_stands_for_one_text(store: impl Stores) {
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
async fn cht_43_pages_lie_where_they_were_asked_for(store: impl Stores) {
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
        let page = Page::asked(before, after, Some(limit)).unwrap();
        let found = store.page(&"r".into(), page).await.unwrap();
        assert_eq!(seqs(&found), expected, "{before:?} {after:?} {limit}");
    }
}

/// Heads are those of the rooms that have messages.
async fn cht_44_heads_are_the_two_ends(store: impl Stores) {
    fill(&store, "r", 4).await;
    let heads = store.heads(&["r".into(), "empty".into()]).await.unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!((heads[0].min_seq, heads[0].last.seq), (1, 4));
    assert_eq!(heads[0].last.room.as_str(), "r");
}

/// The last messages come in the order in which they were stored.
async fn cht_45_the_last_messages_of_all_rooms(store: impl Stores) {
    fill(&store, "r", 2).await;
    fill(&store, "q", 2).await;
    let last = store.last(3).await.unwrap();
    let found: Vec<_> = last.iter().map(|m| (m.room.as_str(), m.seq)).collect();
    assert_eq!(found, [("r", 2), ("q", 1), ("q", 2)]);
}

/// A room is opened once: its epoch stays, members are added.
async fn cht_46_a_room_is_opened_once(store: impl Stores) {
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
async fn cht_47_names_are_of_the_highest_revision(store: impl Stores) {
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
async fn cht_48_positions_only_rise(store: impl Stores) {
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
async fn cht_49_rooms_of_a_person_come_newest_first(store: impl Stores) {
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
async fn cht_50_changes_twice_are_as_once(store: impl Stores) {
    let batch = EventBatch {
        source: "scheduler".to_owned(),
        events: vec![event("e-1")],
        complete_to: UnixMs(5),
    };
    let changes = RoomChanges {
        openings: vec![opening("r", &["Ann", "Bo"], Some(1))],
        positions: moved("r", "ann", PositionKind::Read, 2).positions,
        settled: settled("r", 2, 2_000).settled,
        events: vec![event("f-1"), event("f-2")],
        taken: vec![batch],
    };
    store.apply(&changes).await.unwrap();
    let once = store.rooms(&["r".into()]).await.unwrap();
    store.apply(&changes).await.unwrap();
    assert_eq!(store.rooms(&["r".into()]).await.unwrap(), once);
    store.probe().await.unwrap();
}

async fn on_memory<F: Future<Output = ()>>(rule: impl FnOnce(MemoryStore) -> F) {
    rule(MemoryStore::default()).await;
}

async fn on_sqlite<F: Future<Output = ()>>(rule: impl FnOnce(SqliteStore) -> F) {
    let (directory, store) = sqlite().await;
    rule(store.clone()).await;
    store.close().await;
    drop(directory);
}

async fn sqlite() -> (TempDir, SqliteStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("chat.db"))
        .await
        .unwrap();
    (directory, store)
}

macro_rules! contract {
    ($($rule:ident),+ $(,)?) => {
        mod memory { $( #[tokio::test] async fn $rule() { super::on_memory(super::$rule).await; } )+ }
        mod sqlite { $( #[tokio::test] async fn $rule() { super::on_sqlite(super::$rule).await; } )+ }
    };
}

contract!(
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
);

#[tokio::test]
async fn cht_51_sqlite_events_wait_in_order_each_once() {
    let (_directory, store) = sqlite().await;
    let events = vec![event("f-1"), event("f-2")];
    for _ in 0..2 {
        let changes = RoomChanges {
            events: events.clone(),
            ..RoomChanges::default()
        };
        store.apply(&changes).await.unwrap();
    }
    assert_eq!(
        store.outbox().pending("scheduler").await.unwrap().events,
        events
    );
}

#[tokio::test]
async fn cht_52_sqlite_keeps_it_over_a_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chat.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store
        .apply(&opened(vec![opening("r", &["Ann"], None)]))
        .await
        .unwrap();
    fill(&store, "r", 3).await;
    store.close().await;
    let store = SqliteStore::open(&path).await.unwrap();
    let again = store.append(&[new("r", "ann", "c-2", "hi")]).await.unwrap();
    assert!(matches!(&again[0], Appended::Repeat(message) if message.seq == 2));
    let next = store.append(&[new("r", "ann", "c-4", "hi")]).await.unwrap();
    assert_eq!(stored(&next[0]).seq, 4);
    assert_eq!(
        store.rooms(&["r".into()]).await.unwrap()[0].epoch,
        "epoch 0"
    );
}
