//! What the services are told of people with an account: who can be found, and by which name.

use wire::{Event, EventType, PersonFact, UnixMs};

use super::{Account, PEOPLE};
use crate::commands::SOURCE;
use crate::ids::NewId;

/// The event of a change, under the revision after the one that was told last; none where nothing differs of what others may
/// know. Of who can't be found, and could not be, nobody is told anything.
#[must_use]
pub fn person_changed(
    now: UnixMs,
    before: &Account,
    account: &Account,
    told: u64,
    new_id: NewId<'_>,
) -> Option<Event> {
    let concerns = before.discoverable || account.discoverable;
    let shown = |of: &Account| (of.discoverable, of.name.clone());
    let is_changed = concerns && shown(before) != shown(account);
    is_changed.then(|| person_event(now, account, told + 1, new_id))
}

/// The event that tells of somebody as they are, under a revision.
#[must_use]
pub fn person_event(now: UnixMs, account: &Account, revision: u64, new_id: NewId<'_>) -> Event {
    let fact = PersonFact {
        user_id: account.user.clone(),
        name: account.name.clone(),
        tenant: PEOPLE.to_owned(),
        discoverable: account.discoverable,
    };
    Event {
        id: new_id(),
        kind: EventType::PersonChanged.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: account.user.to_string(),
        revision: Some(revision),
        data: serde_json::to_value(fact).expect("a fact has only plain fields"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::Notify;

    use super::super::EmailAddress;
    use super::*;
    use crate::booking::tests::NOW;
    use crate::settlement::tests::counted;

    fn account(name: &str, discoverable: bool) -> Account {
        Account {
            user: "u1".into(),
            email: EmailAddress::parse("ana@example.org").unwrap(),
            email_verified: true,
            name: name.to_owned(),
            locale: "en".into(),
            time_zone: "UTC".into(),
            discoverable,
            notify: Notify::default(),
            created_at: UnixMs(0),
        }
    }

    #[test]
    fn sch_460_services_are_told_of_who_can_be_found_and_by_which_name() {
        let told = |before: (&str, bool), after: (&str, bool)| {
            let (before, after) = (account(before.0, before.1), account(after.0, after.1));
            person_changed(NOW, &before, &after, 6, &mut counted())
        };
        for (before, after, expected) in [
            (("Ana", false), ("Anna", false), false),
            (("Ana", true), ("Ana", true), false),
            (("Ana", false), ("Ana", true), true),
            (("Ana", true), ("Anna", true), true),
            (("Ana", true), ("Ana", false), true),
        ] {
            assert_eq!(told(before, after).is_some(), expected, "{after:?}");
        }
        let event = told(("Ana", true), ("Anna", false)).unwrap();
        assert_eq!(
            (event.kind.as_str(), event.subject.as_str(), event.revision),
            ("person.changed", "u1", Some(7))
        );
        let fact =
            json!({"user_id": "u1", "name": "Anna", "tenant": "people", "discoverable": false});
        assert_eq!(event.data, fact);
    }
}
