//! Gifts to addresses: sending, claiming, and opening by being read.

use wire::{GiftState, Notify};

use super::*;
use crate::account::{Account, EmailAddress};

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Somebody who has shown that `<id>@example.org` is theirs.
fn account(id: &str) -> Account {
    Account {
        user: id.into(),
        email: address(&format!("{id}@example.org")),
        email_verified: true,
        name: id.to_uppercase(),
        locale: "ko".into(),
        time_zone: "Asia/Seoul".into(),
        discoverable: false,
        notify: Notify::default(),
        created_at: NOW,
    }
}

/// A gift that Ana sends.
fn to_address(to: &str, kind: GiftKind, times: &[i64]) -> AddressCommand {
    AddressCommand {
        giver: user("ana"),
        to: address(to),
        content: command("ana", "bo", kind, times).content,
    }
}

fn context_of_ana() -> AddressContext {
    AddressContext {
        giver: Some(account("ana")),
        may_mail: true,
        ..AddressContext::default()
    }
}

fn send(command: AddressCommand, found: AddressContext) -> MatchingDecision<AddressedGift> {
    send_to_address(NOW, command, found, &mut counted())
}

/// A gift of Ana that waits for Bo's address.
fn waiting(kind: GiftKind, times: &[i64]) -> AddressedGift {
    let command = to_address("bo@example.org", kind, times);
    send(command, context_of_ana()).unwrap().answer
}

/// Bo's, of a gift of Ana.
fn claim_context(gift: AddressedGift) -> ClaimContext {
    ClaimContext {
        gift,
        account: account("bo"),
        people: [person("ana"), person("bo")],
        in_force: None,
        is_blocked: false,
        specials: Vec::new(),
        meetings: Vec::new(),
    }
}

fn claimed(found: ClaimContext) -> (Gift, MatchingEffects) {
    let effects = claim_gift(NOW, found, &mut counted());
    let gift = effects.changes.iter().find_map(|change| match change {
        MatchingChange::InsertGift(gift) => Some((**gift).clone()),
        _ => None,
    });
    (gift.unwrap(), effects)
}

#[test]
fn sch_223_a_gift_to_an_address_waits_and_a_mail_tells_of_it_without_a_word_of_its_giver() {
    let command = to_address("Bo@example.org", GiftKind::Special, &[HOUR_MS]);
    let decided = send(command.clone(), context_of_ana()).unwrap();
    let [
        MatchingChange::InsertAddressedGift(stored),
        MatchingChange::AddMail(mail),
    ] = &decided.effects.changes[..]
    else {
        panic!("{decided:?}");
    };
    assert_eq!(**stored, decided.answer);
    assert_eq!(mail.to.text(), "Bo@example.org");
    assert_eq!(
        (mail.gift.as_ref(), mail.locale.as_str()),
        (Some(&stored.id), "ko")
    );
    let told = format!("{mail:?}");
    assert!(!told.contains("Shall") && !told.contains("ANA"), "{told}");
    assert!(events(&decided.effects).is_empty() && notified(&decided.effects).is_empty());

    let view = decided.answer.view(&user("ana")).unwrap();
    assert_eq!(view.to.email.as_deref(), Some("Bo@example.org"));
    assert_eq!((view.to.user_id, view.state), (None, GiftState::Sealed));
    assert_eq!(view.letter.as_deref(), Some("Shall we?"));
    assert_eq!(decided.answer.view(&user("bo")), None);
    let shown = decided.answer.sealed();
    assert_eq!((shown.letter, shown.from, shown.times), (None, None, None));
    assert_eq!(shown.to, GiftRecipient::default());

    let without_mail = AddressContext {
        may_mail: false,
        ..context_of_ana()
    };
    let quiet = send(command, without_mail).unwrap();
    assert_eq!(quiet.answer, decided.answer, "the answer tells of no mail");
    assert_eq!(quiet.effects.changes.len(), 1);
}

#[test]
fn sch_223_who_may_send_to_an_address_and_how_often() {
    let refused = |to: &str, change: fn(&mut AddressContext)| {
        let mut found = context_of_ana();
        change(&mut found);
        send(to_address(to, GiftKind::Special, &[]), found).map(|_| ())
    };
    let unverified = |found: &mut AddressContext| {
        found.giver.as_mut().unwrap().email_verified = false;
    };
    let bo = "bo@example.org";
    assert_eq!(refused(bo, |_| ()), Ok(()));
    assert!(matches!(
        refused(bo, unverified),
        Err(MatchingRefusal::Forbidden(_))
    ));
    let own = refused("ANA@example.org", |_| ());
    assert!(
        matches!(own, Err(MatchingRefusal::Invalid(fields)) if fields[0].code == "same_person")
    );
    let many = refused(bo, |found| found.sent_at = vec![NOW; 20]);
    assert!(matches!(many, Err(MatchingRefusal::QuotaExceeded(_))));
    let twice = refused(bo, |found| found.has_sealed_special = true);
    assert!(matches!(twice, Err(MatchingRefusal::Conflict(_))));
}

#[test]
fn sch_223_its_giver_takes_a_gift_back_that_waits() {
    let gift = waiting(GiftKind::Special, &[HOUR_MS]);
    let decided = withdraw_addressed_gift(&user("ana"), Some(gift.clone())).unwrap();
    let MatchingChange::UpdateAddressedGift(gone) = &decided.effects.changes[0] else {
        panic!("{decided:?}");
    };
    assert!(gone.content.letter.is_empty() && gone.content.times.is_empty());
    assert_eq!(gone.view(&user("ana")), None);
    assert!(!gone.is_for(&account("bo")));
    for (who, which) in [("bo", &gift), ("ana", &**gone)] {
        let refused = withdraw_addressed_gift(&user(who), Some(which.clone()));
        assert_eq!(refused, Err(MatchingRefusal::NotFound));
    }
}

#[test]
fn sch_224_a_gift_comes_to_whoever_has_shown_that_the_address_is_theirs_and_to_nobody_else() {
    let gift = waiting(GiftKind::Plain, &[]);
    let (got, effects) = claimed(claim_context(gift.clone()));
    assert_eq!(got.receiver.user_id, user("bo"));
    assert_eq!((&got.id, got.letter.as_str()), (&gift.id, "Shall we?"));
    assert_eq!(events(&effects), [EventType::GiftReceived]);
    assert_eq!(notified(&effects), [("bo", NotificationKind::GiftReceived)]);
    let Some(MatchingChange::UpdateAddressedGift(kept)) = effects.changes.last() else {
        panic!("{effects:?}");
    };
    assert_eq!(kept.fate, AddressedFate::Claimed);
    assert!(kept.content.letter.is_empty(), "it stands in one place");

    let mut unverified = account("bo");
    unverified.email_verified = false;
    let mut own = account("ana");
    own.email = address("bo@example.org");
    for account in [unverified, account("cy"), own] {
        let found = ClaimContext {
            account,
            ..claim_context(gift.clone())
        };
        let nothing = claim_gift(NOW, found, &mut counted());
        assert_eq!(nothing, MatchingEffects::default());
    }
    let again = claim_gift(NOW, claim_context((**kept).clone()), &mut counted());
    assert_eq!(again, MatchingEffects::default(), "once");
}

#[test]
fn sch_224_beside_a_block_it_reaches_nobody_and_beside_a_match_it_makes_no_other() {
    let gift = waiting(GiftKind::Special, &[]);
    let theirs = sent(
        command("bo", "ana", GiftKind::Special, &[]),
        context("bo", "ana"),
    )
    .0;
    let blocked = ClaimContext {
        is_blocked: true,
        specials: vec![theirs.clone()],
        ..claim_context(gift.clone())
    };
    let (stopped, effects) = claimed(blocked);
    assert_eq!(stopped.fate, GiftFate::Undelivered);
    assert!(events(&effects).is_empty() && notified(&effects).is_empty());
    assert_eq!(stopped.view(&user("bo"), at(9)), None);
    let own = stopped.view(&user("ana"), at(9)).unwrap();
    assert_eq!(
        own.state,
        GiftState::Sealed,
        "as where nobody has the address"
    );

    let matched = ClaimContext {
        in_force: Some("m".into()),
        specials: vec![theirs],
        ..claim_context(gift)
    };
    let (given, effects) = claimed(matched);
    assert!(!given.can_cross());
    assert_eq!(events(&effects), [EventType::GiftReceived]);
}

#[test]
fn sch_224_a_special_one_crosses_what_is_there_when_it_comes() {
    let gift = waiting(GiftKind::Special, &[3 * HOUR_MS]);
    let mut later = sent(
        command("bo", "ana", GiftKind::Special, &[2 * HOUR_MS]),
        context("bo", "ana"),
    )
    .0;
    later.sent_at = NOW + 1;
    let found = ClaimContext {
        specials: vec![later],
        ..claim_context(gift)
    };
    let (got, effects) = claimed(found);
    assert!(got.match_id.is_some());
    let proposal = effects.changes.iter().find_map(|change| match change {
        MatchingChange::InsertProposal(proposal) => Some(proposal),
        _ => None,
    });
    let proposal = proposal.unwrap();
    assert_eq!(proposal.by, user("bo"), "of the two the later one was Bo's");
    assert_eq!(proposal.times, [at(2)]);
    let view = got.view(&user("ana"), NOW).unwrap();
    assert_eq!(view.to.user_id, Some(user("bo")), "it is open");
}

#[test]
fn sch_227_it_opens_by_being_read_and_shows_its_giver_the_address_until_then() {
    let (gift, _) = claimed(claim_context(waiting(GiftKind::Plain, &[])));
    let (ana, bo) = (user("ana"), user("bo"));
    assert_eq!(
        gift.state(at(9)),
        GiftState::Sealed,
        "not by its time alone"
    );
    let own = gift.view(&ana, at(9)).unwrap();
    assert_eq!(own.to.email.as_deref(), Some("bo@example.org"));
    assert_eq!((own.to.user_id, own.to.name), (None, None));
    assert_eq!(
        open_due(at(9), gift.clone(), &mut counted()),
        MatchingEffects::default()
    );

    let read = |now, who: &UserId| read_gift(now, who, Some(gift.clone()), &mut counted());
    assert!(!gift.opens_when_read(&bo, at(1) - 1));
    assert_eq!(
        read(at(1) - 1, &bo).unwrap().effects,
        MatchingEffects::default()
    );
    assert_eq!(read(at(1), &ana), Err(MatchingRefusal::NotFound));
    let opened = read(at(1), &bo).unwrap();
    assert_eq!(events(&opened.effects), [EventType::GiftOpened]);
    let own = opened.answer.view(&ana, at(1)).unwrap();
    assert_eq!((own.to.email, own.to.user_id), (None, Some(bo.clone())));
    assert_eq!(
        opened.answer.clone().as_of(at(1) - 1),
        gift,
        "as it was before"
    );

    let peeked = PeekContext {
        gift: Some(gift.clone()),
        time_zone: None,
        next_peek_at: Some(at(99)),
    };
    let peeked = peek(at(1), &bo, peeked, &mut counted()).unwrap();
    assert_eq!(peeked.effects.changes.len(), 1, "it costs no peek");
    assert_eq!(
        AddressedGift::as_sent(gift).unwrap(),
        waiting(GiftKind::Plain, &[])
    );
}

#[test]
fn sch_227_a_second_special_one_to_the_person_is_not_refused_for_one_to_their_address() {
    let (gift, _) = claimed(claim_context(waiting(GiftKind::Special, &[])));
    let found = SendContext {
        specials: vec![gift],
        ..context("ana", "bo")
    };
    let second = command("ana", "bo", GiftKind::Special, &[]);
    assert!(send_gift(NOW, second, found, &mut counted()).is_ok());
}
