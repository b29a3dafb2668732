//! What is unread beside a naive model that counts messages: while stores refuse, store without answering, and processes
//! die between a message and its room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chat_core::{HistoryPage, MessageDraft, PageFrom, PositionKind, PositionUpdate, Settings};
use testkit::SeededRandom;
use tokio::sync::oneshot;
use wire::chat::Message;
use wire::{EventBatch, RoomId, UserId};

use super::draft;
use crate::config::Limits;
use crate::quotas::MessageQuotas;
use crate::registry::Registry;
use crate::room_loader::RoomLoader;
use crate::store::faulty::{FaultyStore, StoreFaults};
use crate::store::memory::MemoryStore;
use crate::store::{
    Appended, MessageStore, NewMessage, RoomChanges, RoomStore, StoreError, StorePair,
};
use crate::store_actor::StoreActor;
use crate::store_actor::batch::CommandBatch;
use crate::store_handle::{StoreCommand, StoreHandle};

const SEEDS: u64 = 1_000;
const STEPS: u64 = 60;
const PEOPLE: [&str; 4] = ["ann", "bo", "kim", "lee"];

/// What becomes of the next write.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Fault {
    #[default]
    None,
    /// It is not written, and an error.
    Refused,
    /// It is written, and an error.
    Unanswered,
}

/// The next write may go wrong. Clones share it.
#[derive(Debug, Clone, Default)]
struct NextWrite(Arc<Mutex<Fault>>);

impl NextWrite {
    fn set(&self, fault: Fault) {
        *self.0.lock().unwrap() = fault;
    }

    fn take(&self) -> Fault {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn away<T>() -> Result<T, StoreError> {
    Err(StoreError::unavailable("away"))
}

impl StoreFaults for NextWrite {
    async fn append(
        &self,
        store: &MemoryStore,
        batch: &[NewMessage],
    ) -> Vec<Result<Appended, StoreError>> {
        let fault = self.take();
        if matches!(fault, Fault::Refused) {
            return batch.iter().map(|_| away()).collect();
        }
        let appended = store.append(batch).await;
        match fault {
            Fault::Unanswered => batch.iter().map(|_| away()).collect(),
            Fault::None | Fault::Refused => appended,
        }
    }

    async fn apply(&self, store: &MemoryStore, changes: &RoomChanges) -> Result<(), StoreError> {
        match self.take() {
            Fault::None => store.apply(changes).await,
            Fault::Refused => away(),
            Fault::Unanswered => {
                store.apply(changes).await?;
                away()
            }
        }
    }
}

type FaultyStores = StorePair<FaultyStore<NextWrite>, FaultyStore<NextWrite>>;

struct World {
    stores: FaultyStores,
    registry: Registry,
    actor: StoreActor<FaultyStores>,
    random: SeededRandom,
    keys: u64,
    revision: u64,
    members: Vec<&'static str>,
    /// The highest position of each that was answered for, since they are a member.
    answered: BTreeMap<&'static str, u64>,
}

fn start(stores: &FaultyStores) -> (Registry, StoreActor<FaultyStores>) {
    let (handle, queue) = StoreHandle::new();
    let registry = Registry::new(Settings::default(), handle);
    let loader = RoomLoader::new(Arc::new(stores.clone()), registry.clone());
    let quotas = MessageQuotas::new(&Limits::default());
    let actor = StoreActor::new(loader, registry.clone(), queue, quotas);
    (registry, actor)
}

impl World {
    async fn new(seed: u64) -> Self {
        let stores = StorePair {
            rooms: FaultyStore::default(),
            messages: FaultyStore::default(),
        };
        let (registry, actor) = start(&stores);
        let mut world = Self {
            stores,
            registry,
            actor,
            random: SeededRandom::new(seed),
            keys: 0,
            revision: 0,
            members: Vec::new(),
            answered: BTreeMap::new(),
        };
        world.change_group(PEOPLE[..3].to_vec()).await;
        world
    }

    async fn step(&mut self) {
        match self.random.below(20) {
            0..=7 => self.send().await,
            8 => self.send_again().await,
            9..=13 => self.read().await,
            14 => self.actor.write(CommandBatch::default()).await,
            15 => self.crash().await,
            16..=17 => self.spoil_next_write(),
            18 => {
                let out = self.random.one_of(&PEOPLE);
                let members = PEOPLE.into_iter().filter(|who| *who != out).collect();
                self.change_group(members).await;
            }
            _ => self.repeat_group().await,
        }
    }

    async fn send(&mut self) {
        self.keys += 1;
        let from = self.random.one_of(&PEOPLE);
        self.append(from, self.keys).await;
    }

    /// Perhaps one that was stored and not answered for.
    async fn send_again(&mut self) {
        let key = self.keys - self.random.below(3).min(self.keys);
        let from = self.random.one_of(&PEOPLE);
        self.append(from, key).await;
    }

    async fn append(&mut self, from: &str, key: u64) {
        let (reply, _answer) = oneshot::channel();
        let draft = MessageDraft {
            from: from.into(),
            ..draft("r", &format!("c-{key}"))
        };
        let append = StoreCommand::Append {
            draft,
            tenant: None,
            origin: None,
            reply: Some(reply),
        };
        self.actor.serve(Some(append)).await;
    }

    async fn read(&mut self) {
        let who = self.random.one_of(&PEOPLE);
        let seq = self.random.below(self.messages().await.len() as u64 + 3);
        let (user, room) = (UserId::from(who), RoomId::from("r"));
        let kind = PositionKind::Read;
        let reached = self.registry.ask(|broker| {
            let room = broker.room(&room)?;
            room.reach(&user, kind, seq)
        });
        let Some(seq) = reached else {
            return;
        };
        let update = PositionUpdate {
            room,
            user,
            kind,
            seq,
        };
        let (reply, answer) = oneshot::channel();
        let moving = StoreCommand::MovePosition {
            update,
            origin: None,
            reply: Some(reply),
        };
        self.actor.serve(Some(moving)).await;
        if answer.await.unwrap().is_ok() {
            let answered = self.answered.entry(who).or_default();
            *answered = (*answered).max(seq);
        }
    }

    async fn crash(&mut self) {
        let (registry, mut actor) = start(&self.stores);
        let _ = (
            self.stores.rooms.faults.take(),
            self.stores.messages.faults.take(),
        );
        actor.recover_unsettled().await.unwrap();
        (self.registry, self.actor) = (registry, actor);
        self.load().await;
    }

    fn spoil_next_write(&mut self) {
        let fault = self.random.one_of(&[Fault::Refused, Fault::Unanswered]);
        let store = match self.random.below(2) {
            0 => &self.stores.rooms,
            _ => &self.stores.messages,
        };
        store.faults.set(fault);
    }

    async fn change_group(&mut self, members: Vec<&'static str>) {
        self.revision += 1;
        self.answered.retain(|user, _| members.contains(user));
        self.members = members;
        // An event that is not answered for comes again.
        while !self.tell_group(self.revision, &self.members.clone()).await {}
    }

    /// An event that comes late, or twice.
    async fn repeat_group(&mut self) {
        let members = PEOPLE[..1].to_vec();
        let revision = self.random.below(self.revision) + 1;
        match revision == self.revision {
            true => self.tell_group(revision, &self.members.clone()).await,
            false => self.tell_group(revision, &members).await,
        };
    }

    async fn tell_group(&mut self, revision: u64, members: &[&str]) -> bool {
        let member = |user: &&str| serde_json::json!({"user_id": user, "name": user});
        let members: Vec<_> = members.iter().map(member).collect();
        let batch = serde_json::json!({
            "source": "scheduler",
            "complete_to": 5,
            "events": [{
                "id": format!("e-{revision}"), "type": "room.changed", "occurred_at": 1,
                "source": "scheduler", "subject": "r", "revision": revision,
                "data": {"room_id": "r", "kind": "group", "members": members, "tenant": "people"},
            }],
        });
        let batch: EventBatch = serde_json::from_value(batch).unwrap();
        let (reply, answer) = oneshot::channel();
        let take = StoreCommand::TakeEvents { batch, reply };
        self.actor.serve(Some(take)).await;
        answer.await.unwrap().is_ok()
    }

    async fn load(&self) {
        self.actor.rooms.load(["r".into()].into()).await.unwrap();
    }

    async fn messages(&self) -> Vec<Message> {
        let page = HistoryPage {
            from: PageFrom::After(0),
            limit: 1_000,
        };
        self.stores.page(&"r".into(), page).await.unwrap()
    }

    /// What everybody is shown is what one finds who counts the messages.
    async fn check(&self, seed: u64) {
        let stored = self.messages().await;
        let room = self
            .registry
            .ask(|broker| broker.room(&"r".into()).cloned())
            .unwrap();
        let members: Vec<&str> = room.members.iter().map(|m| m.user_id.as_str()).collect();
        assert_eq!(members, self.members, "seed {seed}");
        for member in &room.members {
            let view = room.view(wire::UnixMs(0), &member.user_id, false).unwrap();
            let unread = stored.iter().filter(|message| {
                message.seq > view.read_seq
                    && message.seq <= view.last_seq
                    && message.from != member.user_id
            });
            let who = &member.user_id;
            assert_eq!(
                view.unread,
                unread.count() as u64,
                "seed {seed}: {who} {member:?}"
            );
            assert!(view.read_seq <= view.last_seq && view.read_seq + 1 >= view.min_seq);
            let answered = self.answered.get(who.as_str()).copied().unwrap_or(0);
            assert!(
                view.read_seq >= answered,
                "seed {seed}: {who} has read {answered}"
            );
        }
    }
}

#[tokio::test]
async fn cht_153_what_is_unread_is_what_one_counts_whatever_fails() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed).await;
        for _ in 0..STEPS {
            world.step().await;
            world.check(seed).await;
        }
        world.crash().await;
        world.check(seed).await;
        let messages = world.messages().await.len() as u64;
        let room = world
            .registry
            .ask(|broker| broker.room(&"r".into()).cloned());
        assert_eq!(
            room.unwrap().last_seq,
            messages,
            "seed {seed}: all are told"
        );
        // The rows alone say the same, once all is written.
        let rows = &world.stores.rooms(&["r".into()]).await.unwrap()[0];
        let room = world
            .registry
            .ask(|broker| broker.room(&"r".into()).cloned());
        assert_eq!(rows.members, room.unwrap().members, "seed {seed}");
    }
}
