//! The end of a match: by one of the two, by a block, or by an erasure. All look the same.

use wire::{ProposalState, UnixMs, UserId};

use super::announce::Announcer;
use super::match_record::Match;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use super::proposal::Proposal;
use crate::commands::{CancelCommand, cancel};
use crate::ids::NewId;
use crate::session::BookedSession;

/// A match with everything that ends with it.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchInForce {
    /// The match itself.
    pub of: Match,
    /// Its open proposal, if it has one.
    pub open: Option<Proposal>,
    /// Its sessions that are booked or live.
    pub sessions: Vec<BookedSession>,
}

/// Ends a match for one of its two. One that has ended stays so.
///
/// # Errors
/// [`MatchingRefusal::NotFound`] for everybody else.
pub fn end_match(
    now: UnixMs,
    by: &UserId,
    found: Option<MatchInForce>,
    new_id: NewId<'_>,
) -> MatchingDecision<()> {
    let found = found.filter(|found| found.of.has(by));
    let found = found.ok_or(MatchingRefusal::NotFound)?;
    Ok(Decided {
        answer: (),
        effects: ended(now, found, new_id),
    })
}

/// The open proposal is withdrawn, sessions end cancelled, and the room is closed.
pub(super) fn ended(now: UnixMs, found: MatchInForce, new_id: NewId<'_>) -> MatchingEffects {
    let MatchInForce {
        mut of,
        open,
        sessions,
    } = found;
    if of.ended_at.is_some() {
        return MatchingEffects::default();
    }
    of.ended_at = Some(now);
    let mut changes = vec![MatchingChange::EndMatch(Box::new(of.clone()))];
    changes.extend(open.map(|open| {
        let withdrawn = open.closed(now, ProposalState::Withdrawn);
        MatchingChange::UpdateProposal(Box::new(withdrawn))
    }));
    let mut announcer = Announcer::new(now, new_id);
    announcer.match_ended(&of);
    let announced = std::mem::take(&mut announcer.effects);
    let mut effects = MatchingEffects::new(changes, announced);
    for session in sessions {
        let command = CancelCommand {
            application: session.application.clone(),
            id: session.id.clone(),
            revision: None,
            idempotency: None,
        };
        let decision = cancel(now, command, Some(session), new_id);
        effects.effects.extend(decision.effects);
    }
    effects
}
