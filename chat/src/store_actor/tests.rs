//! What the actor publishes, seen by a `Fanout` that keeps it.

mod away;
mod counting;
mod house;

use std::sync::{Arc, Mutex};

use bus::Fanout;
use chat_core::{MessageDraft, Settings, WriteOutcome, WriteRequest};
use tokio_util::sync::CancellationToken;
use wire::{ConnectionId, Participant, UnixMs};

use super::StoreActor;
use super::batch::CommandBatch;
use super::startup_recovery::MAX_RECOVERED;
use crate::config::Limits;
use crate::quotas::MessageQuotas;
use crate::registry::Registry;
use crate::room_loader::RoomLoader;
use crate::store::memory::MemoryStore;
use crate::store::{MessageStore, NewMessage, Opening, RoomChanges, RoomStore, SettledHead};
use crate::store_handle::StoreHandle;

/// What was published, commit by commit.
#[derive(Clone, Default)]
struct Published(Arc<Mutex<Vec<Vec<WriteOutcome>>>>);

impl Fanout<WriteOutcome> for Published {
    fn publish(&self, outcomes: Vec<WriteOutcome>) {
        self.0.lock().unwrap().push(outcomes);
    }
}

/// A room of Ann's.
fn opened(room: &str) -> RoomChanges {
    let opening = Opening {
        room: room.into(),
        epoch: "e".to_owned(),
        members: vec![Participant {
            user_id: "ann".into(),
            name: "Ann".to_owned(),
        }],
        revision: None,
        at: UnixMs(1),
    };
    RoomChanges {
        openings: vec![opening],
        ..RoomChanges::default()
    }
}

fn draft(room: &str, client_id: &str) -> MessageDraft {
    MessageDraft {
        room: room.into(),
        from: "ann".into(),
        client_id: client_id.to_owned(),
        body: "hi".to_owned(),
        ttl_ms: None,
    }
}

fn new(room: &str, n: u64) -> NewMessage {
    NewMessage {
        draft: draft(room, &format!("c-{n}")),
        message_id: uuid::Uuid::now_v7().to_string(),
        sent_at: UnixMs(1),
        salt: chat_core::ChainSalt([1; 16]),
        room_bytes: u64::MAX,
    }
}

#[tokio::test]
async fn cht_110_the_start_makes_up_for_what_lies_behind_messages_of_another_process() {
    let store = MemoryStore::default();
    for room in ["r", "q"] {
        store.apply(&opened(room)).await.unwrap();
    }
    let others = u64::from(MAX_RECOVERED) + 10;
    store.append(&[new("r", 1), new("r", 2)]).await;
    let of_another: Vec<_> = (0..others).map(|n| new("q", n)).collect();
    store.append(&of_another).await;
    store.append(&[new("r", 3)]).await;
    let settled = SettledHead {
        room: "q".into(),
        last_seq: others,
        active_at: UnixMs(1),
    };
    let by_the_other = RoomChanges {
        settled: vec![settled],
        ..RoomChanges::default()
    };
    store.apply(&by_the_other).await.unwrap();

    let (handle, queue) = StoreHandle::new();
    let registry = Registry::new(Settings::default(), handle);
    let loader = RoomLoader::new(Arc::new(store.clone()), registry);
    let published = Published::default();
    let quotas = MessageQuotas::new(&Limits::default());
    let mut actor = StoreActor::new(loader, published.clone(), queue, quotas);
    actor.recover_unsettled().await.unwrap();
    let told: Vec<_> = published
        .0
        .lock()
        .unwrap()
        .iter()
        .flatten()
        .map(place)
        .collect();
    assert_eq!(
        told,
        [
            ("r".to_owned(), 1),
            ("r".to_owned(), 2),
            ("r".to_owned(), 3)
        ]
    );
    let room = store.rooms(&["r".into()]).await.unwrap().remove(0);
    assert_eq!(room.last_seq, 3);
}

/// The room and number of what was stored.
fn place(outcome: &WriteOutcome) -> (String, u64) {
    match outcome {
        WriteOutcome::Stored { message, .. } => (message.room.to_string(), message.seq),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_waited_together_is_one_commit_and_is_published_once() {
    let store = MemoryStore::default();
    store.apply(&opened("r")).await.unwrap();
    let (handle, queue) = StoreHandle::new();
    let registry = Registry::new(Settings::default(), handle.clone());
    let loader = RoomLoader::new(Arc::new(store), registry);
    for n in 1..=3 {
        let origin = chat_core::Origin {
            connection: ConnectionId(n),
            id: None,
        };
        let draft = draft("r", &format!("c-{n}"));
        let append = WriteRequest::Append { origin, draft };
        handle.submit(append, None).unwrap();
    }
    let (published, stop) = (Published::default(), CancellationToken::new());
    stop.cancel();
    // It serves what waits before it stops.
    StoreActor::new(
        loader,
        published.clone(),
        queue,
        MessageQuotas::new(&Limits::default()),
    )
    .run(stop)
    .await;
    let published = published.0.lock().unwrap();
    let seqs = |outcomes: &Vec<WriteOutcome>| -> Vec<u64> {
        let seq = |outcome: &WriteOutcome| match outcome {
            WriteOutcome::Stored { message, .. } => message.seq,
            other => panic!("{other:?}"),
        };
        outcomes.iter().map(seq).collect()
    };
    let commits: Vec<_> = published
        .iter()
        .map(seqs)
        .filter(|c| !c.is_empty())
        .collect();
    assert_eq!(commits, [[1, 2, 3]]);
}
