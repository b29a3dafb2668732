//! What is decided about two people, Ana and Bo.

mod addresses;
mod blocks;
mod crossings;
mod gifts;
mod proposals;
mod reports;

use wire::{EventType, GiftKind, GiftRecipient, NotificationKind, SendGift, UnixMs, UserId};

use super::*;
use crate::account::PEOPLE;
use crate::booking::tests::NOW;
use crate::occupancy::{Busy, Surroundings};
use crate::people::KnownPerson;
use crate::settlement::tests::counted;

const HOUR_MS: i64 = 3_600_000;

fn user(id: &str) -> UserId {
    id.into()
}

fn person(id: &str) -> KnownPerson {
    KnownPerson {
        id: id.into(),
        application: PEOPLE.into(),
        external_id: id.into(),
        name: id.to_uppercase(),
        email: None,
        locale: None,
        time_zone: None,
        created_at: NOW,
    }
}

fn offer(to: &str, kind: GiftKind, times: &[i64]) -> SendGift {
    SendGift {
        to: GiftRecipient {
            user_id: Some(to.into()),
            ..GiftRecipient::default()
        },
        kind,
        letter: "Shall we?".into(),
        opens_at: Some(NOW + HOUR_MS),
        times: (!times.is_empty()).then(|| times.iter().map(|ms| NOW + *ms).collect()),
    }
}

/// A gift of `giver` to `receiver`, with a time so many milliseconds from now for each of `times`.
fn command(giver: &str, receiver: &str, kind: GiftKind, times: &[i64]) -> SendCommand {
    let giver = user(giver);
    SendCommand {
        content: check_gift(NOW, &giver, offer(receiver, kind, times))
            .unwrap()
            .content,
        to: receiver.into(),
        giver,
    }
}

fn context(giver: &str, receiver: &str) -> SendContext {
    SendContext {
        people: [Some(person(giver)), Some(person(receiver))],
        ..SendContext::default()
    }
}

fn sent(command: SendCommand, found: SendContext) -> (Gift, MatchingEffects) {
    let decided = send_gift(NOW, command, found, &mut counted()).unwrap();
    (decided.answer, decided.effects)
}

/// A sealed gift of Ana to Bo.
fn sealed(kind: GiftKind, times: &[i64]) -> Gift {
    sent(command("ana", "bo", kind, times), context("ana", "bo")).0
}

fn a_match() -> Match {
    let earlier = sealed(GiftKind::Special, &[]);
    let mut found = context("bo", "ana");
    found.specials = vec![earlier];
    let (_, effects) = sent(command("bo", "ana", GiftKind::Special, &[]), found);
    match &effects.changes[0] {
        MatchingChange::InsertMatch(made) => (**made).clone(),
        other => panic!("{other:?}"),
    }
}

fn events(effects: &MatchingEffects) -> Vec<EventType> {
    let events = effects.effects.iter().flat_map(|part| &part.events);
    events
        .map(|event| EventType::from_name(&event.kind).unwrap())
        .collect()
}

fn notified(effects: &MatchingEffects) -> Vec<(&str, NotificationKind)> {
    let all = effects.effects.iter().flat_map(|part| &part.notifications);
    all.map(|new| (new.user.as_str(), new.notification.kind))
        .collect()
}

/// What is around a time at which that one has another session.
fn busy(user: Option<UserId>) -> Surroundings {
    Surroundings {
        busy: user.map(|user| Busy {
            user,
            session: "other".into(),
        }),
        next_start: None,
    }
}

fn at(hours: i64) -> UnixMs {
    NOW + hours * HOUR_MS
}
