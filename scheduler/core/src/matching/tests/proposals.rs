//! Times between the two of a match.

use wire::{ProposalState, Propose};

use super::*;

fn asked(hours: &[i64]) -> CheckedProposal {
    let times = hours.iter().map(|hour| at(*hour)).collect();
    let duration_ms = Some(120_000);
    check_proposal(NOW, Propose { times, duration_ms }).unwrap()
}

/// Ana's proposal to Bo.
fn open(hours: &[i64]) -> (Proposal, Match) {
    let of = a_match();
    let decided = propose(
        NOW,
        &user("ana"),
        asked(hours),
        Some((of.clone(), None)),
        &mut counted(),
    );
    (decided.unwrap().answer, of)
}

fn accepted_by(
    who: &str,
    starts_at: UnixMs,
    now: UnixMs,
    found: (Proposal, Match),
) -> MatchingDecision<Proposal> {
    let context = AcceptContext {
        proposal: Some(found),
        people: [Some(person("ana")), Some(person("bo"))],
        surroundings: busy(None),
    };
    accept(now, &user(who), starts_at, context, &mut counted())
}

#[test]
fn sch_177_times_that_are_past_none_or_too_many_are_refused_by_their_field() {
    let refused = |times: Vec<UnixMs>, duration_ms| {
        let errors = check_proposal(NOW, Propose { times, duration_ms }).unwrap_err();
        let error = errors.into_iter().next().unwrap();
        (error.field, error.code)
    };
    let error = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(refused(vec![], None), error("times", "out_of_range"));
    assert_eq!(
        refused(vec![at(1); 6], None),
        error("times", "out_of_range")
    );
    assert_eq!(
        refused(vec![at(1), NOW], None),
        error("times[1]", "in_the_past")
    );
    assert_eq!(
        refused(vec![UnixMs(i64::MAX)], None),
        error("times[0]", "out_of_range")
    );
    assert_eq!(
        refused(vec![at(1)], Some(999)),
        error("duration_ms", "out_of_range")
    );
    assert_eq!(asked(&[3, 1, 3]).times, [at(1), at(3)]);
}

#[test]
fn sch_177_a_new_proposal_takes_the_place_of_the_open_one_whoever_made_it() {
    let (first, of) = open(&[1]);
    let found = Some((of.clone(), Some(first)));
    let decided = propose(NOW, &user("bo"), asked(&[2]), found, &mut counted()).unwrap();
    let MatchingChange::UpdateProposal(replaced) = &decided.effects.changes[0] else {
        panic!("{decided:?}");
    };
    assert_eq!(replaced.state, ProposalState::Replaced);
    assert_eq!(
        notified(&decided.effects),
        [("ana", NotificationKind::ProposalReceived)]
    );
    assert_eq!(events(&decided.effects), [EventType::ProposalCreated]);
    let stranger = propose(
        NOW,
        &user("cy"),
        asked(&[2]),
        Some((of.clone(), None)),
        &mut counted(),
    );
    assert_eq!(stranger, Err(MatchingRefusal::NotFound));
    let over = Match {
        ended_at: Some(NOW),
        ..of
    };
    let late = propose(
        NOW,
        &user("bo"),
        asked(&[2]),
        Some((over, None)),
        &mut counted(),
    );
    assert_eq!(late, Err(MatchingRefusal::NotFound));
}

#[test]
fn sch_177_a_proposal_expires_with_its_last_time_and_stays_so() {
    let (proposal, of) = open(&[1, 3]);
    assert_eq!(proposal.state(at(3) - 1), ProposalState::Open);
    assert_eq!(proposal.state(at(3)), ProposalState::Expired);
    let found = Some((of.clone(), Some(proposal.clone())));
    let decided = propose(at(3), &user("bo"), asked(&[4]), found, &mut counted()).unwrap();
    let MatchingChange::UpdateProposal(expired) = &decided.effects.changes[0] else {
        panic!("{decided:?}");
    };
    assert_eq!(expired.state, ProposalState::Expired);
    let declined = decline(
        at(3),
        &user("bo"),
        Some((proposal.clone(), of.clone())),
        &mut counted(),
    );
    assert!(matches!(declined, Err(MatchingRefusal::Conflict(_))));
    let late = accepted_by("bo", at(3), at(3), (proposal, of));
    assert!(matches!(late, Err(MatchingRefusal::Conflict(_))));
}

#[test]
fn sch_178_the_other_one_accepts_one_of_the_times_and_a_session_is_booked() {
    let (proposal, of) = open(&[1, 3]);
    let decided = accepted_by("bo", at(3), NOW, (proposal.clone(), of.clone())).unwrap();
    let accepted = decided.answer;
    assert_eq!(accepted.view(NOW).state, ProposalState::Accepted);
    assert!(accepted.session_id.is_some());
    let (scheduled, answered) = (
        NotificationKind::SessionScheduled,
        NotificationKind::ProposalAnswered,
    );
    let told = notified(&decided.effects);
    assert_eq!(
        told,
        [("ana", scheduled), ("bo", scheduled), ("ana", answered)]
    );
    let booked = &decided.effects.effects[0].events[0].data;
    assert_eq!(booked["room_id"], of.room_id.as_str());
    assert_eq!(booked["session"]["duration_ms"], 120_000);

    let again = accepted_by("bo", at(3), at(9), (accepted.clone(), of.clone())).unwrap();
    assert_eq!(again.answer, accepted);
    assert_eq!(again.effects, MatchingEffects::default());
    let another = accepted_by("bo", at(1), NOW, (accepted, of.clone()));
    assert!(matches!(another, Err(MatchingRefusal::Conflict(_))));
    let past = accepted_by("bo", at(1), at(1), (proposal, of));
    assert!(matches!(past, Err(MatchingRefusal::Conflict(_))));
}

#[test]
fn sch_178_neither_its_author_nor_a_stranger_accepts_nor_anybody_another_time() {
    let (proposal, of) = open(&[1]);
    let accepted =
        |who, starts_at| accepted_by(who, starts_at, NOW, (proposal.clone(), of.clone()));
    assert!(matches!(
        accepted("ana", at(1)),
        Err(MatchingRefusal::Forbidden(_))
    ));
    assert_eq!(accepted("cy", at(1)), Err(MatchingRefusal::NotFound));
    let Err(MatchingRefusal::Invalid(fields)) = accepted("bo", at(2)) else {
        panic!("not among its times");
    };
    assert_eq!(fields[0].field, "starts_at");
    let context = AcceptContext {
        proposal: Some((proposal, of)),
        people: [Some(person("ana")), Some(person("bo"))],
        surroundings: busy(Some(user("ana"))),
    };
    let refused = accept(NOW, &user("bo"), at(1), context, &mut counted());
    assert_eq!(refused, Err(MatchingRefusal::Busy(user("ana"))));
}

#[test]
fn sch_178_the_other_one_declines_and_its_author_withdraws_once_or_again() {
    let (proposal, of) = open(&[1]);
    let found = |proposal: &Proposal| Some((proposal.clone(), of.clone()));
    let declined = decline(NOW, &user("bo"), found(&proposal), &mut counted()).unwrap();
    assert_eq!(declined.answer.state, ProposalState::Declined);
    assert_eq!(
        notified(&declined.effects),
        [("ana", NotificationKind::ProposalAnswered)]
    );
    let again = decline(NOW, &user("bo"), found(&declined.answer), &mut counted()).unwrap();
    assert_eq!(again.effects, MatchingEffects::default());
    let own = decline(NOW, &user("ana"), found(&proposal), &mut counted());
    assert!(matches!(own, Err(MatchingRefusal::Forbidden(_))));

    let withdrawn = withdraw_proposal(NOW, &user("ana"), found(&proposal)).unwrap();
    assert_eq!(withdrawn.answer.state, ProposalState::Withdrawn);
    let again = withdraw_proposal(NOW, &user("ana"), found(&withdrawn.answer)).unwrap();
    assert_eq!(again.effects, MatchingEffects::default());
    let theirs = withdraw_proposal(NOW, &user("bo"), found(&proposal));
    assert!(matches!(theirs, Err(MatchingRefusal::Forbidden(_))));
    let late = withdraw_proposal(NOW, &user("ana"), found(&declined.answer));
    assert!(matches!(late, Err(MatchingRefusal::Conflict(_))));
}
