//! Sending, seeing, opening and taking back.

use wire::GiftState;

use super::*;

fn refused(change: impl FnOnce(&mut SendGift)) -> Vec<(String, String)> {
    let mut gift = offer("bo", GiftKind::Special, &[1]);
    change(&mut gift);
    let errors = check_gift(NOW, &user("ana"), gift).unwrap_err();
    errors.into_iter().map(|e| (e.field, e.code)).collect()
}

#[test]
fn sch_170_each_field_of_a_gift_that_is_wrong_is_named() {
    for (refused, field, code) in [
        (
            refused(|gift| gift.to.user_id = Some("ana".into())),
            "to.user_id",
            "same_person",
        ),
        (refused(|gift| gift.to.user_id = None), "to", "required"),
        (
            refused(|gift| gift.to.email = Some("bo@example.org".into())),
            "to",
            "conflicting",
        ),
        (
            refused(|gift| gift.to.name = Some("Bo".into())),
            "to.name",
            "unknown_field",
        ),
        (
            refused(|gift| gift.letter = " \u{200b}\n".into()),
            "letter",
            "required",
        ),
        (
            refused(|gift| gift.letter = "é".repeat(2_001)),
            "letter",
            "too_long",
        ),
        (
            refused(|gift| gift.opens_at = Some(NOW - 60_001)),
            "opens_at",
            "in_the_past",
        ),
        (
            refused(|gift| gift.opens_at = Some(UnixMs(i64::MAX))),
            "opens_at",
            "out_of_range",
        ),
        (
            refused(|gift| gift.times = Some(vec![])),
            "times",
            "out_of_range",
        ),
        (
            refused(|gift| gift.times = Some(vec![NOW + 1; 6])),
            "times",
            "out_of_range",
        ),
        (
            refused(|gift| gift.kind = GiftKind::Plain),
            "times",
            "not_special",
        ),
    ] {
        assert_eq!(refused, [(field.to_owned(), code.to_owned())]);
    }
    let to_an_address = refused(|gift| {
        gift.to.user_id = None;
        gift.to.email = Some("bo@".into());
    });
    assert_eq!(to_an_address, [("to.email".into(), "bad_email".into())]);
    let two = refused(|gift| {
        gift.letter.clear();
        gift.times = Some(vec![]);
    });
    assert_eq!(two.len(), 2, "all at once");
}

#[test]
fn sch_170_past_times_are_ignored_and_none_counts_twice() {
    let mut gift = offer("bo", GiftKind::Special, &[]);
    gift.letter = "é".repeat(2_000);
    gift.times = Some(vec![NOW + 9, NOW - 1, NOW + 5, NOW, NOW + 9]);
    gift.opens_at = Some(NOW - 60_000);
    let checked = check_gift(NOW, &user("ana"), gift).unwrap().content;
    assert_eq!(checked.times, [NOW + 5, NOW + 9]);
    assert_eq!(checked.opens_at, NOW, "up to a minute ago is now");
}

#[test]
fn sch_171_of_a_sealed_gift_its_receiver_sees_neither_giver_nor_text_nor_times() {
    let gift = sealed(GiftKind::Special, &[HOUR_MS]);
    let view = |reader: &str, now| gift.view(&user(reader), now);
    let hidden = view("bo", at(1) - 1).unwrap();
    assert_eq!(hidden.state, GiftState::Sealed);
    assert_eq!(
        (hidden.from, hidden.letter, hidden.times),
        (None, None, None)
    );
    let own = view("ana", at(1) - 1).unwrap();
    assert_eq!(own.state, GiftState::Sealed);
    assert_eq!(own.letter.as_deref(), Some("Shall we?"));
    let open = view("bo", at(1)).unwrap();
    assert_eq!(open.state, GiftState::Opened);
    assert_eq!(open.from.unwrap().user_id, user("ana"));
    assert_eq!(open.times, Some(vec![at(1)]));
    assert_eq!(view("cy", at(1)), None);
}

#[test]
fn sch_171_a_notification_and_an_event_of_a_sealed_gift_name_no_giver() {
    let (_, effects) = sent(
        command("ana", "bo", GiftKind::Special, &[1]),
        context("ana", "bo"),
    );
    assert_eq!(events(&effects), [EventType::GiftReceived]);
    assert_eq!(notified(&effects), [("bo", NotificationKind::GiftReceived)]);
    let told = format!("{:?}", effects.effects);
    assert!(!told.contains("ana") && !told.contains("ANA"), "{told}");
}

#[test]
fn sch_172_a_person_gives_twenty_in_a_day_whatever_became_of_them() {
    let send = |sent_at: Vec<UnixMs>| {
        let found = SendContext {
            sent_at,
            ..context("ana", "bo")
        };
        let command = command("ana", "bo", GiftKind::Plain, &[]);
        send_gift(NOW, command, found, &mut counted()).map(|_| ())
    };
    let many = |count: i64| (0..count).map(|n| at(-24) + 1 + n).collect();
    assert_eq!(send(many(19)), Ok(()));
    assert_eq!(send(many(20)), Err(MatchingRefusal::QuotaExceeded(1)));
    assert_eq!(send(many(22)), Err(MatchingRefusal::QuotaExceeded(3)));
    let mut with_an_old_one: Vec<_> = many(19);
    with_an_old_one.insert(0, at(-24));
    assert_eq!(send(with_an_old_one), Ok(()));
}

#[test]
fn sch_172_a_match_a_block_or_a_sealed_special_one_stands_in_the_way() {
    let refusal = |change: fn(&mut SendContext)| {
        let mut found = context("ana", "bo");
        change(&mut found);
        let command = command("ana", "bo", GiftKind::Special, &[]);
        send_gift(NOW, command, found, &mut counted()).unwrap_err()
    };
    let matched = refusal(|found| found.is_matched = true);
    assert_eq!(matched, MatchingRefusal::AlreadyMatched);
    let blocking = refusal(|found| found.giver_blocks = true);
    assert!(matches!(blocking, MatchingRefusal::Conflict(_)));
    let twice = refusal(|found| found.specials = vec![sealed(GiftKind::Special, &[])]);
    assert!(matches!(twice, MatchingRefusal::Conflict(_)));
    let nobody = refusal(|found| found.people[1] = None);
    assert_eq!(nobody, MatchingRefusal::NotFound);

    let mut open = sealed(GiftKind::Special, &[]);
    open.opens_at = NOW;
    let found = SendContext {
        specials: vec![open, sealed(GiftKind::Special, &[])],
        ..context("ana", "bo")
    };
    let plain = command("ana", "bo", GiftKind::Plain, &[]);
    assert!(send_gift(NOW, plain, found.clone(), &mut counted()).is_ok());
    let first_alone = SendContext {
        specials: found.specials[..1].to_vec(),
        ..found
    };
    let special = command("ana", "bo", GiftKind::Special, &[]);
    assert!(send_gift(NOW, special, first_alone, &mut counted()).is_ok());
}

#[test]
fn sch_173_a_peek_opens_a_gift_once_a_day_and_costs_nothing_where_it_is_open() {
    let gift = sealed(GiftKind::Plain, &[]);
    let peek_at = |now, user: &str, next_peek_at| {
        let found = PeekContext {
            gift: Some(gift.clone()),
            time_zone: Some("Asia/Seoul".into()),
            next_peek_at,
        };
        peek(now, &user.into(), found, &mut counted())
    };
    let decided = peek_at(NOW, "bo", Some(NOW)).unwrap();
    assert_eq!(decided.answer.opened_at, Some(NOW));
    assert_eq!(events(&decided.effects), [EventType::GiftOpened]);
    let MatchingChange::SetNextPeek { at: next, .. } = decided.effects.changes[1] else {
        panic!("{:?}", decided.effects);
    };
    assert!(next > NOW);
    let at_once = peek_at(NOW, "bo", Some(NOW + 1));
    assert_eq!(at_once, Err(MatchingRefusal::NoPeeksLeft(NOW + 1)));
    let open = peek_at(gift.opens_at, "bo", Some(at(9))).unwrap();
    assert_eq!(open.effects, MatchingEffects::default());
    for other in ["ana", "cy"] {
        assert_eq!(peek_at(NOW, other, None), Err(MatchingRefusal::NotFound));
    }
}

#[test]
fn sch_181_a_gift_opens_by_its_time_and_is_announced_once() {
    let gift = sealed(GiftKind::Plain, &[]);
    let open = |now, gift: &Gift| open_due(now, gift.clone(), &mut counted());
    assert_eq!(open(gift.opens_at - 1, &gift), MatchingEffects::default());
    let effects = open(gift.opens_at + 5, &gift);
    assert_eq!(events(&effects), [EventType::GiftOpened]);
    let MatchingChange::UpdateGift(opened) = &effects.changes[0] else {
        panic!("{effects:?}");
    };
    assert_eq!(opened.opened_at, Some(gift.opens_at));
    assert_eq!(open(at(9), opened), MatchingEffects::default());
    let undelivered = Gift {
        fate: GiftFate::Undelivered,
        ..gift
    };
    assert!(events(&open(at(9), &undelivered)).is_empty());
}

#[test]
fn sch_181_its_giver_takes_a_gift_back_while_it_is_sealed() {
    let gift = sealed(GiftKind::Plain, &[]);
    let withdraw =
        |now, user: &str, gift: &Gift| withdraw_gift(now, &user.into(), Some(gift.clone()));
    let decided = withdraw(at(1) - 1, "ana", &gift).unwrap();
    let MatchingChange::UpdateGift(gone) = &decided.effects.changes[0] else {
        panic!("{decided:?}");
    };
    assert_eq!(gone.view(&user("ana"), NOW), None);
    assert_eq!(gone.view(&user("bo"), NOW), None);
    assert!(gone.letter.is_empty() && !gone.can_cross());
    assert!(matches!(
        withdraw(at(1), "ana", &gift),
        Err(MatchingRefusal::Conflict(_))
    ));
    for (who, which) in [("bo", &gift), ("cy", &gift), ("ana", &**gone)] {
        assert_eq!(withdraw(NOW, who, which), Err(MatchingRefusal::NotFound));
    }
}
