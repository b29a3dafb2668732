//! What is decided about groups.

use std::collections::BTreeSet;

use wire::{
    AddMembers, BookParticipant, ChangeRoom, CreateRoom, Event, EventType, NotificationKind,
    RoomFact, RoomKind, RoomRole, UserId,
};

use super::*;
use crate::account::PEOPLE;
use crate::booking::tests::NOW;
use crate::participant::ParticipantRef;
use crate::people::{KnownPerson, PersonChange};
use crate::settlement::tests::counted;
use crate::unread_digest::UnreadMessage;

fn person(application: &str, id: &str) -> KnownPerson {
    KnownPerson {
        id: id.into(),
        application: application.into(),
        external_id: format!("x-{id}"),
        name: id.to_uppercase(),
        email: None,
        locale: None,
        time_zone: None,
        created_at: NOW,
    }
}

fn by_id(id: &str) -> BookParticipant {
    BookParticipant {
        user_id: Some(id.into()),
        ..BookParticipant::default()
    }
}

fn shop() -> GroupActor {
    GroupActor::Application("shop".to_owned())
}

fn one(id: &str) -> GroupActor {
    GroupActor::Person(id.into())
}

fn named(ids: &[&str]) -> Vec<ParticipantRef> {
    let known = |id: &&str| ParticipantRef::Known {
        user_id: (*id).into(),
        name: None,
    };
    ids.iter().map(known).collect()
}

/// All who are named are there, and matched with the person who asks.
fn found(actor: &GroupActor, ids: &[&str]) -> NamedPeople {
    let tenant = actor.tenant();
    NamedPeople {
        people: ids.iter().map(|id| Some(person(tenant, id))).collect(),
        asking: actor.person().map(|user| person(tenant, user.as_str())),
        matched: ids.iter().map(|id| UserId::from(*id)).collect(),
        crowded: BTreeSet::new(),
    }
}

fn command(actor: &GroupActor, ids: &[&str]) -> MakeGroupCommand {
    MakeGroupCommand {
        actor: actor.clone(),
        people: named(ids),
        name: Some("Hiking".to_owned()),
    }
}

fn made(actor: &GroupActor, ids: &[&str]) -> GroupDecided<Group> {
    let command = command(actor, ids);
    make_group(NOW, command, &found(actor, ids), &mut counted()).unwrap()
}

fn add(actor: &GroupActor, group: Group, ids: &[&str]) -> GroupDecision<Group> {
    let found = found(actor, ids);
    add_members(NOW, actor, Some(group), named(ids), &found, &mut counted())
}

fn remove(actor: &GroupActor, group: &Group, user: &str) -> GroupDecision<()> {
    let group = Some(group.clone());
    remove_member(NOW, actor, group, &user.into(), &mut counted())
}

/// Who is in it and what they may do, as the services are told.
fn told(events: &[Event]) -> (EventType, u64, Vec<(String, RoomRole)>) {
    let [event] = events else {
        panic!("{events:?}");
    };
    let fact: RoomFact = serde_json::from_value(event.data.clone()).unwrap();
    assert_eq!(
        (fact.kind, event.subject.as_str()),
        (RoomKind::Group, fact.room_id.as_str())
    );
    let members = fact
        .members
        .into_iter()
        .map(|one| (one.user_id.0, one.role));
    let kind = EventType::from_name(&event.kind).unwrap();
    (kind, event.revision.unwrap(), members.collect())
}

fn owned_by(owner: &str, others: &[&str]) -> Vec<(String, RoomRole)> {
    let others = others.iter().map(|id| ((*id).to_owned(), RoomRole::Member));
    [(owner.to_owned(), RoomRole::Owner)]
        .into_iter()
        .chain(others)
        .collect()
}

fn fields(refusal: GroupRefusal) -> Vec<(String, String)> {
    match refusal {
        GroupRefusal::Invalid(errors) => errors
            .into_iter()
            .map(|one| (one.field, one.code))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sch_430_whoever_makes_a_group_owns_it_and_of_an_applications_the_first_does() {
    let of_ana = made(&one("ana"), &["bo", "cy"]);
    assert_eq!(of_ana.answer.application, PEOPLE);
    assert_eq!(
        told(&of_ana.effects.events),
        (EventType::RoomOpened, 1, owned_by("ana", &["bo", "cy"]))
    );
    assert!(
        of_ana.effects.outgoing.is_empty(),
        "people have no endpoints"
    );
    let with_herself = made(&one("ana"), &["bo", "ana"]);
    let (_, _, members) = told(&with_herself.effects.events);
    assert_eq!(members, owned_by("ana", &["bo"]), "once, and first");
    let of_shop = made(&shop(), &["bo", "cy"]);
    let (_, _, members) = told(&of_shop.effects.events);
    assert_eq!(members, owned_by("bo", &["cy"]));
    assert_eq!(of_shop.effects.outgoing.len(), 1, "its endpoints are told");
}

#[test]
fn sch_430_an_application_names_anybody_of_its_own_and_what_they_are_called_there() {
    let external = BookParticipant {
        external_id: Some("x-new".into()),
        name: Some("New".into()),
        ..BookParticipant::default()
    };
    let called = BookParticipant {
        name: Some("Captain".into()),
        ..by_id("bo")
    };
    let asked = CreateRoom {
        participants: vec![external, called],
        name: None,
    };
    let checked = check_room(&shop(), asked).unwrap();
    let command = MakeGroupCommand {
        actor: shop(),
        people: checked.people,
        name: checked.name,
    };
    let found = NamedPeople {
        people: vec![None, Some(person("shop", "bo"))],
        ..NamedPeople::default()
    };
    let made = make_group(NOW, command, &found, &mut counted()).unwrap();
    assert!(matches!(&made.people[..], [PersonChange::Insert(new)] if new.name == "New"));
    let names: Vec<_> = made
        .answer
        .members
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["New", "Captain"]);
    assert_eq!(
        made.answer.members[1].given_name.as_deref(),
        Some("Captain")
    );
    let view = made.answer.view(&shop());
    assert_eq!(view.members[1].external_id.as_deref(), Some("x-bo"));
    assert_eq!(made.answer.view(&one("bo")).members[1].external_id, None);
}

#[test]
fn sch_431_a_person_names_those_whom_they_are_matched_with_and_learns_nothing_of_others() {
    let mut found = found(&one("ana"), &["bo", "cy", "di"]);
    // Cy has blocked Ana, and nobody is called Di.
    found.matched = BTreeSet::from(["bo".into()]);
    found.people[2] = None;
    let refused = make_group(
        NOW,
        command(&one("ana"), &["bo", "cy", "di"]),
        &found,
        &mut counted(),
    );
    let not_matched = |at: usize| {
        (
            format!("participants[{at}].user_id"),
            "not_matched".to_owned(),
        )
    };
    assert_eq!(
        fields(refused.unwrap_err()),
        [not_matched(1), not_matched(2)]
    );
    let owned = made(&one("ana"), &["bo", "cy"]).answer;
    let stranger = NamedPeople {
        matched: BTreeSet::new(),
        ..self::found(&one("ana"), &["di"])
    };
    let added = add_members(
        NOW,
        &one("ana"),
        Some(owned),
        named(&["di"]),
        &stranger,
        &mut counted(),
    );
    assert_eq!(fields(added.unwrap_err()), [not_matched(0)]);
}

#[test]
fn sch_432_each_field_of_a_group_that_is_wrong_is_named() {
    let asked = |participants: Vec<BookParticipant>, name: Option<&str>| CreateRoom {
        participants,
        name: name.map(str::to_owned),
    };
    let wrong = |actor: &GroupActor, asked| {
        let errors = check_room(actor, asked).unwrap_err();
        errors
            .into_iter()
            .map(|one| format!("{} {}", one.field, one.code))
            .collect::<Vec<_>>()
    };
    let many = (0..501).map(|n| by_id(&n.to_string())).collect();
    assert_eq!(
        wrong(&shop(), asked(many, None)),
        ["participants out_of_range"]
    );
    let alone = asked(vec![by_id("bo")], Some("\u{200b}"));
    assert_eq!(
        wrong(&shop(), alone),
        ["name required", "participants out_of_range"]
    );
    let renamed = BookParticipant {
        name: Some("Boss".into()),
        email: Some("bo@example.org".into()),
        ..by_id("bo")
    };
    assert_eq!(
        wrong(&one("ana"), asked(vec![by_id("cy"), renamed], None)),
        [
            "participants[1].name not_allowed",
            "participants[1].email not_allowed"
        ]
    );
    let twice = make_group(
        NOW,
        command(&shop(), &["bo", "bo"]),
        &found(&shop(), &["bo", "bo"]),
        &mut counted(),
    );
    assert_eq!(
        fields(twice.unwrap_err()),
        [("participants[1]".to_owned(), "same_person".to_owned())]
    );
    let nobody = AddMembers {
        participants: Vec::new(),
    };
    assert!(check_new_members(&shop(), nobody).is_err());
    let taken = ChangeRoom { name: Some(None) };
    assert_eq!(check_change_room(taken).unwrap(), Some(None));
}

#[test]
fn sch_433_a_group_has_500_members_and_a_person_500_groups() {
    let ids: Vec<String> = (0..500).map(|n| format!("u{n:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let full = made(&shop(), &ids).answer;
    assert_eq!(full.members.len(), MAX_MEMBERS);
    assert_eq!(
        add(&shop(), full.clone(), &["v"]).unwrap_err(),
        GroupRefusal::Full
    );
    assert!(
        add(&shop(), full, &ids[..1]).unwrap().is_unchanged(),
        "they are in it"
    );
    let ana = one("ana");
    let with_her = make_group(NOW, command(&ana, &ids), &found(&ana, &ids), &mut counted());
    assert_eq!(
        with_her.unwrap_err(),
        GroupRefusal::Full,
        "she would be the 501st"
    );
    for crowded in ["ana", "bo"] {
        let mut found = found(&ana, &["bo", "cy"]);
        found.crowded.insert(crowded.into());
        let refused = make_group(NOW, command(&ana, &["bo", "cy"]), &found, &mut counted());
        assert_eq!(refused.unwrap_err(), GroupRefusal::TooManyGroups);
    }
}

#[test]
fn sch_434_owners_and_the_application_change_a_group_and_others_leave_it() {
    let group = made(&one("ana"), &["bo", "cy"]).answer;
    let added = add(&one("ana"), group.clone(), &["di", "bo"]).unwrap();
    assert_eq!(
        told(&added.effects.events),
        (
            EventType::RoomChanged,
            2,
            owned_by("ana", &["bo", "cy", "di"])
        )
    );
    assert_eq!(added.answer.member(&"di".into()).unwrap().position, 3);
    for (actor, refusal) in [
        (one("bo"), GroupRefusal::NotOwner),
        (one("di"), GroupRefusal::NotFound),
        (shop(), GroupRefusal::NotFound),
    ] {
        let refused = add(&actor, group.clone(), &["ed"]);
        assert_eq!(refused.unwrap_err(), refusal);
        assert_eq!(remove(&actor, &group, "cy").unwrap_err(), refusal);
        let closed = close_group(NOW, &actor, Some(group.clone()), &mut counted());
        assert_eq!(closed.unwrap_err(), refusal);
        let name = Some("Other".to_owned());
        let named = change_group(NOW, &actor, Some(group.clone()), name, None, &mut counted());
        assert_eq!(named.unwrap_err(), refusal);
    }
    let left = remove(&one("bo"), &group, "bo").unwrap();
    let (kind, revision, members) = told(&left.effects.events);
    assert_eq!((kind, revision), (EventType::RoomChanged, 2));
    assert_eq!(members, owned_by("ana", &["cy"]));
    assert_eq!(
        remove(&one("ana"), &group, "di").unwrap_err(),
        GroupRefusal::NotFound
    );
}

#[test]
fn sch_435_the_eldest_member_owns_when_the_owner_leaves_and_the_last_one_closes_the_room() {
    let mut group = made(&one("ana"), &["bo", "cy"]).answer;
    // By when they came, and not by how they are listed.
    group.members.swap(1, 2);
    let left = remove(&one("ana"), &group, "ana").unwrap();
    let (_, _, members) = told(&left.effects.events);
    let role = |id: &str| members.iter().find(|(one, _)| one == id).unwrap().1;
    assert_eq!(
        (role("bo"), role("cy")),
        (RoomRole::Owner, RoomRole::Member)
    );
    let heir = GroupChange::MakeOwner {
        room: group.id.clone(),
        user: "bo".into(),
    };
    assert!(left.changes.contains(&heir), "{:?}", left.changes);
    group.members.retain(|one| one.user_id.as_str() == "cy");
    let last = remove(&one("cy"), &group, "cy").unwrap();
    assert_eq!(last.changes, [GroupChange::Delete(group.id.clone())]);
    assert_eq!(
        told(&last.effects.events),
        (EventType::RoomClosed, 2, Vec::new())
    );
}

#[test]
fn sch_436_a_name_is_changed_under_the_revision_that_was_meant() {
    let group = made(&one("ana"), &["bo", "cy"]).answer;
    let change = |name: Option<&str>, revision| {
        let (group, name) = (Some(group.clone()), name.map(str::to_owned));
        change_group(NOW, &one("ana"), group, name, revision, &mut counted())
    };
    let named = change(Some("Climbing"), Some(1)).unwrap();
    let (kind, revision, _) = told(&named.effects.events);
    assert_eq!((kind, revision), (EventType::RoomChanged, 2));
    assert_eq!(named.effects.events[0].data["name"], "Climbing");
    assert_eq!(change(None, None).unwrap().answer.name, None);
    assert!(change(Some("Hiking"), None).unwrap().is_unchanged());
    let late = change(Some("Climbing"), Some(2));
    assert_eq!(late.unwrap_err(), GroupRefusal::RevisionMismatch(1));
    let closed = close_group(NOW, &one("ana"), Some(group.clone()), &mut counted()).unwrap();
    let (kind, revision, _) = told(&closed.effects.events);
    assert_eq!((kind, revision), (EventType::RoomClosed, 2));
}

#[test]
fn sch_437_whoever_is_erased_leaves_every_group_under_a_new_revision() {
    let first = made(&one("ana"), &["bo", "cy"]).answer;
    let second = made(&one("bo"), &["ana", "cy"]).answer;
    let others = made(&one("bo"), &["cy"]).answer;
    let left = leave_groups(
        NOW,
        &"ana".into(),
        vec![first, second, others],
        &mut counted(),
    );
    let told: Vec<_> = left.iter().map(|one| told(&one.effects.events)).collect();
    let expected = (EventType::RoomChanged, 2, owned_by("bo", &["cy"]));
    assert_eq!(told, [expected.clone(), expected]);
}

#[test]
fn sch_464_the_services_are_told_who_left_by_themselves() {
    let group = made(&one("ana"), &["bo", "cy"]).answer;
    let left = |decided: &GroupDecided<()>| {
        let [event] = &decided.effects.events[..] else {
            panic!("{:?}", decided.effects.events);
        };
        event.data.get("left").cloned()
    };
    for (actor, expected) in [("bo", Some("bo".into())), ("ana", None)] {
        let gone = remove(&one(actor), &group, "bo").unwrap();
        assert_eq!(left(&gone), expected, "{actor}");
    }
    let mut alone = group.clone();
    alone.members.retain(|one| one.user_id.as_str() == "ana");
    let last = remove(&one("ana"), &alone, "ana").unwrap();
    assert_eq!(left(&last), Some("ana".into()));
    let erased = leave_groups(NOW, &"bo".into(), vec![group], &mut counted());
    assert_eq!(left(&erased[0]), None);
}

#[test]
fn sch_438_a_message_in_a_group_is_told_by_the_groups_name() {
    let event = Event {
        id: "e".to_owned(),
        kind: EventType::MessageUnread.name().to_owned(),
        occurred_at: NOW,
        source: "chat".to_owned(),
        subject: "r".to_owned(),
        revision: None,
        data: serde_json::Value::Null,
    };
    let group = GroupTitle {
        id: "r".into(),
        application: PEOPLE.into(),
        name: Some("Hiking".to_owned()),
    };
    let message = |notification_id: Option<&str>| UnreadMessage {
        room: "r".into(),
        user: "bo".into(),
        notification_id: notification_id.map(str::to_owned),
        digest: None,
    };
    let first = notify_unread_in_group(NOW, &event, &group, message(None), &mut counted());
    let told = &first.notifications[0].notification;
    assert_eq!(told.kind, NotificationKind::MessageUnread);
    assert_eq!(told.with.as_deref(), Some("Hiking"));
    assert_eq!(told.room_id, Some("r".into()));
    assert_eq!(first.new_jobs.len(), 1, "and counted for who does not look");
    let more = notify_unread_in_group(NOW, &event, &group, message(Some("n")), &mut counted());
    assert!(more.notifications.is_empty());
}
