//! Those whom a command puts into a group, looked up.

use std::collections::BTreeSet;

use wire::{FieldError, RoomRole, UnixMs, UserId};

use super::group::{GroupActor, GroupMember};
use super::outcome::GroupRefusal;
use crate::ids::NewId;
use crate::participant::ParticipantRef;
use crate::people::{KnownPerson, PersonChange, resolve_each};

/// What the store has of those who are named, under a lock of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedPeople {
    /// For each who is named: the person, if they are known to whoever asks.
    pub people: Vec<Option<KnownPerson>>,
    /// The person who asks, where it is one.
    pub asking: Option<KnownPerson>,
    /// With whom the person who asks is matched.
    pub matched: BTreeSet<UserId>,
    /// Who is in as many groups as one may be.
    pub crowded: BTreeSet<UserId>,
}

/// Those who are named as members, with what is to be written of them.
pub(super) struct Joining {
    pub(super) members: Vec<GroupMember>,
    pub(super) people: Vec<PersonChange>,
}

/// Everybody who is named, once each. Whom a person may not put into a group is refused in one way: nobody learns whether
/// they are there at all, or who has blocked whom.
pub(super) fn joining(
    now: UnixMs,
    actor: &GroupActor,
    named: Vec<ParticipantRef>,
    found: &NamedPeople,
    new_id: NewId<'_>,
) -> Result<Joining, GroupRefusal> {
    if let Some(user) = actor.person() {
        check_matched(user, &named, found)?;
    }
    let given: Vec<Option<String>> = named.iter().map(given_name).collect();
    let (two, people) = resolve_each(now, actor.tenant(), named, &found.people, new_id)
        .map_err(GroupRefusal::Invalid)?;
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    let mut members = Vec::new();
    for (at, (person, given_name)) in two.into_iter().zip(given).enumerate() {
        if !seen.insert(person.user_id.clone()) {
            errors.push(FieldError {
                field: format!("participants[{at}]"),
                code: "same_person".into(),
                message: "This person is named before.".into(),
            });
        }
        members.push(GroupMember {
            user_id: person.user_id,
            external_id: person.external_id,
            name: person.name,
            given_name,
            role: RoomRole::Member,
            position: 0,
            joined_at: now,
        });
    }
    match errors.is_empty() {
        true => Ok(Joining { members, people }),
        false => Err(GroupRefusal::Invalid(errors)),
    }
}

fn check_matched(
    user: &UserId,
    named: &[ParticipantRef],
    found: &NamedPeople,
) -> Result<(), GroupRefusal> {
    let people = named.iter().zip(&found.people).enumerate();
    let others = people.filter(|(_, (person, _))| person.id() != user.as_str());
    let is_matched = |person: &Option<KnownPerson>| {
        let id = person.as_ref().map(|person| &person.id);
        id.is_some_and(|id| found.matched.contains(id))
    };
    let strangers = others.filter(|(_, (_, person))| !is_matched(person));
    let errors: Vec<_> = strangers.map(|(at, _)| not_matched(at)).collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(GroupRefusal::Invalid(errors)),
    }
}

fn not_matched(at: usize) -> FieldError {
    FieldError {
        field: format!("participants[{at}].user_id"),
        code: "not_matched".into(),
        message: "You are matched with nobody of this id.".into(),
    }
}

fn given_name(person: &ParticipantRef) -> Option<String> {
    match person {
        ParticipantRef::Known { name, .. } => name.clone(),
        ParticipantRef::External(_) => None,
    }
}
