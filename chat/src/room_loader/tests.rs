//! Reads beside a store actor that is busy, or faster than they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chat_core::{MessageDraft, Settings};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use wire::{Participant, RoomId, UnixMs};

use super::RoomLoader;
use crate::config::Limits;
use crate::quotas::MessageQuotas;
use crate::registry::Registry;
use crate::store::faulty::{FaultyStore, StoreFaults};
use crate::store::memory::MemoryStore;
use crate::store::{
    Appended, Head, MessageStore, NewMessage, Opening, RoomChanges, RoomStore, SettledHead,
    StoreError,
};
use crate::store_actor::StoreActor;
use crate::store_handle::{AppendOutcome, StoreCommand, StoreHandle};

/// Of a store that appends when it may, and holds back the answer of a read when it is told to.
struct Delays {
    appends: Semaphore,
    hold_next_read: AtomicBool,
    is_held: Notify,
    release: Notify,
    /// How often something was read.
    reads: AtomicUsize,
}

impl StoreFaults for Delays {
    fn note_read(&self) {
        self.reads.fetch_add(1, Ordering::SeqCst);
    }

    async fn append(
        &self,
        store: &MemoryStore,
        batch: &[NewMessage],
    ) -> Vec<Result<Appended, StoreError>> {
        self.appends.acquire().await.unwrap().forget();
        store.append(batch).await
    }

    async fn heads(&self, store: &MemoryStore, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let heads = store.heads(rooms).await;
        if self.hold_next_read.swap(false, Ordering::SeqCst) {
            self.is_held.notify_one();
            self.release.notified().await;
        }
        heads
    }
}

type SlowStore = FaultyStore<Delays>;

struct Fixture {
    store: Arc<SlowStore>,
    registry: Registry,
    handle: StoreHandle,
    loader: RoomLoader<SlowStore>,
}

impl Fixture {
    /// With the rooms `r`, `q` and `s` in the store, and place for `max_rooms` in memory; and the actor at work.
    async fn new(max_rooms: usize, appends: usize) -> (Self, impl Future<Output = ()>) {
        let inner = MemoryStore::default();
        let openings = ["r", "q", "s"].map(opening).to_vec();
        let changes = RoomChanges {
            openings,
            ..RoomChanges::default()
        };
        inner.apply(&changes).await.unwrap();
        let faults = Delays {
            appends: Semaphore::new(appends),
            hold_next_read: AtomicBool::new(false),
            is_held: Notify::new(),
            release: Notify::new(),
            reads: AtomicUsize::new(0),
        };
        let store = Arc::new(SlowStore { inner, faults });
        let (handle, queue) = StoreHandle::new();
        let settings = Settings {
            max_rooms,
            ..Settings::default()
        };
        let registry = Registry::new(settings, handle.clone());
        let loader = RoomLoader::new(Arc::clone(&store), registry.clone());
        let actor = StoreActor::new(
            loader.clone(),
            registry.clone(),
            queue,
            MessageQuotas::new(&Limits::default()),
        );
        let fixture = Self {
            store,
            registry,
            handle,
            loader,
        };
        (fixture, actor.run(CancellationToken::new()))
    }

    async fn append(&self, room: &str) -> AppendOutcome {
        let draft = MessageDraft {
            room: room.into(),
            from: "ann".into(),
            client_id: "c-1".to_owned(),
            body: "hi".to_owned(),
            ttl_ms: None,
        };
        let append = |reply| StoreCommand::Append {
            draft,
            tenant: None,
            origin: None,
            reply: Some(reply),
        };
        self.handle.ask(append).await.unwrap().unwrap()
    }

    fn last_seq(&self, room: &str) -> Option<u64> {
        self.registry
            .ask(|broker| broker.room(&room.into()).map(|room| room.last_seq))
    }
}

fn opening(room: &str) -> Opening {
    let member = |name: &str| Participant {
        user_id: name.into(),
        name: name.to_owned(),
    };
    Opening {
        room: room.into(),
        epoch: "e".to_owned(),
        members: ["ann", "bo"].map(member).to_vec(),
        revision: None,
        at: UnixMs(1),
    }
}

#[tokio::test]
async fn a_read_does_not_wait_for_the_store_actor() {
    let (fixture, actor) = Fixture::new(10, 0).await;
    let appended = fixture.append("r");
    let read = async {
        // The actor has begun when its room is in memory; it can't go on before the read is done.
        testkit::until("the actor is writing", testkit::SOON, async || {
            fixture.last_seq("r")
        })
        .await;
        fixture.loader.load(["q".into()].into()).await.unwrap();
        assert_eq!(fixture.last_seq("q"), Some(0));
        fixture.store.faults.appends.add_permits(1);
    };
    tokio::select! {
        () = actor => panic!("it stopped"),
        (appended, ()) = async { tokio::join!(appended, read) } => assert_eq!(appended.message.seq, 1),
    }
}

/// What a page of rooms costs depends neither on how many they are nor on how much was said in them.
#[tokio::test]
async fn cht_155_rooms_that_are_read_together_cost_two_reads() {
    let (fixture, _actor) = Fixture::new(500, 0).await;
    for (count, messages) in [(1, 1), (100, 1), (10, 300)] {
        let ids: Vec<String> = (0..count)
            .map(|n| format!("{count} {messages} {n}"))
            .collect();
        let mut changes = RoomChanges {
            openings: ids.iter().map(|id| opening(id)).collect(),
            ..RoomChanges::default()
        };
        for id in &ids {
            let new = |n| NewMessage {
                draft: MessageDraft {
                    room: id.as_str().into(),
                    from: "ann".into(),
                    client_id: format!("c-{n}"),
                    body: "hi".to_owned(),
                    ttl_ms: None,
                },
                message_id: format!("m-{id}-{n}"),
                sent_at: UnixMs(5),
                salt: chat_core::ChainSalt([1; 16]),
                room_bytes: u64::MAX,
            };
            let batch: Vec<NewMessage> = (0..messages).map(new).collect();
            fixture.store.inner.append(&batch).await;
            changes.settled.push(SettledHead {
                room: id.as_str().into(),
                last_seq: messages,
                active_at: UnixMs(5),
            });
        }
        fixture.store.inner.apply(&changes).await.unwrap();
        fixture.store.faults.reads.store(0, Ordering::SeqCst);
        let rooms = ids.iter().map(|id| id.as_str().into()).collect();
        fixture.loader.load(rooms).await.unwrap();
        assert_eq!(
            fixture.store.faults.reads.load(Ordering::SeqCst),
            2,
            "{count} {messages}"
        );
        assert_eq!(fixture.last_seq(&ids[0]), Some(messages));
    }
}

#[tokio::test]
async fn a_read_that_a_commit_overtook_is_done_again() {
    let (fixture, actor) = Fixture::new(1, 1).await;
    fixture
        .store
        .faults
        .hold_next_read
        .store(true, Ordering::SeqCst);
    let slow = fixture.loader.load(["q".into()].into());
    let overtake = async {
        fixture.store.faults.is_held.notified().await;
        fixture.append("q").await;
        // What follows from the message is written, then another room takes its place.
        testkit::until("q has left memory", testkit::SOON, async || {
            fixture.loader.load(["r".into()].into()).await.unwrap();
            fixture.loader.load(["s".into()].into()).await.unwrap();
            fixture.last_seq("q").is_none().then_some(())
        })
        .await;
        fixture.store.faults.release.notify_one();
    };
    tokio::select! {
        () = actor => panic!("it stopped"),
        (loaded, ()) = async { tokio::join!(slow, overtake) } => loaded.unwrap(),
    }
    assert_eq!(fixture.last_seq("q"), Some(1));
}
