//! The end of a match, and blocks.

use wire::{GiftState, ProposalState, Propose, SessionState};

use super::*;
use crate::effects::SessionChange;
use crate::session::BookedSession;
use crate::settlement::tests::session;

fn in_force() -> MatchInForce {
    let of = a_match();
    let propose_one = Propose {
        times: vec![at(1)],
        duration_ms: None,
    };
    let asked = check_proposal(NOW, propose_one).unwrap();
    let found = Some((of.clone(), None));
    let open = propose(NOW, &user("ana"), asked, found, &mut counted());
    MatchInForce {
        of,
        open: Some(open.unwrap().answer),
        sessions: vec![BookedSession {
            application: PEOPLE.into(),
            ..session()
        }],
    }
}

fn block_bo(found: BlockContext) -> MatchingDecision<()> {
    block(NOW, &user("ana"), &user("bo"), found, &mut counted())
}

fn context_of(in_force: Option<MatchInForce>) -> BlockContext {
    BlockContext {
        is_known: true,
        in_force,
        ..BlockContext::default()
    }
}

#[test]
fn sch_210_an_erasure_ends_every_match_and_is_told_once_after_that() {
    let effects = erase(NOW, &user("ana"), vec![in_force()], &mut counted());
    let expected = [
        EventType::MatchEnded,
        EventType::RoomClosed,
        EventType::SessionCancelled,
        EventType::UserErased,
    ];
    assert_eq!(events(&effects), expected);
    let ended = effects
        .changes
        .iter()
        .any(|change| matches!(change, MatchingChange::EndMatch(of) if of.ended_at == Some(NOW)));
    assert!(ended);
    let told = effects.effects.last().unwrap();
    let [event] = &told.events[..] else {
        panic!("{told:?}");
    };
    assert_eq!(event.subject, "ana");
    assert_eq!(event.data, serde_json::json!({"user_id": "ana"}));

    let alone = erase(NOW, &user("ana"), Vec::new(), &mut counted());
    assert_eq!(events(&alone), [EventType::UserErased]);
    assert!(alone.changes.is_empty());
}

#[test]
fn sch_179_with_a_match_end_its_proposal_its_sessions_and_its_room() {
    let found = in_force();
    let decided = end_match(NOW, &user("bo"), Some(found.clone()), &mut counted()).unwrap();
    let [
        MatchingChange::EndMatch(over),
        MatchingChange::UpdateProposal(withdrawn),
    ] = &decided.effects.changes[..]
    else {
        panic!("{decided:?}");
    };
    assert_eq!(over.ended_at, Some(NOW));
    assert_eq!(withdrawn.state, ProposalState::Withdrawn);
    let Some(SessionChange::Update(session)) = &decided.effects.effects[1].session else {
        panic!("{decided:?}");
    };
    assert_eq!(session.state(NOW), SessionState::Cancelled);
    let seen = events(&decided.effects);
    let expected = [
        EventType::MatchEnded,
        EventType::RoomClosed,
        EventType::SessionCancelled,
    ];
    assert_eq!(seen, expected);
    let cancelled = NotificationKind::SessionCancelled;
    assert!(
        notified(&decided.effects)
            .iter()
            .all(|(_, kind)| *kind == cancelled)
    );

    let stranger = end_match(NOW, &user("cy"), Some(found.clone()), &mut counted());
    assert_eq!(stranger, Err(MatchingRefusal::NotFound));
    let ended = MatchInForce {
        of: (**over).clone(),
        ..found
    };
    let again = end_match(NOW, &user("ana"), Some(ended), &mut counted()).unwrap();
    assert_eq!(again.effects, MatchingEffects::default());
}

#[test]
fn sch_180_a_block_ends_a_match_as_one_of_the_two_does_and_the_other_is_not_told() {
    let found = in_force();
    let ended = end_match(NOW, &user("ana"), Some(found.clone()), &mut counted()).unwrap();
    let blocked = block_bo(context_of(Some(found))).unwrap();
    let shared = ended.effects.changes.len();
    assert_eq!(blocked.effects.changes[..shared], ended.effects.changes);
    assert_eq!(notified(&blocked.effects), notified(&ended.effects));
    let (all, of_end) = (events(&blocked.effects), events(&ended.effects));
    assert_eq!(all[..of_end.len()], of_end);
    assert_eq!(
        all[of_end.len()..],
        [EventType::UserBlocked],
        "between the services alone"
    );
}

#[test]
fn sch_180_a_gift_to_somebody_who_blocks_looks_as_any_other_and_goes_nowhere() {
    let theirs = sealed(GiftKind::Special, &[HOUR_MS]);
    let mut found = context("bo", "ana");
    found.receiver_blocks = true;
    found.specials = vec![theirs];
    let (gift, effects) = sent(command("bo", "ana", GiftKind::Special, &[HOUR_MS]), found);
    assert!(effects.effects.is_empty(), "nobody is told");
    assert_eq!(effects.changes.len(), 1);
    let own = gift.view(&user("bo"), NOW).unwrap();
    assert_eq!(own.state, GiftState::Sealed);
    assert_eq!(
        gift.view(&user("bo"), at(1)).unwrap().state,
        GiftState::Opened
    );
    assert_eq!(gift.view(&user("ana"), at(1)), None);
    assert!(!gift.can_cross());
    let again = SendContext {
        receiver_blocks: true,
        specials: vec![gift],
        ..context("bo", "ana")
    };
    let second = command("bo", "ana", GiftKind::Special, &[]);
    let refused = send_gift(NOW, second, again, &mut counted());
    assert!(
        matches!(refused, Err(MatchingRefusal::Conflict(_))),
        "as if it had come"
    );
}

#[test]
fn sch_180_what_is_sealed_between_the_two_never_arrives() {
    let open = Gift {
        opens_at: NOW,
        ..sealed(GiftKind::Plain, &[])
    };
    let found = BlockContext {
        gifts: vec![sealed(GiftKind::Plain, &[]), open],
        ..context_of(None)
    };
    let decided = block_bo(found).unwrap();
    let [
        MatchingChange::UpdateGift(stopped),
        MatchingChange::InsertBlock { .. },
    ] = &decided.effects.changes[..]
    else {
        panic!("{decided:?}");
    };
    assert_eq!(stopped.fate, GiftFate::Undelivered);
}

#[test]
fn sch_180_a_block_is_of_somebody_else_once_and_bounded_and_is_lifted() {
    let own = block(
        NOW,
        &user("ana"),
        &user("ana"),
        context_of(None),
        &mut counted(),
    );
    assert!(matches!(own, Err(MatchingRefusal::Invalid(_))));
    assert_eq!(
        block_bo(BlockContext::default()),
        Err(MatchingRefusal::NotFound)
    );
    let there = BlockContext {
        is_blocked: true,
        count: MAX_BLOCKS,
        ..context_of(None)
    };
    assert_eq!(block_bo(there).unwrap().effects, MatchingEffects::default());
    let full = BlockContext {
        count: MAX_BLOCKS,
        ..context_of(None)
    };
    assert!(matches!(block_bo(full), Err(MatchingRefusal::Conflict(_))));
    let lift = |is_blocked| unblock(NOW, &user("ana"), &user("bo"), is_blocked, &mut counted());
    assert_eq!(lift(false).effects, MatchingEffects::default());
    assert_eq!(events(&lift(true).effects), [EventType::UserBlocked]);
}
