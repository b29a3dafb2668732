//! What is promised of groups, and of how much of a room its members wrote.

use chat::store::{RoomChanges, RoomStore, StoredRoom, Stores};
use chat_core::{MemberProgress, PositionKind};
use testkit::SeededRandom;
use wire::{RoomId, RoomKind, RoomRole};

use super::{append, closed, erased, fill, grouped, moved, new, opened, opening, settled};

/// Orders of facts that are tried on a real database.
const SEEDS: u64 = 25;

fn wrote(room: &str, user: &str, read_seq: u64, sent: u64, sent_read: u64) -> RoomChanges {
    let progress = MemberProgress {
        room: room.into(),
        user: user.into(),
        read_seq,
        delivered_seq: read_seq,
        sent,
        sent_read,
    };
    RoomChanges {
        positions: vec![progress],
        ..RoomChanges::default()
    }
}

async fn the_room(store: &impl RoomStore, id: &str) -> StoredRoom {
    store.rooms(&[id.into()]).await.unwrap().remove(0)
}

fn ids(room: &StoredRoom) -> Vec<&str> {
    room.members.iter().map(|m| m.user_id.as_str()).collect()
}

/// Counts only rise, in whatever order they come, and what is unread is what they come to.
pub(crate) async fn cht_154_what_members_wrote_is_counted_once(store: impl Stores) {
    let rooms = ["r", "q"].map(|room| opening(room, &["Ann", "Bo"], None));
    store.apply(&opened(rooms.to_vec())).await.unwrap();
    let mut changes = settled("r", 9, 5_000);
    changes.settled.extend(settled("q", 3, 6_000).settled);
    store.apply(&changes).await.unwrap();
    for changes in [
        wrote("r", "ann", 4, 5, 2),
        wrote("r", "ann", 2, 3, 1),
        wrote("r", "ann", 4, 5, 2),
        wrote("r", "stranger", 9, 9, 9),
    ] {
        store.apply(&changes).await.unwrap();
    }
    let room = the_room(&store, "r").await;
    let ann = &room.members[0];
    assert_eq!((ann.read_seq, ann.sent, ann.sent_read), (4, 5, 2));
    assert_eq!(
        (ann.unread(room.last_seq), room.members[1].unread(9)),
        (2, 9)
    );
    let unread = async |user: &str, limit| store.unread_of(&user.into(), limit).await.unwrap();
    assert_eq!(unread("ann", 9).await, [("q".into(), 3), ("r".into(), 2)]);
    assert_eq!(unread("ann", 1).await, [("q".into(), 3)]);
    store
        .apply(&moved("q", "ann", PositionKind::Read, 3))
        .await
        .unwrap();
    assert_eq!(unread("ann", 9).await, [("r".into(), 2)]);
    assert_eq!(unread("stranger", 9).await, []);
}

/// Above one message and up to another, page after page.
pub(crate) async fn cht_154_what_one_wrote_in_a_span_is_counted(store: impl Stores) {
    fill(&store, "r", 450).await;
    append(&store, &[new("r", "bo", "c-1", "hi")]).await;
    let count = async |user: &str, after, through| {
        let (user, room) = (user.into(), "r".into());
        let counted = store.count_written_by(&user, &room, after, through);
        counted.await.unwrap()
    };
    assert_eq!(count("ann", 0, 451).await, 450);
    assert_eq!(count("ann", 10, 420).await, 410);
    assert_eq!(count("ann", 450, 451).await, 0);
    assert_eq!(
        (count("bo", 0, 450).await, count("bo", 450, 451).await),
        (0, 1)
    );
}

/// A higher revision replaces name, members and roles; a lower one, and the same again, change nothing.
pub(crate) async fn cht_161_a_groups_members_are_of_its_highest_revision(store: impl Stores) {
    store
        .apply(&grouped("g", &["ANN", "Bo", "Kim"], 2))
        .await
        .unwrap();
    let second = the_room(&store, "g").await;
    assert_eq!((second.kind, second.revision), (RoomKind::Group, 2));
    assert_eq!(
        (second.name.as_deref(), second.epoch.as_str()),
        (Some("name 2"), "epoch 2")
    );
    assert_eq!(
        (second.members[0].role, second.members[1].role),
        (RoomRole::Owner, RoomRole::Member)
    );
    for (members, revision) in [(["Lee"], 1), (["Lee"], 2)] {
        store
            .apply(&grouped("g", &members, revision))
            .await
            .unwrap();
        assert_eq!(the_room(&store, "g").await, second);
    }
    store
        .apply(&moved("g", "bo", PositionKind::Read, 7))
        .await
        .unwrap();
    store.apply(&grouped("g", &["Ann", "BO"], 5)).await.unwrap();
    let fifth = the_room(&store, "g").await;
    assert_eq!(
        (ids(&fifth), fifth.members[0].role),
        (vec!["ann", "bo"], RoomRole::Member)
    );
    assert_eq!(
        (fifth.members[1].role, fifth.members[1].read_seq),
        (RoomRole::Owner, 7)
    );
    assert_eq!(fifth.epoch, "epoch 2");
    assert!(
        store
            .rooms_of(&"kim".into(), None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    // What closes it stays, whatever is told of its members.
    store.apply(&closed("g")).await.unwrap();
    store.apply(&grouped("g", &["Ann"], 6)).await.unwrap();
    let sixth = the_room(&store, "g").await;
    assert!(sixth.closed && ids(&sixth) == ["ann"]);
}

/// Those who found a group read all of it; who joins, and who comes again, reads from there on.
pub(crate) async fn cht_162_who_joins_a_group_reads_from_its_head_on(store: impl Stores) {
    store.apply(&grouped("g", &["Ann", "Bo"], 1)).await.unwrap();
    let mut changes = settled("g", 5, 5_000);
    changes.positions = wrote("g", "bo", 5, 2, 2).positions;
    changes.groups = grouped("g", &["Ann", "Bo", "Kim"], 2).groups;
    store.apply(&changes).await.unwrap();
    let from = |room: &StoredRoom| -> Vec<(u64, u64, u64)> {
        let from = |m: &chat_core::Membership| (m.from_seq, m.read_seq, m.sent);
        room.members.iter().map(from).collect()
    };
    let room = the_room(&store, "g").await;
    assert_eq!(from(&room), [(1, 0, 0), (1, 5, 2), (6, 5, 0)]);
    store
        .apply(&grouped("g", &["Ann", "Kim"], 3))
        .await
        .unwrap();
    store.apply(&settled("g", 8, 8_000)).await.unwrap();
    // What is told late of who is gone is nothing.
    store.apply(&wrote("g", "bo", 7, 3, 3)).await.unwrap();
    store
        .apply(&grouped("g", &["Ann", "Bo", "Kim"], 4))
        .await
        .unwrap();
    let room = the_room(&store, "g").await;
    assert_eq!(from(&room), [(1, 0, 0), (9, 8, 0), (6, 5, 0)]);
    // Of those of a pair that becomes a group nothing is taken.
    store
        .apply(&opened(vec![opening("p", &["Ann", "Bo"], None)]))
        .await
        .unwrap();
    store.apply(&settled("p", 4, 4_000)).await.unwrap();
    store
        .apply(&grouped("p", &["Ann", "Kim"], 1))
        .await
        .unwrap();
    assert_eq!(from(&the_room(&store, "p").await), [(1, 0, 0), (5, 4, 0)]);
}

/// Late, doubled and reordered, in one commit and in several: the same name and members in the end.
pub(crate) async fn cht_163_facts_of_groups_in_any_order_end_the_same(store: impl Stores) {
    end_the_same(&store, SEEDS).await;
}

pub(crate) async fn end_the_same(store: &impl Stores, seeds: u64) {
    const PEOPLE: [&str; 6] = ["Ann", "Bo", "KIM", "Lee", "Max", "NED"];
    for seed in 0..seeds {
        let mut random = SeededRandom::new(seed);
        let room = format!("g{seed}");
        let facts: Vec<RoomChanges> = (1..=6)
            .map(|revision| {
                let members: Vec<&str> = PEOPLE
                    .into_iter()
                    .filter(|_| random.below(2) == 0)
                    .collect();
                let mut fact = grouped(&room, &members, revision);
                if revision == 3 {
                    fact.closings = closed(&room).closings;
                }
                fact
            })
            .collect();
        let mut told = [facts.clone(), facts.clone()].concat();
        random.shuffle(&mut told);
        for together in told.chunks(random.one_of(&[1, 2, 3])) {
            let mut changes = RoomChanges::default();
            for fact in together {
                changes.groups.extend(fact.groups.clone());
                changes.closings.extend(fact.closings.clone());
            }
            store.apply(&changes).await.unwrap();
        }
        let last = &facts[5].groups[0];
        let stored = store.rooms(&[RoomId::from(room.as_str())]).await.unwrap();
        let stored = &stored[0];
        let members: Vec<_> = stored
            .members
            .iter()
            .map(|m| (&m.user_id, &m.name, m.role))
            .collect();
        let expected: Vec<_> = last
            .members
            .iter()
            .map(|m| (&m.user_id, &m.name, m.role))
            .collect();
        assert_eq!(members, expected, "seed {seed}");
        assert_eq!(
            (&stored.name, stored.revision),
            (&last.name, 6),
            "seed {seed}"
        );
        assert!(stored.closed, "seed {seed}");
    }
}

/// A ticket or a booking adds nobody to a group, and a fact nobody who was erased.
pub(crate) async fn cht_164_nobody_comes_into_a_group_by_a_ticket_or_after_erasure(
    store: impl Stores,
) {
    store.apply(&grouped("g", &["Ann", "Bo"], 3)).await.unwrap();
    for revision in [None, Some(9)] {
        let changes = opened(vec![opening("g", &["Eve", "ANN"], revision)]);
        store.apply(&changes).await.unwrap();
    }
    let room = the_room(&store, "g").await;
    assert_eq!(
        (ids(&room), room.members[0].name.as_str()),
        (vec!["ann", "bo"], "Ann")
    );
    store.apply(&wrote("g", "bo", 1, 1, 1)).await.unwrap();
    store.apply(&erased("bo")).await.unwrap();
    store
        .apply(&grouped("g", &["Ann", "Bo", "Kim"], 4))
        .await
        .unwrap();
    assert_eq!(ids(&the_room(&store, "g").await), ["ann", "kim"]);
}
