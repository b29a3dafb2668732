//! Two processes on one database of rooms, round by round at the same moment: nothing depends on more than
//! READ COMMITTED, and whoever loses a race writes after all.

mod appends;
mod feeds;
mod outbox;
mod people;

use std::sync::Arc;

use chat::Removal;
use chat::store::sql::SqlRooms;
use chat::store::{Opening, RoomChanges, RoomStore, SettledHead, StoredRoom};
use chat_core::{MemberProgress, PositionKind};
use storage::Inbox;
use storage::testing::TestEngine;
use tokio::sync::Barrier;
use wire::{EventBatch, Participant, RoomId, UnixMs};

use crate::contract::{event, moved, opened, opening};
use crate::sql::SqlFactory;

const ROUNDS: u64 = 200;
/// Rounds whose events are looked at together: fewer than one batch has.
const LOOKED_AT_TOGETHER: u64 = 50;
/// Rooms of one round. Each process names them in an order of its own.
const ROOMS: [&str; 2] = ["a", "b"];

/// Every race as a test on one engine.
macro_rules! races {
    ($module:ident, $engine:expr) => {
        mod $module {
            use storage::testing::TestEngine;

            #[tokio::test]
            async fn cht_72_positions_that_race_only_rise() {
                super::positions_only_rise($engine).await;
            }

            #[tokio::test]
            async fn cht_73_a_room_that_two_open_at_once_has_one_epoch_and_all_members() {
                super::two_open_one_room($engine).await;
            }

            #[tokio::test]
            async fn cht_72_heads_that_race_only_rise() {
                super::heads_only_rise($engine).await;
            }

            #[tokio::test]
            async fn cht_74_removals_that_race_keep_their_latest_time() {
                super::removals_keep_the_latest($engine).await;
            }

            #[tokio::test]
            async fn cht_75_a_batch_that_two_take_at_once_has_one_effect() {
                super::a_batch_is_taken_once($engine).await;
            }

            #[tokio::test]
            async fn cht_91_who_is_erased_while_they_are_named_is_in_no_room() {
                super::people::are_not_named_while_erased($engine).await;
            }

            #[tokio::test]
            async fn cht_85_of_blocks_that_race_the_latest_counts() {
                super::people::blocks_keep_the_latest($engine).await;
            }

            #[tokio::test]
            async fn cht_219_feeds_of_who_come_and_go_hold_what_was_posted_since() {
                super::feeds::hold_what_was_posted_since($engine).await;
            }

            #[tokio::test]
            async fn cht_222_who_reads_while_posts_come_into_feeds_misses_none() {
                super::feeds::miss_nothing_meanwhile($engine).await;
            }

            #[tokio::test]
            async fn cht_76_a_reader_sees_every_event_in_the_order_of_the_commits() {
                super::outbox::order_is_that_of_the_commits($engine).await;
            }
        }
    };
}

races!(on_sqlite, TestEngine::Sqlite);
races!(on_postgres, TestEngine::Postgres);
races!(on_mysql, TestEngine::MySql);

/// Two processes on one database; what they stand on goes with it.
pub(crate) struct Two {
    factory: SqlFactory,
    stores: [Arc<SqlRooms>; 2],
}

impl Two {
    /// `None`, and the test is left out, where there is no such server.
    pub(crate) async fn on(engine: TestEngine) -> Option<Self> {
        let factory = SqlFactory::on(engine);
        let first = factory.room_database().await?;
        let second = factory.room_database().await?;
        let stores = [first, second].map(|database| Arc::new(SqlRooms::new(database)));
        Some(Self { factory, stores })
    }

    /// Both write at once; returns when both have.
    async fn apply(&self, changes: [RoomChanges; 2]) {
        let barrier = Arc::new(Barrier::new(2));
        let [one, two] = changes;
        let write = |store: &Arc<SqlRooms>, changes: RoomChanges| {
            let (store, barrier) = (Arc::clone(store), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                store.apply(&changes).await
            })
        };
        let writing = [write(&self.stores[0], one), write(&self.stores[1], two)];
        for written in writing {
            written.await.unwrap().expect("who loses writes after all");
        }
    }

    /// Those rooms, which were opened, as the first process reads them.
    async fn rooms<S: AsRef<str>>(&self, ids: &[S]) -> Vec<StoredRoom> {
        let ids: Vec<_> = ids.iter().map(|id| RoomId::from(id.as_ref())).collect();
        let rooms = self.stores[0].rooms(&ids).await.unwrap();
        assert_eq!(rooms.len(), ids.len());
        rooms
    }
}

/// `rooms` in one order for one process and in the other for the other.
fn in_two_orders<T: Clone>(items: Vec<T>) -> [Vec<T>; 2] {
    let mut other = items.clone();
    other.reverse();
    [items, other]
}

async fn open_rooms(two: &Two, members: &[&str]) {
    let openings = ROOMS.map(|room| opening(room, members, None));
    two.stores[0]
        .apply(&opened(openings.to_vec()))
        .await
        .unwrap();
}

async fn positions_only_rise(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    open_rooms(&two, &["Ann", "Bo"]).await;
    let (mut read, mut delivered) = (0, 0);
    for round in 1..=ROUNDS {
        // Ann's telephone is ahead of her computer; which process each is at changes.
        let at = |room: &str, kind, seq| moved(room, "ann", kind, seq).positions.remove(0);
        let telephone = |room: &&str| {
            [
                at(room, PositionKind::Read, round),
                at(room, PositionKind::Delivered, round + 2),
            ]
        };
        let computer = |room: &&str| [at(room, PositionKind::Read, round - 1)];
        let [one, other] = in_two_orders(ROOMS.to_vec());
        let ahead: Vec<MemberProgress> = one.iter().flat_map(telephone).collect();
        let behind: Vec<MemberProgress> = other.iter().flat_map(computer).collect();
        let changes = |positions| RoomChanges {
            positions,
            ..RoomChanges::default()
        };
        let mut both = [changes(ahead), changes(behind)];
        if round % 2 == 0 {
            both.reverse();
        }
        let seen = async {
            // While they write: no lower than in the last round.
            let ann = &two.rooms(&["b"]).await[0].members[0];
            (ann.read_seq, ann.delivered_seq)
        };
        let ((), during) = futures_util::future::join(two.apply(both), seen).await;
        assert!(during.0 >= read && during.1 >= delivered, "{during:?}");
        for room in two.rooms(&ROOMS).await {
            (read, delivered) = (room.members[0].read_seq, room.members[0].delivered_seq);
            assert_eq!((read, delivered), (round, round + 2));
            assert_eq!(room.members[1].read_seq, 0);
        }
    }
}

async fn two_open_one_room(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    for round in 0..ROUNDS {
        let rooms = ROOMS.map(|room| format!("{room}{round}"));
        let open = |names: [&str; 2], epoch: &str, revision| {
            let members = names.map(|name| Participant {
                user_id: name[..2].to_lowercase().as_str().into(),
                name: name.to_owned(),
            });
            let open = |room: &String| Opening {
                epoch: epoch.to_owned(),
                members: members.to_vec(),
                ..opening(room, &[], revision)
            };
            rooms.iter().map(open).collect::<Vec<_>>()
        };
        let mut openings = [
            open(["Bo of revision 1", "Ann"], "one", Some(1)),
            open(["Bo of revision 2", "Cyd"], "other", Some(2)),
        ];
        openings[1].reverse();
        if round % 2 == 0 {
            openings.reverse();
        }
        two.apply(openings.map(opened)).await;
        for stored in two.rooms(&rooms).await {
            let names: Vec<_> = stored.members.iter().map(|m| m.name.as_str()).collect();
            assert_eq!(names, ["Ann", "Bo of revision 2", "Cyd"], "{round}");
            assert!(["one", "other"].contains(&stored.epoch.as_str()));
        }
    }
}

async fn heads_only_rise(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    open_rooms(&two, &["Ann"]).await;
    for round in 1..=ROUNDS {
        let head = |room: &&str, last_seq: u64| SettledHead {
            room: RoomId::from(*room),
            last_seq,
            active_at: UnixMs(10_000 + last_seq as i64),
        };
        let [one, other] = in_two_orders(ROOMS.to_vec());
        let changes = |settled| RoomChanges {
            settled,
            ..RoomChanges::default()
        };
        two.apply([
            changes(one.iter().map(|room| head(room, round)).collect()),
            changes(other.iter().map(|room| head(room, round - 1)).collect()),
        ])
        .await;
        for room in two.rooms(&ROOMS).await {
            let expected = (round, UnixMs(10_000 + round as i64));
            assert_eq!((room.last_seq, room.active_at), expected);
        }
    }
}

async fn removals_keep_the_latest(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    let begun = service::clock::now();
    for round in 1..=ROUNDS {
        let removal = |user: &&str, at: u64| Removal {
            session: Some("s".into()),
            user: (*user).into(),
            at: begun + at as i64,
        };
        let [one, other] = in_two_orders(vec!["ann", "bo"]);
        let changes = |removals| RoomChanges {
            removals,
            ..RoomChanges::default()
        };
        two.apply([
            changes(one.iter().map(|user| removal(user, round)).collect()),
            changes(other.iter().map(|user| removal(user, round - 1)).collect()),
        ])
        .await;
        let kept = two.stores[1].removals(begun).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert!(kept.iter().all(|one| one.at == begun + round as i64));
    }
}

async fn a_batch_is_taken_once(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    let outbox = two.stores[0].outbox();
    for round in 0..ROUNDS {
        let room = format!("r{round}");
        let batch = EventBatch {
            source: "scheduler".to_owned(),
            node: "n".to_owned(),
            events: [1, 2].map(|n| event(&format!("e-{round}-{n}"))).to_vec(),
            complete_to: UnixMs(round as i64),
        };
        let changes = RoomChanges {
            openings: vec![opening(&room, &["Ann"], Some(1))],
            events: vec![event(&format!("told-{round}"))],
            taken: vec![batch.clone()],
            ..RoomChanges::default()
        };
        two.apply([changes.clone(), changes]).await;
        assert_eq!(two.rooms(&[&room]).await[0].members.len(), 1);
        if (round + 1) % LOOKED_AT_TOGETHER == 0 {
            let told = outbox.pending("scheduler").await.unwrap();
            let ids: Vec<_> = told.events.iter().map(|event| event.id.clone()).collect();
            let first = round + 1 - LOOKED_AT_TOGETHER;
            let expected: Vec<_> = (first..=round).map(|n| format!("told-{n}")).collect();
            assert_eq!(ids, expected, "each once");
            outbox.delivered("scheduler", told.last).await.unwrap();
            let database = two.factory.room_database().await.expect("it is there");
            let mut transaction = database.begin().await.unwrap();
            for event in &batch.events {
                let again = Inbox::take(&mut transaction, event, UnixMs(0));
                assert!(!again.await.unwrap(), "it was taken");
            }
            drop(transaction);
            database.close().await;
        }
    }
}
