//! What a store must do about rooms of groups.

use scheduler_core::{
    Group, GroupActor, GroupRefusal, IdempotencyKey, JobAction, MakeGroupCommand, Match, OwnedKey,
    Pair, ParticipantRef, check_new_members, check_room,
};
use serde_json::{Value, json};
use wire::{Event, ListedGroup, Participant, RoomId, RoomRole, UnixMs, UserId};

use super::accounts::signup;
use super::erasures::stored;
use super::harness::{NOW, StoreHarness, all_of, key, with_action};
use super::matching::add_people;
use crate::commands::{self, SignupOutcome};
use crate::store::{GroupQuery, SchedulerStore};

pub(crate) fn one(id: &str) -> GroupActor {
    GroupActor::Person(id.into())
}

fn shop() -> GroupActor {
    GroupActor::Application("shop".to_owned())
}

/// A match of that person with each of the others.
pub(crate) async fn matched(store: &dyn SchedulerStore, user: &str, others: &[&str]) {
    let mut work = store.begin().await.unwrap();
    for other in others {
        let pair = Pair::of(&user.into(), &(*other).into());
        let participant = |id: &UserId| Participant {
            user_id: id.clone(),
            name: id.as_str().to_uppercase(),
        };
        let made = Match {
            id: format!("m-{user}-{other}").as_str().into(),
            application: scheduler_core::PEOPLE.into(),
            participants: [participant(pair.low()), participant(pair.high())],
            room_id: format!("r-{user}-{other}").as_str().into(),
            created_at: NOW,
            ended_at: None,
        };
        work.matches().insert(&made).await.unwrap();
    }
    work.commit().await.unwrap();
}

pub(crate) fn making(actor: &GroupActor, participants: &Value, name: &str) -> MakeGroupCommand {
    let asked = json!({"participants": participants, "name": name});
    let checked = check_room(actor, serde_json::from_value(asked).unwrap()).unwrap();
    MakeGroupCommand {
        actor: actor.clone(),
        people: checked.people,
        name: checked.name,
    }
}

pub(crate) fn named(actor: &GroupActor, ids: &[&str]) -> Vec<ParticipantRef> {
    let asked = json!({"participants": by_id(ids)});
    check_new_members(actor, serde_json::from_value(asked).unwrap()).unwrap()
}

fn by_id(ids: &[&str]) -> Value {
    let ids = ids.iter().map(|id| json!({"user_id": id}));
    ids.collect()
}

/// A group of that person's with others whom they are matched with.
pub(crate) async fn group_of(store: &dyn SchedulerStore, user: &str, others: &[&str]) -> Group {
    let command = making(&one(user), &by_id(others), "Hiking");
    let made = commands::make_group(store, command, None, NOW).await;
    made.unwrap().unwrap()
}

pub(crate) fn owned_key(text: &str) -> OwnedKey {
    OwnedKey {
        application: "shop".to_owned(),
        key: IdempotencyKey {
            scope: "POST /v1/rooms".into(),
            ..key(text, "f")
        },
    }
}

async fn find(store: &dyn SchedulerStore, id: &RoomId) -> Option<Group> {
    store.rooms().find(id.clone()).await.unwrap()
}

async fn list(store: &dyn SchedulerStore, of: GroupActor, limit: u32) -> Vec<ListedGroup> {
    let query = GroupQuery {
        of,
        before: None,
        limit,
    };
    store.rooms().list(query).await.unwrap()
}

fn roles(group: &Group) -> Vec<(&str, RoomRole)> {
    let members = group.members.iter();
    members
        .map(|one| (one.user_id.as_str(), one.role))
        .collect()
}

pub(crate) async fn sch_440_a_group_is_read_back_as_it_was_made_and_changed(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let two = json!([
        {"external_id": "ann", "name": "Ann", "locale": "en"},
        {"external_id": "bo", "name": "Bo"},
    ]);
    let made = commands::make_group(&*store, making(&shop(), &two, "Hiking"), None, NOW).await;
    let made = made.unwrap().unwrap();
    let store = harness.store().await;
    assert_eq!(find(&*store, &made.id).await.as_ref(), Some(&made));
    assert_eq!(store.rooms().count("shop".into()).await.unwrap(), 1);

    // One is known by now, and called otherwise here.
    let ann = made.members[0].user_id.clone();
    let bo = made.members[1].user_id.clone();
    let more = json!({"participants": [
        {"external_id": "cy", "name": "Cy"}, {"user_id": ann, "name": "Captain"}, {"external_id": "bo", "name": "Bob"},
    ]});
    let more = check_new_members(&shop(), serde_json::from_value(more).unwrap()).unwrap();
    let added = commands::add_members(&*store, &shop(), &made.id, &more, NOW).await;
    let added = added.unwrap().unwrap();
    assert_eq!((added.revision, added.members.len()), (2, 3));
    let store = harness.store().await;
    let now = find(&*store, &made.id).await.unwrap();
    let names: Vec<_> = now.members.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Ann", "Bob", "Cy"], "by their present names");
    let changed = commands::change_group(&*store, &shop(), &made.id, None, Some(2), NOW).await;
    assert_eq!(changed.unwrap().unwrap().name, None);
    let removed = commands::remove_member(&*store, &shop(), &made.id, &ann, NOW).await;
    removed.unwrap().unwrap();

    let store = harness.store().await;
    let now = find(&*store, &made.id).await.unwrap();
    assert_eq!((now.revision, now.name.as_deref()), (4, None));
    assert_eq!(
        roles(&now)[0],
        (bo.as_str(), RoomRole::Owner),
        "the eldest member"
    );
    let closed = commands::close_group(&*store, &shop(), &made.id, NOW).await;
    closed.unwrap().unwrap();
    let store = harness.store().await;
    assert_eq!(find(&*store, &made.id).await, None);
    let again = commands::close_group(&*store, &shop(), &made.id, NOW).await;
    assert_eq!(again.unwrap().unwrap_err(), GroupRefusal::NotFound);
    assert_eq!(store.rooms().count("shop".into()).await.unwrap(), 0);
}

pub(crate) async fn sch_440_groups_are_listed_newest_first_by_whose_they_are(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo", "cy"]).await;
    matched(&*store, "ana", &["bo", "cy"]).await;
    matched(&*store, "bo", &["cy"]).await;
    let first = group_of(&*store, "ana", &["bo", "cy"]).await;
    let second = group_of(&*store, "bo", &["ana", "cy"]).await;
    let store = harness.store().await;
    let of_ana = list(&*store, one("ana"), 10).await;
    let seen = |group: &ListedGroup| (group.id.clone(), group.role.unwrap(), group.member_count);
    let seen: Vec<_> = of_ana.iter().map(seen).collect();
    let (owner, member) = (RoomRole::Owner, RoomRole::Member);
    assert_eq!(
        seen,
        [(second.id.clone(), member, 3), (first.id.clone(), owner, 3)]
    );
    assert_eq!(list(&*store, one("ana"), 1).await.len(), 1);
    let next = GroupQuery {
        of: one("ana"),
        before: Some(second.id.clone()),
        limit: 10,
    };
    let next = store.rooms().list(next).await.unwrap();
    assert_eq!((next.len(), &next[0].id), (1, &first.id));
    assert!(list(&*store, shop(), 10).await.is_empty());
    let exported = store.rooms().export("cy".into(), 10).await.unwrap();
    assert_eq!((exported.len(), exported[0].joined_at), (2, NOW));
}

pub(crate) async fn sch_440_a_key_stands_for_one_group(mut harness: StoreHarness) {
    let two = json!([{"external_id": "ann", "name": "Ann"}, {"external_id": "bo", "name": "Bo"}]);
    let command = making(&shop(), &two, "Hiking");
    let key = owned_key("k");
    let store = harness.store().await;
    let made = commands::make_group(&*store, command.clone(), Some(&key), NOW).await;
    let made = made.unwrap().unwrap();
    let store = harness.store().await;
    let again = commands::make_group(&*store, command.clone(), Some(&key), NOW).await;
    let Err(GroupRefusal::Repeated(before)) = again.unwrap() else {
        panic!("it was made before");
    };
    assert_eq!(before.id, made.id.as_str());
    let mut other = key;
    other.key.fingerprint = "g".into();
    let reused = commands::make_group(&*store, command, Some(&other), NOW).await;
    assert_eq!(reused.unwrap().unwrap_err(), GroupRefusal::KeyReused);
}

pub(crate) async fn sch_441_who_is_blocked_or_unmatched_is_put_into_no_group_and_stays_in_those_that_are_there(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo", "cy", "di"]).await;
    matched(&*store, "ana", &["bo", "cy"]).await;
    let group = group_of(&*store, "ana", &["bo", "cy"]).await;
    let (ana, bo) = (UserId::from("ana"), UserId::from("bo"));
    let blocked = commands::block(&*store, &bo, &ana, NOW).await.unwrap();
    blocked.outcome.unwrap();
    let store = harness.store().await;
    let there = find(&*store, &group.id).await.unwrap();
    assert_eq!(there, group, "shared groups stay");
    for who in ["bo", "di", "nobody"] {
        let command = making(&one("ana"), &by_id(&["cy", who]), "Another");
        let refused = commands::make_group(&*store, command, None, NOW).await;
        let Err(GroupRefusal::Invalid(errors)) = refused.unwrap() else {
            panic!("{who} is not matched with her");
        };
        assert_eq!(errors.len(), 1);
        let error = (errors[0].field.as_str(), errors[0].code.as_str());
        assert_eq!(error, ("participants[1].user_id", "not_matched"), "{who}");
    }
}

fn unread(id: &str, room: &RoomId, user: &str) -> Event {
    serde_json::from_value(json!({
        "id": id, "type": "message.unread", "occurred_at": NOW, "source": "chat", "subject": room,
        "data": {"room_id": room, "user_id": user, "from": "x", "seq": 1, "message_id": id},
    }))
    .unwrap()
}

pub(crate) async fn sch_442_messages_of_a_group_are_told_once_a_quarter_to_who_is_in_it(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    add_people(&*store, &["ana", "bo", "cy"]).await;
    matched(&*store, "ana", &["bo", "cy"]).await;
    let group = group_of(&*store, "ana", &["bo", "cy"]).await;
    let room = &group.id;
    let told = harness
        .take(vec![
            unread("m-1", room, "bo"),
            unread("m-2", room, "bo"),
            unread("m-3", room, "cy"),
            unread("m-4", room, "di"),
        ])
        .await;
    let told: Vec<_> = told.iter().map(|one| one.user.as_str()).collect();
    assert_eq!(
        told,
        ["bo", "cy"],
        "one of each, and none of who is not in it"
    );
    let listed = harness.list(all_of(&"bo".into())).await;
    assert_eq!(listed[0].room_id.as_ref(), Some(room));
    assert_eq!(listed[0].with.as_deref(), Some("Hiking"));
    let store = harness.store().await;
    let left = commands::remove_member(&*store, &one("cy"), room, &"cy".into(), NOW).await;
    left.unwrap().unwrap();
    drop(store);
    let due = UnixMs((NOW.0 / 900_000 + 1) * 900_000);
    let digests = harness.claim(due).await;
    assert_eq!(digests.len(), 2);
    harness
        .settle(due, with_action(digests, &JobAction::SendDigest))
        .await;
    let count = async |harness: &mut StoreHarness, user: &str| {
        harness.list(all_of(&user.into())).await[0].count
    };
    assert_eq!(count(&mut harness, "bo").await, Some(2));
    assert_eq!(count(&mut harness, "cy").await, None, "she has left");
}

pub(crate) async fn sch_443_whoever_is_erased_is_in_no_group(mut harness: StoreHarness) {
    let store = harness.store().await;
    for user in ["ana", "bo", "cy"] {
        let signed_up = commands::sign_up(&*store, &signup(user, user), NOW).await;
        assert_eq!(signed_up.unwrap(), SignupOutcome::Done);
    }
    matched(&*store, "ana", &["bo", "cy"]).await;
    // More than are left in one unit of work.
    for _ in 0..25 {
        group_of(&*store, "ana", &["bo", "cy"]).await;
    }
    let group = list(&*store, one("bo"), 1).await.remove(0);
    harness.take(vec![unread("m-1", &group.id, "ana")]).await;
    let store = harness.store().await;
    let account = stored(&*store, "ana").await;
    assert!(
        commands::erase(&*store, &account, NOW)
            .await
            .unwrap()
            .is_some()
    );
    let store = harness.store().await;
    assert!(list(&*store, one("ana"), 10).await.is_empty());
    let of_bo = list(&*store, one("bo"), 100).await;
    assert_eq!(of_bo.len(), 25, "others keep them");
    for listed in of_bo {
        let group = find(&*store, &listed.id).await.unwrap();
        assert_eq!(group.revision, 2);
        let left = [("bo", RoomRole::Owner), ("cy", RoomRole::Member)];
        assert_eq!(roles(&group), left, "the eldest owns");
    }
    drop(store);
    let due = UnixMs((NOW.0 / 900_000 + 1) * 900_000);
    assert!(harness.claim(due).await.is_empty(), "nothing is to be told");
}
