//! The stores in SQL databases, and what only those that last promise. Rooms are on each engine, messages in SQLite.

use std::collections::BTreeMap;

use chat::store::sql::{SqlMessages, SqlRooms};
use chat::store::{Appended, RoomChanges, RoomStore, StorePair};
use chat_core::PositionKind;
use storage::testing::{TestDatabase, TestEngine};
use storage::{Database, Schema};
use tokio::sync::OnceCell;
use wire::{UnixMs, UserId};

use crate::contract::{
    FeedFactory, StoreFactory, append, blocked, closed, erased, event, fill, is_closed,
    keeps_feeds, keeps_messages, keeps_rooms, members, moved, new, opened, opening, settled,
    stored,
};

pub(crate) type SqlStores = StorePair<SqlRooms, SqlMessages>;

/// Databases that go with it.
pub(crate) struct SqlFactory {
    engine: TestEngine,
    rooms: OnceCell<Option<TestDatabase>>,
    messages: OnceCell<Option<TestDatabase>>,
}

impl SqlFactory {
    pub(crate) fn on(engine: TestEngine) -> Self {
        Self {
            engine,
            rooms: OnceCell::new(),
            messages: OnceCell::new(),
        }
    }

    /// The database of the rooms, opened as another process would.
    pub(crate) async fn room_database(&self) -> Option<Database> {
        Self::open(&self.rooms, self.engine).await
    }

    async fn open(
        created: &OnceCell<Option<TestDatabase>>,
        engine: TestEngine,
    ) -> Option<Database> {
        let made = created.get_or_init(|| TestDatabase::create(engine)).await;
        Some(made.as_ref()?.open(Schema::chat()).await.unwrap())
    }
}

impl StoreFactory for SqlFactory {
    type Store = SqlStores;

    async fn make(&self) -> Option<SqlStores> {
        let rooms = self.room_database().await?;
        let messages = match self.engine {
            TestEngine::Sqlite => rooms.clone(),
            _ => Self::open(&self.messages, TestEngine::Sqlite).await?,
        };
        Some(StorePair {
            rooms: SqlRooms::new(rooms),
            messages: SqlMessages::new(messages),
        })
    }
}

impl FeedFactory for SqlFactory {
    type Feed = SqlRooms;

    async fn make_feed(&self) -> Option<SqlRooms> {
        Some(SqlRooms::new(self.room_database().await?))
    }
}

/// What only a store that lasts promises.
macro_rules! keeps_it_for_good {
    ($engine:expr) => {
        #[tokio::test]
        async fn cht_51_events_wait_in_order_each_once() {
            super::events_wait_in_order_each_once($engine).await;
        }

        #[tokio::test]
        async fn cht_52_everything_survives_a_reopening() {
            super::everything_survives_a_reopening($engine).await;
        }

        #[tokio::test]
        async fn cht_81_closings_blocks_and_erasures_survive_a_reopening() {
            super::closings_blocks_and_erasures_survive($engine).await;
        }

        #[tokio::test]
        async fn cht_267_when_people_were_last_active_is_kept_and_forgotten() {
            super::last_activity_is_kept_and_forgotten($engine).await;
        }

        #[tokio::test]
        async fn cht_69_what_waited_long_is_written_in_one_transaction() {
            super::much_is_written_together($engine).await;
        }
    };
}

mod on_sqlite {
    use super::*;

    keeps_messages!(SqlFactory::on(TestEngine::Sqlite));
    keeps_rooms!(SqlFactory::on(TestEngine::Sqlite));
    keeps_feeds!(SqlFactory::on(TestEngine::Sqlite));
    keeps_it_for_good!(TestEngine::Sqlite);
}

mod on_postgres {
    use super::*;

    keeps_rooms!(SqlFactory::on(TestEngine::Postgres));
    keeps_feeds!(SqlFactory::on(TestEngine::Postgres));
    keeps_it_for_good!(TestEngine::Postgres);
}

mod on_mysql {
    use super::*;

    keeps_rooms!(SqlFactory::on(TestEngine::MySql));
    keeps_feeds!(SqlFactory::on(TestEngine::MySql));
    keeps_it_for_good!(TestEngine::MySql);
}

async fn events_wait_in_order_each_once(engine: TestEngine) {
    let factory = SqlFactory::on(engine);
    let Some(store) = factory.make().await else {
        return;
    };
    let events = vec![event("f-1"), event("f-2")];
    for _ in 0..2 {
        let changes = RoomChanges {
            events: events.clone(),
            ..RoomChanges::default()
        };
        store.apply(&changes).await.unwrap();
    }
    let pending = store.rooms.outbox().pending("scheduler").await.unwrap();
    assert_eq!(pending.events, events);
}

async fn everything_survives_a_reopening(engine: TestEngine) {
    let factory = SqlFactory::on(engine);
    let Some(store) = factory.make().await else {
        return;
    };
    store
        .apply(&opened(vec![opening("r", &["Ann"], None)]))
        .await
        .unwrap();
    fill(&store, "r", 3).await;
    store.rooms.close().await;
    store.messages.close().await;
    let store = factory.make().await.expect("it was there before");
    let again = append(&store, &[new("r", "ann", "c-2", "hi")]).await;
    assert!(matches!(&again[0], Appended::Repeat(message) if message.seq == 2));
    let next = append(&store, &[new("r", "ann", "c-4", "hi")]).await;
    assert_eq!(stored(&next[0]).seq, 4);
    let rooms = store.rooms(&["r".into()]).await.unwrap();
    assert_eq!(rooms[0].epoch, "epoch 0");
}

async fn closings_blocks_and_erasures_survive(engine: TestEngine) {
    let factory = SqlFactory::on(engine);
    let Some(store) = factory.make().await else {
        return;
    };
    let rooms = ["closed", "of two"].map(|room| opening(room, &["Ann", "Bo"], None));
    let group = opening("group", &["Ann", "Kim"], None);
    store
        .apply(&opened([&rooms[..], &[group]].concat()))
        .await
        .unwrap();
    store.apply(&closed("closed")).await.unwrap();
    let block = blocked("bo", "ann", true, 5, "e");
    store.apply(&block).await.unwrap();
    store.apply(&erased("kim")).await.unwrap();
    store.rooms.close().await;
    store.messages.close().await;
    let store = factory.make().await.expect("it was there before");
    for (room, expected) in [("closed", true), ("of two", true), ("group", false)] {
        assert_eq!(is_closed(&store, room).await, expected, "{room}");
    }
    assert_eq!(members(&store, "group").await, ["Ann"]);
}

/// Of one person the latest counts, and of who is erased nothing is kept, whatever comes late.
async fn last_activity_is_kept_and_forgotten(engine: TestEngine) {
    let factory = SqlFactory::on(engine);
    let Some(store) = factory.make().await else {
        return;
    };
    let rooms = &store.rooms;
    let ids: Vec<UserId> = ["ann", "bo", "kim"].map(UserId::from).to_vec();
    let active = |noted: &[(&str, i64)]| -> BTreeMap<UserId, UnixMs> {
        let noted = noted.iter();
        noted
            .map(|(user, at)| ((*user).into(), UnixMs(*at)))
            .collect()
    };
    for noted in [
        &[("ann", 5), ("bo", 7), ("kim", 1)][..],
        &[("ann", 9), ("bo", 6)],
        &[],
    ] {
        rooms.note_active(&active(noted)).await.unwrap();
    }
    let known = rooms.last_active(&ids).await.unwrap();
    assert_eq!(known, active(&[("ann", 9), ("bo", 7), ("kim", 1)]));
    store.apply(&erased("bo")).await.unwrap();
    let late = active(&[("bo", 99), ("ann", 10)]);
    rooms.note_active(&late).await.unwrap();
    let known = rooms.last_active(&ids).await.unwrap();
    assert_eq!(known, active(&[("ann", 10), ("kim", 1)]));
    for forgotten in [1, 0] {
        assert_eq!(rooms.forget_active(UnixMs(10), 5).await.unwrap(), forgotten);
    }
    let known = rooms.last_active(&ids).await.unwrap();
    assert_eq!(known, active(&[("ann", 10)]));
}

/// As much as may wait while rooms are away.
async fn much_is_written_together(engine: TestEngine) {
    let factory = SqlFactory::on(engine);
    let Some(store) = factory.make().await else {
        return;
    };
    let rooms: Vec<String> = (0..4_096).map(|n| format!("r{n:04}")).collect();
    let openings = rooms.iter().map(|room| opening(room, &["Ann", "Bo"], None));
    store.apply(&opened(openings.collect())).await.unwrap();
    let mut changes = RoomChanges::default();
    for room in &rooms {
        let position = moved(room, "ann", PositionKind::Read, 7).positions;
        changes.positions.extend(position);
        changes.settled.extend(settled(room, 7, 7_000).settled);
    }
    let events = (0..2_000).map(|n| event(&format!("f-{n}")));
    changes.events.extend(events);
    store.apply(&changes).await.unwrap();
    let ids: Vec<_> = rooms.iter().map(|room| room.as_str().into()).collect();
    let stored = store.rooms(&ids).await.unwrap();
    assert_eq!(stored.len(), rooms.len());
    for room in stored {
        let (ann, bo) = (&room.members[0], &room.members[1]);
        assert_eq!((room.last_seq, ann.read_seq, bo.read_seq), (7, 7, 0));
    }
}
