//! What may be asked of a group.

use wire::{AddMembers, BookParticipant, ChangeRoom, CreateRoom, FieldError};

use super::MAX_MEMBERS;
use super::group::GroupActor;
use crate::field_checks::FieldErrors;
use crate::participant::{ParticipantRef, check_each, check_name};

/// Who is to be in a new group, checked and not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRoom {
    /// As they were named.
    pub people: Vec<ParticipantRef>,
    /// What it is called, if it has a name.
    pub name: Option<String>,
}

/// Checks a new group.
///
/// # Errors
/// Every field that is wrong, not only the first.
pub fn check_room(actor: &GroupActor, asked: CreateRoom) -> Result<CheckedRoom, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let name = asked
        .name
        .map(|name| check_name(&mut errors, "name", &name));
    let people = named(&mut errors, actor, asked.participants, 2);
    errors.into_result(CheckedRoom { people, name })
}

/// Checks who is to be added.
///
/// # Errors
/// Every field that is wrong.
pub fn check_new_members(
    actor: &GroupActor,
    asked: AddMembers,
) -> Result<Vec<ParticipantRef>, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let people = named(&mut errors, actor, asked.participants, 1);
    errors.into_result(people)
}

/// The name that is asked for; `None` where nothing is to change, and `Some(None)` where the name is taken away.
///
/// # Errors
/// Where it can't be a name.
pub fn check_change_room(asked: ChangeRoom) -> Result<Option<Option<String>>, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let name = asked
        .name
        .map(|name| name.map(|name| check_name(&mut errors, "name", &name)));
    errors.into_result(name)
}

fn named(
    errors: &mut FieldErrors,
    actor: &GroupActor,
    people: Vec<BookParticipant>,
    fewest: usize,
) -> Vec<ParticipantRef> {
    if !(fewest..=MAX_MEMBERS).contains(&people.len()) {
        let message = format!("Name {fewest} to {MAX_MEMBERS} people.");
        errors.add("participants", "out_of_range", message);
        return Vec::new();
    }
    if actor.person().is_some() {
        for (at, person) in people.iter().enumerate() {
            by_user_id_alone(errors, at, person);
        }
    }
    check_each(errors, people)
}

/// What people are called is theirs to say; only an application says it of its own.
fn by_user_id_alone(errors: &mut FieldErrors, at: usize, person: &BookParticipant) {
    let said = [
        ("external_id", person.external_id.is_some()),
        ("name", person.name.is_some()),
        ("email", person.email.is_some()),
        ("locale", person.locale.is_some()),
        ("time_zone", person.time_zone.is_some()),
    ];
    for (field, _) in said.into_iter().filter(|(_, is_said)| *is_said) {
        errors.add(
            format!("participants[{at}].{field}"),
            "not_allowed",
            "Name a person by `user_id` alone.",
        );
    }
}
