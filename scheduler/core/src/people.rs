//! Finding the two people of a booking among those that an application has named before.

use wire::{FieldError, Participant, UnixMs, UserId};

use crate::ids::NewId;
use crate::participant::{ExternalPerson, ParticipantRef};
use crate::session::BookedParticipant;

/// A person as stored; one for each `external_id` of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    /// The scheduler's own id.
    pub id: UserId,
    /// The application that named the person.
    pub application: String,
    /// The application's own id of the person.
    pub external_id: String,
    /// The last name that the application gave.
    pub name: String,
    /// Where reminders may go, if it was ever given.
    pub email: Option<String>,
    /// BCP 47 language tag, if it was ever given.
    pub locale: Option<String>,
    /// IANA time zone, if it was ever given.
    pub time_zone: Option<String>,
    /// When the application first named the person.
    pub created_at: UnixMs,
}

impl KnownPerson {
    /// What others may see of them.
    #[must_use]
    pub fn public(&self) -> Participant {
        Participant {
            user_id: self.id.clone(),
            name: self.name.clone(),
        }
    }
}

/// What happens to a person's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonChange {
    /// Add somebody new.
    Insert(KnownPerson),
    /// Overwrite name, e-mail, locale and time zone.
    Update(KnownPerson),
}

impl PersonChange {
    /// The person as they are written.
    #[must_use]
    pub fn person(&self) -> &KnownPerson {
        let (Self::Insert(person) | Self::Update(person)) = self;
        person
    }

    fn external_id(&self) -> &str {
        &self.person().external_id
    }
}

/// Both participants, and what is to be written of them.
pub(crate) type Resolved = ([BookedParticipant; 2], Vec<PersonChange>);

/// Turns two references into participants. `found` is what the store has for each.
pub(crate) fn resolve(
    now: UnixMs,
    application: &str,
    people: [ParticipantRef; 2],
    found: [Option<KnownPerson>; 2],
    new_id: NewId<'_>,
) -> Result<Resolved, Vec<FieldError>> {
    let ([first, second], [found_first, found_second]) = (people, found);
    let first = resolve_one(now, application, 0, first, found_first, new_id);
    let second = resolve_one(now, application, 1, second, found_second, new_id);
    match (first, second) {
        (Ok((first, _)), Ok((second, _))) if first.user_id == second.user_id => {
            Err(vec![same_person()])
        }
        (Ok((first, change)), Ok((second, other_change))) => {
            let mut changes: Vec<_> = change.into_iter().chain(other_change).collect();
            // One order in every booking, so that of two that add the same people neither waits for the other.
            changes.sort_by(|one, other| one.external_id().cmp(other.external_id()));
            Ok(([first, second], changes))
        }
        (first, second) => Err([first.err(), second.err()].into_iter().flatten().collect()),
    }
}

/// The same of any number: whoever is named twice stands twice. `found` is what the store has for each.
pub(crate) fn resolve_each(
    now: UnixMs,
    application: &str,
    people: Vec<ParticipantRef>,
    found: &[Option<KnownPerson>],
    new_id: NewId<'_>,
) -> Result<(Vec<BookedParticipant>, Vec<PersonChange>), Vec<FieldError>> {
    let (mut resolved, mut changes, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (person, found)) in people.into_iter().zip(found).enumerate() {
        match resolve_one(now, application, at, person, found.clone(), new_id) {
            Ok((person, change)) => {
                resolved.push(person);
                changes.extend(change);
            }
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    changes.sort_by(|one, other| one.external_id().cmp(other.external_id()));
    Ok((resolved, changes))
}

fn resolve_one(
    now: UnixMs,
    application: &str,
    at: usize,
    person: ParticipantRef,
    found: Option<KnownPerson>,
    new_id: NewId<'_>,
) -> Result<(BookedParticipant, Option<PersonChange>), FieldError> {
    match person {
        ParticipantRef::Known { name, .. } => {
            let found = found.ok_or_else(|| unknown_person(at))?;
            let name = name.unwrap_or_else(|| found.name.clone());
            Ok((participant(&found, name), None))
        }
        ParticipantRef::External(external) => {
            let (person, change) = match found {
                Some(found) => update(found, external),
                None => insert(now, application, at, external, new_id)?,
            };
            let name = person.name.clone();
            Ok((participant(&person, name), change))
        }
    }
}

/// Brings a stored person up to date; what the application leaves out stays.
fn update(found: KnownPerson, external: ExternalPerson) -> (KnownPerson, Option<PersonChange>) {
    let person = KnownPerson {
        name: external.name.unwrap_or_else(|| found.name.clone()),
        email: external.email.or_else(|| found.email.clone()),
        locale: external.locale.or_else(|| found.locale.clone()),
        time_zone: external.time_zone.or_else(|| found.time_zone.clone()),
        ..found.clone()
    };
    let change = (person != found).then(|| PersonChange::Update(person.clone()));
    (person, change)
}

fn insert(
    now: UnixMs,
    application: &str,
    at: usize,
    external: ExternalPerson,
    new_id: NewId<'_>,
) -> Result<(KnownPerson, Option<PersonChange>), FieldError> {
    let person = KnownPerson {
        name: external.name.ok_or_else(|| nameless_person(at))?,
        id: new_id().into(),
        application: application.to_owned(),
        external_id: external.external_id,
        email: external.email,
        locale: external.locale,
        time_zone: external.time_zone,
        created_at: now,
    };
    Ok((person.clone(), Some(PersonChange::Insert(person))))
}

fn participant(person: &KnownPerson, name: String) -> BookedParticipant {
    BookedParticipant {
        user_id: person.id.clone(),
        external_id: person.external_id.clone(),
        name,
        generation: 1,
    }
}

/// The field error of a `user_id` that the application does not know.
fn unknown_person(at: usize) -> FieldError {
    FieldError {
        field: format!("participants[{at}].user_id"),
        code: "unknown_user".into(),
        message: "No such person is known to this application.".into(),
    }
}

/// The field error of somebody new who has no name.
fn nameless_person(at: usize) -> FieldError {
    FieldError {
        field: format!("participants[{at}].name"),
        code: "required".into(),
        message: "Somebody new needs a `name`.".into(),
    }
}

/// The field error of two references to one person.
fn same_person() -> FieldError {
    FieldError {
        field: "participants[1]".into(),
        code: "same_person".into(),
        message: "The two participants are the same person.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn external(id: &str, name: Option<&str>) -> ParticipantRef {
        ParticipantRef::External(ExternalPerson {
            external_id: id.into(),
            name: name.map(Into::into),
            email: None,
            locale: None,
            time_zone: None,
        })
    }

    fn known(id: &str, external_id: &str) -> KnownPerson {
        KnownPerson {
            id: id.into(),
            application: "shop".into(),
            external_id: external_id.into(),
            name: "Ana".into(),
            email: Some("ana@example.org".into()),
            locale: None,
            time_zone: None,
            created_at: UnixMs(0),
        }
    }

    fn resolved(
        people: [ParticipantRef; 2],
        found: [Option<KnownPerson>; 2],
    ) -> Result<Resolved, Vec<FieldError>> {
        let mut last = 0;
        resolve(UnixMs(1), "shop", people, found, &mut || {
            last += 1;
            format!("new-{last}")
        })
    }

    #[test]
    fn sch_70_one_external_id_is_one_person_and_keeps_what_is_left_out() {
        let people = [external("ana", Some("Anna")), external("bo", Some("Bo"))];
        let (two, changes) = resolved(people, [Some(known("u1", "ana")), None]).unwrap();
        assert_eq!(two.map(|p| p.user_id.0), ["u1", "new-1"]);
        let PersonChange::Update(ana) = &changes[0] else {
            panic!("{changes:?}");
        };
        assert_eq!(ana.name, "Anna");
        assert_eq!(ana.email.as_deref(), Some("ana@example.org"));
        assert!(matches!(&changes[1], PersonChange::Insert(bo) if bo.external_id == "bo"));
        let same = [external("ana", None), external("bo", Some("Bo"))];
        let (_, changes) = resolved(same, [Some(known("u1", "ana")), None]).unwrap();
        assert_eq!(changes.len(), 1, "nothing new of Ana");
    }

    #[test]
    fn sch_2_each_reference_that_names_nobody_is_refused_and_so_is_one_person_twice() {
        let nobody = ParticipantRef::Known {
            user_id: "u9".into(),
            name: None,
        };
        let errors = resolved([nobody, external("bo", None)], [None, None]).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["participants[0].user_id", "participants[1].name"]);
        let ana = ParticipantRef::Known {
            user_id: "u1".into(),
            name: None,
        };
        let found = [Some(known("u1", "ana")), Some(known("u1", "ana"))];
        let errors = resolved([ana, external("ana", None)], found).unwrap_err();
        assert_eq!(errors[0].code, "same_person");
    }
}
