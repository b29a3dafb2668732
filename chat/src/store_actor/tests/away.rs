//! A room store that does not take writes, beside a message store that does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chat_core::{Settings, WriteRequest};
use wire::ErrorCode;

use super::{draft, opened};
use crate::config::Limits;
use crate::quotas::MessageQuotas;
use crate::registry::Registry;
use crate::room_loader::RoomLoader;
use crate::store::faulty::{FaultyStore, StoreFaults};
use crate::store::memory::MemoryStore;
use crate::store::{RoomChanges, RoomStore, StoreError, StorePair};
use crate::store_actor::StoreActor;
use crate::store_actor::follow_ups::MAX_WAITING;
use crate::store_handle::{StoreCommand, StoreHandle, UnreadNote};

type AwayStores = StorePair<FaultyStore<Absence>, MemoryStore>;

/// Rooms can be read, and written unless they are away. Clones share it.
#[derive(Debug, Clone, Default)]
struct Absence(Arc<AtomicBool>);

impl Absence {
    fn set(&self, is_away: bool) {
        self.0.store(is_away, Ordering::SeqCst);
    }
}

impl StoreFaults for Absence {
    async fn apply(&self, store: &MemoryStore, changes: &RoomChanges) -> Result<(), StoreError> {
        match self.0.load(Ordering::SeqCst) {
            true => Err(StoreError::unavailable("away")),
            false => store.apply(changes).await,
        }
    }
}

fn actor(stores: &AwayStores) -> (StoreHandle, StoreActor<AwayStores>) {
    let (handle, queue) = StoreHandle::new();
    let registry = Registry::new(Settings::default(), handle.clone());
    let loader = RoomLoader::new(Arc::new(stores.clone()), registry.clone());
    let quotas = MessageQuotas::new(&Limits::default());
    let actor = StoreActor::new(loader, registry, queue, quotas);
    (handle, actor)
}

#[tokio::test]
async fn cht_70_no_more_messages_are_taken_than_the_next_start_would_make_up_for() {
    let stores = StorePair {
        rooms: FaultyStore::<Absence>::default(),
        messages: MemoryStore::default(),
    };
    let rooms: Vec<String> = (0..40).map(|n| format!("r{n}")).collect();
    for room in &rooms {
        stores.apply(&opened(room)).await.unwrap();
    }
    stores.rooms.faults.set(true);
    let (_handle, mut actor) = actor(&stores);
    let (mut taken, mut refused) = (BTreeMap::<&str, u64>::new(), 0);
    for n in 0..MAX_WAITING + 300 {
        let room = &rooms[n % rooms.len()];
        let (reply, answer) = tokio::sync::oneshot::channel();
        let append = StoreCommand::Append {
            draft: draft(room, &format!("c-{n}")),
            tenant: None,
            origin: None,
            reply: Some(reply),
        };
        actor.serve(Some(append)).await;
        match answer.await.unwrap() {
            Ok(_) => *taken.entry(room).or_default() += 1,
            Err(code) => {
                assert_eq!(code, ErrorCode::StorageUnavailable);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 300);
    // As after a crash: another process with the same stores.
    drop(actor);
    stores.rooms.faults.set(false);
    let (_handle, mut next) = self::actor(&stores);
    next.recover_unsettled().await.unwrap();
    for room in &rooms {
        let stored = &stores.rooms(&[room.as_str().into()]).await.unwrap()[0];
        let said = taken[room.as_str()];
        assert_eq!((stored.last_seq, stored.members[0].read_seq), (said, said));
    }
}

/// Events above what one transaction takes are written before the rest, in their order.
#[tokio::test]
async fn cht_69_many_events_are_written_in_parts() {
    let mut follow_ups = super::super::FollowUps::default();
    let message = |seq| wire::chat::Message {
        room: "r".into(),
        seq,
        message_id: format!("m-{seq}"),
        from: "ann".into(),
        client_id: format!("c-{seq}"),
        body: "hi".to_owned(),
        sent_at: wire::UnixMs(1),
        expires_at: None,
        deleted: false,
        corrupt: false,
    };
    for seq in 1..=4_500 {
        follow_ups.note(&message(seq));
        follow_ups.note_unread(UnreadNote {
            message: (&message(seq)).into(),
            users: vec!["bo".into()],
        });
    }
    let mut parts = Vec::new();
    while let Some(surplus) = follow_ups.surplus() {
        assert!(surplus.settled.is_empty() && surplus.positions.is_empty());
        parts.push(surplus.events);
        follow_ups.forget_surplus();
    }
    let rest = follow_ups.changes(Vec::new());
    assert_eq!(rest.settled[0].last_seq, 4_500);
    parts.push(rest.events);
    let counts: Vec<_> = parts.iter().map(Vec::len).collect();
    assert_eq!(counts, [2_000, 2_000, 500]);
    let seqs = parts
        .iter()
        .flatten()
        .map(|event| event.data["seq"].as_u64());
    assert!(seqs.eq((1..=4_500).map(Some)));
}

/// A message is stored while rooms can't be written, and what follows from it as soon as they can.
#[tokio::test]
async fn cht_69_what_waits_for_the_rooms_is_written_when_they_are_back() {
    let stores = StorePair {
        rooms: FaultyStore::<Absence>::default(),
        messages: MemoryStore::default(),
    };
    stores.apply(&opened("r")).await.unwrap();
    stores.rooms.faults.set(true);
    let (handle, mut actor) = actor(&stores);
    let origin = chat_core::Origin {
        connection: wire::ConnectionId(1),
        id: None,
    };
    let append = WriteRequest::Append {
        origin,
        draft: draft("r", "c-1"),
    };
    handle.submit(append, None).unwrap();
    let command = actor.queue.try_recv();
    actor.serve(command).await;
    actor.write(super::CommandBatch::default()).await;
    let read_seq = async || stores.rooms(&["r".into()]).await.unwrap()[0].members[0].read_seq;
    assert_eq!(read_seq().await, 0);
    stores.rooms.faults.set(false);
    actor.write(super::CommandBatch::default()).await;
    assert_eq!(read_seq().await, 1);
}
