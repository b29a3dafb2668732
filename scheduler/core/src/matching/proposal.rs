//! Times that one of a match has put to the other, and where they stand.

use wire::{MatchId, ProposalId, ProposalState, ProposalView, SessionId, UnixMs, UserId};

/// A proposal as it is stored; a match has one open one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its own id, a UUIDv7 as text.
    pub id: ProposalId,
    /// The match that it is of.
    pub match_id: MatchId,
    /// Who put the times.
    pub by: UserId,
    /// The times, rising, none twice; one at least.
    pub times: Vec<UnixMs>,
    /// How long the session would be live, in milliseconds.
    pub duration_ms: i64,
    /// When it was made.
    pub created_at: UnixMs,
    /// Where it stands as far as that does not depend on the time.
    pub state: ProposalState,
    /// Of an accepted one: the time that was chosen.
    pub starts_at: Option<UnixMs>,
    /// Of an accepted one: the session that was booked.
    pub session_id: Option<SessionId>,
}

impl Proposal {
    /// Where it stands: an open one expires with its last time.
    #[must_use]
    pub fn state(&self, now: UnixMs) -> ProposalState {
        match self.state {
            ProposalState::Open if self.times.iter().all(|at| *at <= now) => ProposalState::Expired,
            stored => stored,
        }
    }

    /// True while it may be accepted.
    #[must_use]
    pub fn is_open(&self, now: UnixMs) -> bool {
        self.state(now) == ProposalState::Open
    }

    /// The proposal as both of its match are shown it.
    #[must_use]
    pub fn view(&self, now: UnixMs) -> ProposalView {
        ProposalView {
            id: self.id.clone(),
            match_id: self.match_id.clone(),
            by: self.by.clone(),
            times: self.times.clone(),
            duration_ms: self.duration_ms,
            created_at: self.created_at,
            state: self.state(now),
            session_id: self.session_id.clone(),
        }
    }

    /// The same as it was when it was made.
    #[must_use]
    pub fn as_made(self) -> Self {
        Self {
            state: ProposalState::Open,
            starts_at: None,
            session_id: None,
            ..self
        }
    }

    /// The same in another state, as it is to be stored; an expired one stays so.
    pub(super) fn closed(mut self, now: UnixMs, state: ProposalState) -> Self {
        self.state = if self.is_open(now) {
            state
        } else {
            self.state(now)
        };
        self
    }
}
