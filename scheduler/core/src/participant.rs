//! Who takes part, as the application names them; not yet looked up.

use wire::visible_text::clean_name;
use wire::{BookParticipant, UserId};

use crate::contact::{Contact, check_contact};
use crate::field_checks::FieldErrors;

/// Characters of a name.
const MAX_NAME_CHARS: usize = 100;
/// Bytes of an application's own id.
const MAX_EXTERNAL_ID_BYTES: usize = 255;

/// One of the two, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParticipantRef {
    /// Somebody the scheduler knows.
    Known {
        /// Its id, as a booking answered it.
        user_id: UserId,
        /// Replaces the stored name in this session.
        name: Option<String>,
    },
    /// Somebody the application knows.
    External(ExternalPerson),
}

impl ParticipantRef {
    /// The id that the person is named by, the scheduler's or the application's.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Known { user_id, .. } => user_id.as_str(),
            Self::External(person) => &person.external_id,
        }
    }
}

/// Somebody the application knows; the same `external_id` is the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalPerson {
    /// The application's own id.
    pub external_id: String,
    /// What the other one is shown; may be absent for one who was here before.
    pub name: Option<String>,
    /// Where reminders may go.
    pub email: Option<String>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
}

/// Checks both, and that they are two.
pub(crate) fn check_people(
    errors: &mut FieldErrors,
    people: Vec<BookParticipant>,
) -> Option<[ParticipantRef; 2]> {
    if people.len() != 2 {
        errors.add(
            "participants",
            "not_two",
            "A session has exactly two participants.",
        );
        return None;
    }
    let [first, second] = <[ParticipantRef; 2]>::try_from(check_each(errors, people)).ok()?;
    if same(&first, &second) {
        errors.add(
            "participants[1]",
            "same_person",
            "The two participants are the same person.",
        );
        return None;
    }
    Some([first, second])
}

/// Checks each; those that are wrong are left out, with their errors.
pub(crate) fn check_each(
    errors: &mut FieldErrors,
    people: Vec<BookParticipant>,
) -> Vec<ParticipantRef> {
    let checked = people
        .into_iter()
        .enumerate()
        .filter_map(|(at, person)| check_person(errors, &format!("participants[{at}]"), person));
    checked.collect()
}

fn same(first: &ParticipantRef, second: &ParticipantRef) -> bool {
    match (first, second) {
        (ParticipantRef::Known { user_id: a, .. }, ParticipantRef::Known { user_id: b, .. }) => {
            a == b
        }
        (ParticipantRef::External(a), ParticipantRef::External(b)) => {
            a.external_id == b.external_id
        }
        _ => false,
    }
}

fn check_person(
    errors: &mut FieldErrors,
    path: &str,
    person: BookParticipant,
) -> Option<ParticipantRef> {
    let name = person
        .name
        .map(|name| check_name(errors, &format!("{path}.name"), &name));
    let said = Contact {
        email: person.email,
        locale: person.locale,
        time_zone: person.time_zone,
    };
    let contact = check_contact(errors, path, said);
    match (person.user_id, person.external_id) {
        (Some(user_id), None) => Some(ParticipantRef::Known { user_id, name }),
        (None, Some(external_id)) => {
            let field = format!("{path}.external_id");
            check_text(
                errors,
                &field,
                &external_id,
                MAX_EXTERNAL_ID_BYTES,
                external_id.len(),
            );
            Some(ParticipantRef::External(ExternalPerson {
                external_id,
                name,
                email: contact.email,
                locale: contact.locale,
                time_zone: contact.time_zone,
            }))
        }
        (Some(_), Some(_)) => {
            errors.add(
                path,
                "conflicting",
                "Give `user_id` or `external_id`, not both.",
            );
            None
        }
        (None, None) => {
            errors.add(
                path,
                "required",
                "Give `user_id`, or `external_id` and `name`.",
            );
            None
        }
    }
}

/// The name as others are shown it: what nobody could see of it is no name.
pub(crate) fn check_name(errors: &mut FieldErrors, field: &str, name: &str) -> String {
    let name = clean_name(name).unwrap_or_default();
    let length = name.chars().count();
    check_text(errors, field, &name, MAX_NAME_CHARS, length);
    name
}

fn check_text(errors: &mut FieldErrors, field: &str, text: &str, max: usize, length: usize) {
    if text.is_empty() {
        errors.add(field, "required", format!("`{field}` is empty."));
    } else if length > max {
        errors.add(
            field,
            "too_long",
            format!("`{field}` may have {max} characters."),
        );
    } else if text.chars().any(char::is_control) {
        errors.add(
            field,
            "bad_text",
            format!("`{field}` has control characters."),
        );
    }
}
