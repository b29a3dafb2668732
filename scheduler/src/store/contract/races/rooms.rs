//! Several who change one group at once: one order, in which each change has a revision of its own.

use std::sync::Arc;

use scheduler_core::{Group, GroupRefusal};
use serde_json::json;
use wire::{RoomId, RoomRole, UserId};

use super::{Store, at_once};
use crate::commands::{self, SignupOutcome};
use crate::store::contract::accounts::signup;
use crate::store::contract::erasures::stored;
use crate::store::contract::harness::{NOW, StoreHarness};
use crate::store::contract::matching::add_people;
use crate::store::contract::rooms::{group_of, making, matched, named, one, owned_key};

const ROUNDS: usize = 40;
/// The one who makes each group, two who are in it, and two who are not.
const PEOPLE: [&str; 5] = ["ana", "bo", "cy", "di", "ed"];

/// Ana's group with Bo and Cy, of whom Bo owns it too.
async fn owned_by_two(store: &Store) -> Group {
    let group = group_of(&**store, "ana", &["bo", "cy"]).await;
    let mut work = store.begin().await.unwrap();
    work.rooms()
        .make_owner(&group.id, &"bo".into())
        .await
        .unwrap();
    work.commit().await.unwrap();
    group
}

async fn five_people(harness: &mut StoreHarness) -> Store {
    let store = harness.store().await;
    add_people(&*store, &PEOPLE).await;
    matched(&*store, "ana", &["bo", "cy", "di", "ed"]).await;
    matched(&*store, "bo", &["cy", "di", "ed"]).await;
    store
}

async fn adds(store: Store, by: &'static str, room: RoomId, who: &'static str) -> bool {
    let (actor, people) = (one(by), named(&one(by), &[who]));
    let added = commands::add_members(&*store, &actor, &room, &people, NOW).await;
    match added.unwrap() {
        Ok(_) => true,
        Err(GroupRefusal::NotFound | GroupRefusal::NotOwner) => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn removes(store: Store, by: &'static str, room: RoomId, who: &'static str) -> bool {
    let removed = commands::remove_member(&*store, &one(by), &room, &who.into(), NOW).await;
    match removed.unwrap() {
        Ok(()) => true,
        Err(GroupRefusal::NotFound | GroupRefusal::NotOwner) => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn closes(store: Store, by: &'static str, room: RoomId) -> bool {
    let closed = commands::close_group(&*store, &one(by), &room, NOW).await;
    closed.unwrap().is_ok()
}

async fn found(store: &Store, room: &RoomId) -> Option<Group> {
    store.rooms().find(room.clone()).await.unwrap()
}

fn ids(group: &Group) -> Vec<&str> {
    group
        .members
        .iter()
        .map(|one| one.user_id.as_str())
        .collect()
}

pub(crate) async fn sch_439_of_two_owners_who_change_the_members_at_once_neither_is_lost(
    mut harness: StoreHarness,
) {
    let store = five_people(&mut harness).await;
    for round in 0..ROUNDS {
        let group = owned_by_two(&store).await;
        let room = group.id;
        let both = match round % 2 {
            0 => {
                let one = adds(Arc::clone(&store), "ana", room.clone(), "di");
                at_once(one, adds(Arc::clone(&store), "bo", room.clone(), "ed")).await
            }
            _ => {
                let one = adds(Arc::clone(&store), "ana", room.clone(), "di");
                at_once(one, removes(Arc::clone(&store), "bo", room.clone(), "cy")).await
            }
        };
        assert_eq!(both, (true, true), "round {round}");
        let group = found(&store, &room).await.unwrap();
        let mut members = ids(&group);
        members.sort_unstable();
        let expected: &[&str] = match round % 2 {
            0 => &["ana", "bo", "cy", "di", "ed"],
            _ => &["ana", "bo", "di"],
        };
        assert_eq!(
            (group.revision, &members[..]),
            (3, expected),
            "round {round}"
        );
        let mut positions: Vec<_> = group.members.iter().map(|one| one.position).collect();
        positions.dedup();
        assert_eq!(positions.len(), members.len(), "each came after another");
    }
}

pub(crate) async fn sch_439_of_all_who_leave_at_once_somebody_owns_or_the_room_is_closed(
    mut harness: StoreHarness,
) {
    let store = five_people(&mut harness).await;
    for round in 0..ROUNDS {
        let group = group_of(&*store, "ana", &["bo", "cy"]).await;
        let room = group.id;
        if round % 2 == 0 {
            assert!(removes(Arc::clone(&store), "cy", room.clone(), "cy").await);
        }
        let both = at_once(
            removes(Arc::clone(&store), "ana", room.clone(), "ana"),
            removes(Arc::clone(&store), "bo", room.clone(), "bo"),
        )
        .await;
        assert_eq!(both, (true, true), "round {round}");
        match found(&store, &room).await {
            None => assert_eq!(round % 2, 0, "round {round}"),
            Some(group) => {
                assert_eq!(
                    (ids(&group), group.revision),
                    (vec!["cy"], 3),
                    "round {round}"
                );
                assert_eq!(group.members[0].role, RoomRole::Owner, "round {round}");
            }
        }
    }
}

pub(crate) async fn sch_439_of_an_end_and_a_joining_at_once_nobody_stays_in_what_is_closed(
    mut harness: StoreHarness,
) {
    let store = five_people(&mut harness).await;
    for round in 0..ROUNDS {
        let room = owned_by_two(&store).await.id;
        let (closed, _) = at_once(
            closes(Arc::clone(&store), "bo", room.clone()),
            adds(Arc::clone(&store), "ana", room.clone(), "di"),
        )
        .await;
        assert!(closed, "round {round}");
        assert_eq!(found(&store, &room).await, None, "round {round}");
        let left = store.rooms().export("di".into(), 10).await.unwrap();
        assert!(left.is_empty(), "round {round}: {left:?}");
    }
}

pub(crate) async fn sch_439_of_a_block_and_a_group_at_once_each_is_done_as_it_came(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let [ana, bo, cy] = ["ana", "bo", "cy"].map(|name| format!("{name}-{round}"));
        add_people(&*store, &[&ana, &bo, &cy]).await;
        matched(&*store, &ana, &[&bo, &cy]).await;
        let command = making(
            &one(&ana),
            &json!([{"user_id": bo}, {"user_id": cy}]),
            "Hiking",
        );
        let (making, blocking) = (Arc::clone(&store), Arc::clone(&store));
        let (by, user) = (UserId::from(bo.as_str()), UserId::from(ana.as_str()));
        let (made, blocked) = at_once(
            async move {
                commands::make_group(&*making, command, None, NOW)
                    .await
                    .unwrap()
            },
            async move { commands::block(&*blocking, &by, &user, NOW).await.unwrap() },
        )
        .await;
        blocked.outcome.unwrap();
        // The one before the other: who was put into it first stays.
        let listed = store.rooms().export(bo.as_str().into(), 10).await.unwrap();
        assert_eq!(listed.len(), usize::from(made.is_ok()), "round {round}");
    }
}

pub(crate) async fn sch_439_of_an_erasure_and_a_joining_at_once_nobody_stays_who_has_left(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let names = ["ana", "bo", "cy"].map(|name| format!("{name}-{round}"));
        for user in &names {
            let done = commands::sign_up(&*store, &signup(user, user), NOW).await;
            assert_eq!(done.unwrap(), SignupOutcome::Done);
        }
        let [ana, bo, cy] = names;
        matched(&*store, &ana, &[&bo, &cy]).await;
        let command = making(
            &one(&ana),
            &json!([{"user_id": cy}, {"user_id": ana}]),
            "Hiking",
        );
        let made = commands::make_group(&*store, command, None, NOW).await;
        let room = made.unwrap().unwrap().id;
        let account = stored(&*store, &bo).await;
        let (erasing, adding) = (Arc::clone(&store), Arc::clone(&store));
        let (actor, people, added_to) = (one(&ana), named(&one(&ana), &[&bo]), room.clone());
        let (erased, _) = at_once(
            async move { commands::erase(&*erasing, &account, NOW).await.unwrap() },
            async move {
                let added = commands::add_members(&*adding, &actor, &added_to, &people, NOW).await;
                added.unwrap().is_ok()
            },
        )
        .await;
        assert!(erased.is_some(), "round {round}");
        let group = found(&store, &room).await.unwrap();
        assert_eq!(ids(&group), [&ana, &cy], "round {round}");
    }
}

pub(crate) async fn sch_439_a_key_that_comes_twice_at_once_makes_one_group(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let shop = scheduler_core::GroupActor::Application("shop".to_owned());
    for round in 0..ROUNDS {
        let person = |name: &str| json!({"external_id": format!("{name}-{round}"), "name": name});
        let command = making(&shop, &json!([person("Ann"), person("Bo")]), "Hiking");
        let make = |store: Store| {
            let (command, key) = (command.clone(), owned_key(&round.to_string()));
            async move {
                let made = commands::make_group(&*store, command, Some(&key), NOW).await;
                match made.unwrap() {
                    Ok(group) => group.id.0,
                    Err(GroupRefusal::Repeated(made)) => made.id,
                    Err(other) => panic!("{other:?}"),
                }
            }
        };
        let (one, other) = at_once(make(Arc::clone(&store)), make(Arc::clone(&store))).await;
        assert_eq!(one, other, "round {round}");
        let count = store.rooms().count("shop".into()).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), round + 1);
    }
}
