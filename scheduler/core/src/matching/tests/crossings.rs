//! Two special gifts, one each way.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Bo's gift to Ana meets hers.
fn crossed(
    earlier: Gift,
    times: &[i64],
    who_is_busy: impl Fn(UnixMs) -> Option<UserId>,
) -> (Gift, MatchingEffects) {
    let command = command("bo", "ana", GiftKind::Special, times);
    let mut found = context("bo", "ana");
    found.specials = vec![earlier];
    let both = command.times_in_both(NOW, &found.specials);
    let meeting = |starts_at| MeetingTime {
        starts_at,
        surroundings: busy(who_is_busy(starts_at)),
    };
    found.meetings = both.into_iter().map(meeting).collect();
    sent(command, found)
}

fn booked(effects: &MatchingEffects) -> Vec<UnixMs> {
    let sessions = effects
        .effects
        .iter()
        .filter_map(|part| part.session.as_ref());
    let start = |change: &crate::effects::SessionChange| match change {
        crate::effects::SessionChange::Insert(session) => session.terms.starts_at,
        other => panic!("{other:?}"),
    };
    sessions.map(start).collect()
}

fn proposed(effects: &MatchingEffects) -> Vec<(String, Vec<UnixMs>)> {
    let proposal = |change: &MatchingChange| match change {
        MatchingChange::InsertProposal(one) => Some((one.by.to_string(), one.times.clone())),
        _ => None,
    };
    effects.changes.iter().filter_map(proposal).collect()
}

#[test]
fn sch_174_two_special_gifts_that_cross_make_one_match_and_both_open() {
    for opens_at in [at(1), NOW] {
        let earlier = Gift {
            opens_at,
            ..sealed(GiftKind::Special, &[])
        };
        let (later, effects) = crossed(earlier.clone(), &[], |_| None);
        let MatchingChange::InsertMatch(made) = &effects.changes[0] else {
            panic!("{effects:?}");
        };
        assert_eq!(
            made.participants.each_ref().map(|one| one.user_id.as_str()),
            ["ana", "bo"]
        );
        assert_eq!(
            (later.opened_at, &later.match_id),
            (Some(NOW), &Some(made.id.clone()))
        );
        let MatchingChange::UpdateGift(earlier) = &effects.changes[2] else {
            panic!("{effects:?}");
        };
        assert_eq!(earlier.opened_at, Some(NOW));
        assert_eq!(earlier.match_id, Some(made.id.clone()));
        let both = NotificationKind::MatchCreated;
        assert_eq!(notified(&effects), [("ana", both), ("bo", both)]);
        let seen = events(&effects);
        assert_eq!(seen.last(), Some(&EventType::RoomOpened));
        assert_eq!(
            seen.iter()
                .filter(|kind| **kind == EventType::MatchCreated)
                .count(),
            1
        );
    }
}

#[test]
fn sch_174_a_plain_gift_and_one_that_does_not_arrive_cross_nothing() {
    let plain = sealed(GiftKind::Plain, &[]);
    assert!(crossed(plain, &[], |_| None).0.match_id.is_none());
    for fate in [GiftFate::Undelivered, GiftFate::Withdrawn] {
        let gone = Gift {
            fate,
            ..sealed(GiftKind::Special, &[])
        };
        assert!(
            crossed(gone, &[], |_| None).0.match_id.is_none(),
            "{fate:?}"
        );
    }
    let mut found = context("bo", "ana");
    found.specials = vec![sealed(GiftKind::Special, &[])];
    let (gift, _) = sent(command("bo", "ana", GiftKind::Plain, &[]), found);
    assert_eq!(gift.match_id, None);
}

#[test]
fn sch_176_what_made_a_match_or_was_there_beside_it_makes_no_other() {
    let sealed_one = sealed(GiftKind::Special, &[]);
    let open = Gift {
        id: "older".into(),
        opens_at: NOW,
        ..sealed_one.clone()
    };
    let mut found = context("bo", "ana");
    found.specials = vec![open.clone(), sealed_one.clone()];
    let (_, effects) = sent(command("bo", "ana", GiftKind::Special, &[]), found);
    let spent = effects.changes.iter().filter_map(|change| match change {
        MatchingChange::UpdateGift(gift) => Some((**gift).clone()),
        _ => None,
    });
    let spent: Vec<_> = spent.collect();
    assert_eq!(spent[0].id, sealed_one.id, "the sealed one comes first");
    assert_eq!(spent[1].id, open.id);
    for gift in spent {
        assert!(!gift.can_cross());
        assert!(crossed(gift, &[], |_| None).0.match_id.is_none());
    }
}

#[test]
fn sch_175_the_earliest_time_of_both_that_is_free_is_booked_in_the_rooms_match() {
    let times = [HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS];
    let ana_at_two = |starts_at| (starts_at == at(2)).then(|| user("ana"));
    let (_, effects) = crossed(sealed(GiftKind::Special, &times), &times[1..], ana_at_two);
    assert_eq!(booked(&effects), [at(3)]);
    assert!(proposed(&effects).is_empty());
    let scheduled = NotificationKind::SessionScheduled;
    assert_eq!(
        notified(&effects)[2..],
        [("bo", scheduled), ("ana", scheduled)]
    );
    let MatchingChange::InsertMatch(made) = &effects.changes[0] else {
        panic!("{effects:?}");
    };
    let told = &effects.effects[1].events[0].data;
    assert_eq!(told["room_id"], made.room_id.as_str());
}

#[test]
fn sch_175_without_a_time_of_both_those_of_the_later_one_are_put_or_the_other_ones() {
    let hers = [HOUR_MS, 2 * HOUR_MS];
    let (_, effects) = crossed(sealed(GiftKind::Special, &hers), &[3 * HOUR_MS], |_| None);
    assert_eq!(proposed(&effects), [("bo".into(), vec![at(3)])]);
    assert_eq!(
        notified(&effects)[2..],
        [("ana", NotificationKind::ProposalReceived)]
    );
    let (_, effects) = crossed(sealed(GiftKind::Special, &hers), &[], |_| None);
    assert_eq!(proposed(&effects), [("ana".into(), vec![at(1), at(2)])]);
    let (_, effects) = crossed(sealed(GiftKind::Special, &[]), &[], |_| None);
    assert!(proposed(&effects).is_empty() && booked(&effects).is_empty());
    // Both are busy whenever both could: it is said, and not booked.
    let (_, effects) = crossed(sealed(GiftKind::Special, &hers), &hers, |_| {
        Some(user("bo"))
    });
    assert_eq!(proposed(&effects), [("bo".into(), vec![at(1), at(2)])]);
}

#[test]
fn sch_191_an_application_matches_two_of_its_people_and_adds_who_is_new() {
    let asked = |participants: serde_json::Value| {
        check_match(serde_json::from_value(json!({ "participants": participants })).unwrap())
    };
    let two = json!([{"external_id": "zoe", "name": "Zoe"}, {"user_id": "ana"}]);
    let command = MatchCommand {
        application: "shop".into(),
        people: asked(two).unwrap(),
    };
    let found = [None, Some(person("ana"))];
    let make = |is_matched| {
        let found = found.clone();
        make_match(NOW, command.clone(), found, is_matched, &mut counted())
    };
    let decided = make(false).unwrap();
    assert_eq!(decided.answer.application, "shop");
    assert_eq!(
        decided.answer.participants[0].user_id,
        user("ana"),
        "the lower id first"
    );
    let [MatchingChange::Person(_), MatchingChange::InsertMatch(_)] = &decided.effects.changes[..]
    else {
        panic!("{decided:?}");
    };
    assert_eq!(
        events(&decided.effects),
        [EventType::MatchCreated, EventType::RoomOpened]
    );
    assert_eq!(make(true), Err(MatchingRefusal::AlreadyMatched));
    assert!(asked(json!([{"user_id": "ana"}])).is_err());
    assert!(asked(json!([{"user_id": "ana"}, {"user_id": "ana"}])).is_err());
}

proptest! {
    #[test]
    fn sch_175_a_crossing_books_once_or_proposes_once_and_never_both(
        hers in prop::collection::btree_set(1_i64..8, 0..=5),
        his in prop::collection::btree_set(1_i64..8, 0..=5),
        taken in prop::collection::btree_set(1_i64..8, 0..=7),
    ) {
        let ms = |hours: &std::collections::BTreeSet<i64>| -> Vec<i64> {
            hours.iter().map(|hour| hour * HOUR_MS).collect()
        };
        let ana_is = |starts_at: UnixMs| {
            let hour = starts_at.since(NOW) / HOUR_MS;
            taken.contains(&hour).then(|| user("ana"))
        };
        let (_, effects) = crossed(sealed(GiftKind::Special, &ms(&hers)), &ms(&his), ana_is);
        let free = hers.intersection(&his).find(|hour| !taken.contains(hour));
        match free {
            Some(hour) => {
                prop_assert_eq!(booked(&effects), [at(*hour)]);
                prop_assert!(proposed(&effects).is_empty());
            }
            None => {
                prop_assert!(booked(&effects).is_empty());
                let expected = usize::from(!hers.is_empty() || !his.is_empty());
                prop_assert_eq!(proposed(&effects).len(), expected);
            }
        }
        let matches = effects.changes.iter().filter(|change| matches!(change, MatchingChange::InsertMatch(_)));
        prop_assert_eq!(matches.count(), 1);
    }
}
