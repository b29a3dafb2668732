//! Texts whose time has come and messages that are too old, whichever step was the last before a process died.

use std::sync::Arc;

use chat_core::{HistoryPage, MemberProgress, Settings, WriteOutcome};
use wire::{RoomId, UnixMs};

use super::{Published, new, opened};
use crate::config::Limits;
use crate::quotas::MessageQuotas;
use crate::registry::Registry;
use crate::retention_age::RetentionAge;
use crate::room_loader::RoomLoader;
use crate::store::memory::MemoryStore;
use crate::store::{MessageStore, MessageUpkeep, NewMessage, RoomChanges, RoomStore, SettledHead};
use crate::store_actor::StoreActor;
use crate::store_handle::StoreHandle;

const DAY: i64 = 24 * 60 * 60 * 1_000;

type TestActor = StoreActor<MemoryStore, Published>;

fn actor(store: &MemoryStore) -> (TestActor, Published) {
    let (handle, queue) = StoreHandle::new();
    let registry = Registry::new(Settings::default(), handle);
    let loader = RoomLoader::new(Arc::new(store.clone()), registry);
    let published = Published::default();
    let quotas = MessageQuotas::new(&Limits::default());
    let actor = StoreActor::new(loader, published.clone(), queue, quotas);
    let age = RetentionAge::of_days(1);
    (actor.keeping_messages_for(age), published)
}

async fn step_through(actor: &mut TestActor) {
    while actor.step().await.unwrap() {}
}

fn sent(room: &str, n: u64, at: UnixMs) -> NewMessage {
    NewMessage {
        sent_at: at,
        ..new(room, n)
    }
}

/// A room whose first three messages are two days old, and that has a fourth one.
async fn with_old_messages(store: &MemoryStore) -> RoomId {
    let now = testkit::now();
    store.apply(&opened("r")).await.unwrap();
    let old = (1..=3).map(|n| sent("r", n, now + -2 * DAY));
    store.append(&old.collect::<Vec<_>>()).await;
    store.append(&[sent("r", 4, now)]).await;
    let settled = SettledHead {
        room: "r".into(),
        last_seq: 4,
        active_at: now,
    };
    let own = MemberProgress {
        room: "r".into(),
        user: "ann".into(),
        read_seq: 1,
        delivered_seq: 1,
        sent: 4,
        sent_read: 1,
    };
    let changes = RoomChanges {
        settled: vec![settled],
        positions: vec![own],
        ..RoomChanges::default()
    };
    store.apply(&changes).await.unwrap();
    "r".into()
}

async fn numbers(store: &MemoryStore, room: &RoomId) -> Vec<u64> {
    let page = HistoryPage::asked(None, None, None).unwrap();
    let found = store.page(room, page).await.unwrap();
    found.into_iter().map(|message| message.seq).collect()
}

#[tokio::test]
async fn cht_251_old_messages_go_whatever_an_earlier_process_came_to() {
    for done in 0..4 {
        let store = MemoryStore::default();
        let room = with_old_messages(&store).await;
        if done > 0 {
            store.begin_after(&room, 3).await.unwrap();
        }
        if done > 1 {
            let moved = MemberProgress {
                room: room.clone(),
                user: "ann".into(),
                read_seq: 3,
                delivered_seq: 3,
                sent: 4,
                sent_read: 3,
            };
            let changes = RoomChanges {
                positions: vec![moved],
                ..RoomChanges::default()
            };
            store.apply(&changes).await.unwrap();
        }
        if done > 2 {
            store.delete_before_beginning(&room, 2).await.unwrap();
        }
        let (mut actor, published) = actor(&store);
        step_through(&mut actor).await;
        assert_eq!(numbers(&store, &room).await, [4], "{done}");
        let stored = store.rooms(std::slice::from_ref(&room)).await.unwrap();
        let ann = &stored[0].members[0];
        assert_eq!((ann.read_seq, ann.sent_read), (3, 3), "{done}");
        assert_eq!(ann.unread(4), 0, "{done}");
        let told = published.0.lock().unwrap().concat();
        let [WriteOutcome::RoomOpened { room, changed }] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!((room.min_seq, room.last_seq, *changed), (4, 4, true));
        // There is nothing left to do.
        assert!(!actor.step().await.unwrap());
    }
}

#[tokio::test]
async fn cht_250_nothing_younger_than_the_limit_goes_and_without_one_nothing() {
    let store = MemoryStore::default();
    let room = with_old_messages(&store).await;
    let (actor, _) = actor(&store);
    let mut actor = actor.keeping_messages_for(None);
    step_through(&mut actor).await;
    assert_eq!(numbers(&store, &room).await, [1, 2, 3, 4]);
    let mut actor = actor.keeping_messages_for(RetentionAge::of_days(3));
    step_through(&mut actor).await;
    assert_eq!(numbers(&store, &room).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn cht_243_texts_go_in_steps_and_the_room_counts_each() {
    let store = MemoryStore::default();
    store.apply(&opened("r")).await.unwrap();
    let expiring = |n| {
        let mut message = sent("r", n, testkit::now() + -10_000);
        message.draft.ttl_ms = Some(5_000);
        message
    };
    let batch: Vec<NewMessage> = (0..450).map(expiring).collect();
    store.append(&batch).await;
    let (mut actor, published) = actor(&store);
    step_through(&mut actor).await;
    assert!(store.overdue(testkit::now(), 9).await.unwrap().is_empty());
    let told = published.0.lock().unwrap().concat();
    let counts: Vec<u64> = told.iter().map(count).collect();
    assert_eq!(counts, (1..=9).map(|step| step * 50).collect::<Vec<u64>>());
}

fn count(outcome: &WriteOutcome) -> u64 {
    match outcome {
        WriteOutcome::TextsExpired { changes, .. } => *changes,
        other => panic!("{other:?}"),
    }
}
