//! Matches, their proposals, and the sessions that they book.

use scheduler_core::{BookedSession, Match, Pair, Proposal};
use wire::{MatchId, ProposalId, RoomId, SessionId, UserId};

use super::StoreFuture;

/// Reads committed matches.
pub(crate) trait MatchQueries: Send + Sync {
    /// One match, of any two, in force or not.
    fn find(&self, id: MatchId) -> StoreFuture<'_, Option<Match>>;

    /// The matches of a person that are in force, by id, falling; those before `before`, at most `limit`.
    fn list(
        &self,
        user: UserId,
        before: Option<MatchId>,
        limit: u32,
    ) -> StoreFuture<'_, Vec<Match>>;

    /// A proposal of any match.
    fn find_proposal(&self, id: ProposalId) -> StoreFuture<'_, Option<Proposal>>;

    /// The open proposals of these matches; some may have expired.
    fn open_proposals(&self, matches: Vec<MatchId>) -> StoreFuture<'_, Vec<Proposal>>;

    /// The sessions of these matches that are booked or live, by start.
    fn open_sessions(&self, matches: Vec<MatchId>) -> StoreFuture<'_, Vec<BookedSession>>;
}

/// Reads and writes matches within a unit of work. Nothing that it finds is locked by itself: who writes has locked both
/// people.
pub(crate) trait MatchRepository: Send {
    /// One match, of any two, in force or not.
    fn find<'a>(&'a mut self, id: &'a MatchId) -> StoreFuture<'a, Option<Match>>;

    /// The match of these two that is in force.
    fn find_in_force<'a>(&'a mut self, pair: &'a Pair) -> StoreFuture<'a, Option<Match>>;

    /// Those of `among` with whom a person is matched.
    fn matched_with<'a>(
        &'a mut self,
        user: &'a UserId,
        among: &'a [UserId],
    ) -> StoreFuture<'a, Vec<UserId>>;

    /// The match in force whose room that is.
    fn find_by_room<'a>(&'a mut self, room: &'a RoomId) -> StoreFuture<'a, Option<Match>>;

    /// The sessions of a match that are booked or live.
    fn open_session_ids<'a>(&'a mut self, id: &'a MatchId) -> StoreFuture<'a, Vec<SessionId>>;

    /// Adds a match in force. A second one of the same two is an error.
    fn insert<'a>(&'a mut self, made: &'a Match) -> StoreFuture<'a, ()>;

    /// Notes when a match ended.
    fn end<'a>(&'a mut self, ended: &'a Match) -> StoreFuture<'a, ()>;

    /// A proposal of any match.
    fn find_proposal<'a>(&'a mut self, id: &'a ProposalId) -> StoreFuture<'a, Option<Proposal>>;

    /// The open proposal of a match; it may have expired.
    fn open_proposal<'a>(&'a mut self, id: &'a MatchId) -> StoreFuture<'a, Option<Proposal>>;

    /// Adds a proposal. A second open one of the same match is an error.
    fn insert_proposal<'a>(&'a mut self, proposal: &'a Proposal) -> StoreFuture<'a, ()>;

    /// Overwrites where a proposal stands, with the time and the session of an accepted one.
    fn update_proposal<'a>(&'a mut self, proposal: &'a Proposal) -> StoreFuture<'a, ()>;
}
