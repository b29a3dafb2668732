use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wire::{MediaBackend, UnixMs};

use super::*;
use crate::{BookCommand, CommandOutcome, Surroundings, book, check_booking};

/// Fewer would come again within an evening.
const FEWEST: usize = 100;
/// Characters that are read in a glance.
const LONGEST: usize = 80;

fn session() -> BookedSession {
    let now = UnixMs(1_900_000_000_000);
    let offer = serde_json::from_value(serde_json::json!({
        "participants": [{"external_id": "bo", "name": "Bo"}, {"external_id": "ana", "name": "Ana"}],
        "starts_at": now,
    }));
    let booking = check_booking(now, offer.unwrap(), &[MediaBackend::P2p]).unwrap();
    let command = BookCommand {
        application: "shop".into(),
        booking,
        idempotency: None,
        of_match: None,
    };
    let mut count = 0;
    let mut new_id = || {
        count += 1;
        format!("id-{count}")
    };
    match book(
        now,
        command,
        [None, None],
        Surroundings::default(),
        &mut new_id,
    )
    .outcome
    {
        CommandOutcome::Done(session) => *session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sch_160_each_question_has_a_number_of_its_own_and_is_short_in_both_languages() {
    assert!(CATALOG.len() >= FEWEST);
    let mut texts = BTreeSet::new();
    for (number, one) in (1..).zip(CATALOG.iter()) {
        assert_eq!(one.id, format!("q{number}"));
        assert_eq!(question(&one.id), Some(one));
        for locale in [QuestionLocale::En, QuestionLocale::Ko] {
            let text = one.text(locale);
            assert!((4..=LONGEST).contains(&text.chars().count()), "{text}");
            assert!(text.ends_with(['?', '.']), "{text}");
            assert!(texts.insert(text), "{text} stands twice");
        }
        let is_hangul = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
        assert!(one.ko.chars().any(is_hangul) && !one.en.chars().any(is_hangul));
    }
    assert_eq!(question("q0"), None);
}

#[test]
fn sch_162_a_pair_has_all_before_it_has_one_again_whatever_is_drawn() {
    let (session, rounds) = (session(), 3);
    let mut had: BTreeMap<String, u32> = BTreeMap::new();
    for position in 0..u32::try_from(CATALOG.len() * rounds).unwrap() {
        let counts: Vec<_> = had.clone().into_iter().collect();
        let random = u64::from(position).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let next = next_question(&session, position, &counts, random);
        let times = had.entry(next.id).or_default();
        assert_eq!(next.repeats, *times);
        *times += 1;
        let round = position / u32::try_from(CATALOG.len()).unwrap() + 1;
        assert!(*times <= round);
    }
    assert!(had.values().all(|times| *times == 3) && had.len() == CATALOG.len());
}

#[test]
fn sch_162_a_pair_is_the_same_in_whatever_order_the_two_were_booked() {
    let session = session();
    let mut swapped = session.clone();
    swapped.participants.swap(0, 1);
    assert_eq!(pair(&session), pair(&swapped));
}

#[test]
fn sch_164_a_wish_is_read_generously_and_falls_back_to_english() {
    use QuestionLocale::{En, Ko};
    for (wish, locale) in [
        (None, En),
        (Some(""), En),
        (Some("ko"), Ko),
        (Some("KO_kr.UTF-8"), Ko),
        (Some("ko-Hang-KR-x-a"), Ko),
        (Some("en-GB"), En),
        (Some("de"), En),
        (Some("de, ko;q=0.8, en;q=0.5"), Ko),
        (Some("en, ko"), En),
        (Some("*"), En),
        (Some("한국어"), En),
        (Some("kok"), En),
    ] {
        assert_eq!(question_locale(wish), locale, "{wish:?}");
    }
}

proptest! {
    #[test]
    fn sch_168_whatever_is_drawn_is_a_question(random: u64) {
        prop_assert!(CATALOG.contains(any_question(random)));
    }
}
