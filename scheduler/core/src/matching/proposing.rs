//! Putting times to the other one of a match, and answering them.

use wire::{EventType, FieldError, NotificationKind, ProposalState, Propose, UnixMs, UserId};

use super::announce::Announcer;
use super::gift_checks::{ahead_of, check_count};
use super::match_record::Match;
use super::meeting::Meeting;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use super::proposal::Proposal;
use crate::field_checks::{DURATION_MS, FieldErrors};
use crate::ids::NewId;
use crate::occupancy::Surroundings;
use crate::people::KnownPerson;
use crate::terms::DEFAULT_DURATION_MS;

const NOT_OPEN: MatchingRefusal = MatchingRefusal::Conflict("The proposal is not open any more.");

/// Times within every bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedProposal {
    /// All of them ahead of now, rising, none twice.
    pub times: Vec<UnixMs>,
    /// How long the session is to be live, in milliseconds.
    pub duration_ms: i64,
}

/// What is loaded for whoever accepts, under a lock of both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AcceptContext {
    /// The proposal of that id, and the match that it is of.
    pub proposal: Option<(Proposal, Match)>,
    /// The two of the match, the lower id first.
    pub people: [Option<KnownPerson>; 2],
    /// The other sessions of the two around that time.
    pub surroundings: Surroundings,
}

/// Fills in the default and checks every bound.
///
/// # Errors
/// Every field that is wrong, not only the first.
pub fn check_proposal(now: UnixMs, asked: Propose) -> Result<CheckedProposal, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    check_count(&mut errors, &asked.times);
    for (at, time) in asked.times.iter().enumerate() {
        if *time <= now {
            let message = "Each of `times` must be ahead of now.";
            errors.add(format!("times[{at}]"), "in_the_past", message);
        } else {
            errors.start(&format!("times[{at}]"), now, *time);
        }
    }
    let duration_ms = asked.duration_ms.unwrap_or(DEFAULT_DURATION_MS);
    errors.within("duration_ms", duration_ms, DURATION_MS);
    errors.into_result(CheckedProposal {
        times: ahead_of(now, asked.times),
        duration_ms,
    })
}

/// Puts times to the other one; they take the place of those that were open.
///
/// # Errors
/// [`MatchingRefusal::NotFound`] where `by` is not one of a match that stands.
pub fn propose(
    now: UnixMs,
    by: &UserId,
    asked: CheckedProposal,
    found: Option<(Match, Option<Proposal>)>,
    new_id: NewId<'_>,
) -> MatchingDecision<Proposal> {
    let found = found.filter(|(of, _)| of.has(by) && of.ended_at.is_none());
    let (of, open) = found.ok_or(MatchingRefusal::NotFound)?;
    let proposal = Proposal {
        id: new_id().into(),
        match_id: of.id.clone(),
        by: by.clone(),
        times: asked.times,
        duration_ms: asked.duration_ms,
        created_at: now,
        state: ProposalState::Open,
        starts_at: None,
        session_id: None,
    };
    let mut effects = MatchingEffects::default();
    if let Some(open) = open {
        let replaced = open.closed(now, ProposalState::Replaced);
        let change = MatchingChange::UpdateProposal(Box::new(replaced));
        effects.changes.push(change);
    }
    effects.extend(announce_proposal(now, &of, proposal.clone(), new_id));
    Ok(Decided {
        answer: proposal,
        effects,
    })
}

/// A new proposal, of which the other one is notified.
pub(super) fn announce_proposal(
    now: UnixMs,
    of: &Match,
    proposal: Proposal,
    new_id: NewId<'_>,
) -> MatchingEffects {
    let mut announcer = Announcer::new(now, new_id);
    announcer.proposal(&proposal, EventType::ProposalCreated);
    if let Some(other) = of.other(&proposal.by) {
        let kind = NotificationKind::ProposalReceived;
        announcer.notify_proposal(&other.user_id, of, &proposal, kind);
    }
    let change = MatchingChange::InsertProposal(Box::new(proposal));
    MatchingEffects::new(vec![change], announcer.effects)
}

/// Books one of the times. A repeat is answered as the first.
///
/// # Errors
/// [`MatchingRefusal::Forbidden`] for its author, [`MatchingRefusal::Invalid`] for another time than one of its own,
/// [`MatchingRefusal::Conflict`] where it is past or not open, [`MatchingRefusal::Busy`].
pub fn accept(
    now: UnixMs,
    by: &UserId,
    starts_at: UnixMs,
    found: AcceptContext,
    new_id: NewId<'_>,
) -> MatchingDecision<Proposal> {
    let (mut proposal, of) = answerable(by, found.proposal)?;
    if !proposal.times.contains(&starts_at) {
        return Err(MatchingRefusal::Invalid(vec![FieldError {
            field: "starts_at".into(),
            code: "not_proposed".into(),
            message: "`starts_at` must be one of the `times` of the proposal.".into(),
        }]));
    }
    if proposal.state == ProposalState::Accepted && proposal.starts_at == Some(starts_at) {
        return Ok(Decided::unchanged(proposal));
    }
    if !proposal.is_open(now) || of.ended_at.is_some() {
        return Err(NOT_OPEN);
    }
    if starts_at <= now {
        return Err(MatchingRefusal::Conflict(
            "That time is past: accept a later one.",
        ));
    }
    let [Some(one), Some(other)] = found.people else {
        return Err(MatchingRefusal::NotFound);
    };
    let meeting = Meeting {
        starts_at,
        duration_ms: Some(proposal.duration_ms),
    };
    let (session, booked) = meeting.book(now, &of, [one, other], found.surroundings, new_id)?;
    proposal.state = ProposalState::Accepted;
    proposal.starts_at = Some(starts_at);
    proposal.session_id = Some(session.id);
    let mut effects = MatchingEffects::new(Vec::new(), booked);
    effects.extend(answered(now, &of, &proposal, new_id));
    Ok(Decided {
        answer: proposal,
        effects,
    })
}

/// Wants none of the times. A repeat is answered as the first.
///
/// # Errors
/// [`MatchingRefusal::Forbidden`] for its author, [`MatchingRefusal::Conflict`] where it is not open.
pub fn decline(
    now: UnixMs,
    by: &UserId,
    found: Option<(Proposal, Match)>,
    new_id: NewId<'_>,
) -> MatchingDecision<Proposal> {
    let (mut proposal, of) = answerable(by, found)?;
    if proposal.state == ProposalState::Declined {
        return Ok(Decided::unchanged(proposal));
    }
    if !proposal.is_open(now) {
        return Err(NOT_OPEN);
    }
    proposal.state = ProposalState::Declined;
    let effects = answered(now, &of, &proposal, new_id);
    Ok(Decided {
        answer: proposal,
        effects,
    })
}

/// Takes one's own times back. A repeat is answered as the first.
///
/// # Errors
/// [`MatchingRefusal::Forbidden`] for the other one, [`MatchingRefusal::Conflict`] where it is not open.
pub fn withdraw_proposal(
    now: UnixMs,
    by: &UserId,
    found: Option<(Proposal, Match)>,
) -> MatchingDecision<Proposal> {
    let (mut proposal, _) = of_both(by, found)?;
    if proposal.by != *by {
        return Err(MatchingRefusal::Forbidden(
            "Only its author takes a proposal back: decline it.",
        ));
    }
    if proposal.state == ProposalState::Withdrawn {
        return Ok(Decided::unchanged(proposal));
    }
    if !proposal.is_open(now) {
        return Err(NOT_OPEN);
    }
    proposal.state = ProposalState::Withdrawn;
    let change = MatchingChange::UpdateProposal(Box::new(proposal.clone()));
    Ok(Decided {
        answer: proposal,
        effects: MatchingEffects {
            changes: vec![change],
            effects: Vec::new(),
        },
    })
}

/// The proposal for the one who may answer it.
fn answerable(
    by: &UserId,
    found: Option<(Proposal, Match)>,
) -> Result<(Proposal, Match), MatchingRefusal> {
    let (proposal, of) = of_both(by, found)?;
    if proposal.by == *by {
        return Err(MatchingRefusal::Forbidden(
            "Its author does not answer a proposal: the other one does.",
        ));
    }
    Ok((proposal, of))
}

fn of_both(
    by: &UserId,
    found: Option<(Proposal, Match)>,
) -> Result<(Proposal, Match), MatchingRefusal> {
    found
        .filter(|(_, of)| of.has(by))
        .ok_or(MatchingRefusal::NotFound)
}

/// Its author is notified.
fn answered(now: UnixMs, of: &Match, proposal: &Proposal, new_id: NewId<'_>) -> MatchingEffects {
    let mut announcer = Announcer::new(now, new_id);
    announcer.proposal(proposal, EventType::ProposalAnswered);
    let kind = NotificationKind::ProposalAnswered;
    announcer.notify_proposal(&proposal.by, of, proposal, kind);
    let change = MatchingChange::UpdateProposal(Box::new(proposal.clone()));
    MatchingEffects::new(vec![change], announcer.effects)
}
