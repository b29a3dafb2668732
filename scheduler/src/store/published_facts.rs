//! What the services were told of people and matches, and what is still to be told of those from before.

use scheduler_core::Match;
use wire::{MatchId, UserId};

use super::StoreFuture;

/// Facts of what was there before such facts were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FactBacklog {
    /// People who can be found.
    People,
    /// Matches in force.
    Matches,
}

impl FactBacklog {
    /// Each of them.
    pub(crate) const ALL: [Self; 2] = [Self::People, Self::Matches];

    /// As it is stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Matches => "matches",
        }
    }
}

/// Reads and writes what was told, within a unit of work.
pub(crate) trait PublishedFactRepository: Send {
    /// Under which revision the services were told of somebody last; `None` where they never were. The person's account is
    /// locked.
    fn revision<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Option<u64>>;

    /// Notes under which revision they are told.
    fn set_revision<'a>(&'a mut self, user: &'a UserId, revision: u64) -> StoreFuture<'a, ()>;

    /// Up to which id a backlog was told; `None` once all of it was. Locked: nobody else tells of it meanwhile.
    fn backlog(&mut self, backlog: FactBacklog) -> StoreFuture<'_, Option<String>>;

    /// Notes that a backlog was told up to an id, or all of it.
    fn advance<'a>(
        &'a mut self,
        backlog: FactBacklog,
        after: &'a str,
        finished: bool,
    ) -> StoreFuture<'a, ()>;

    /// People with an account that can be found, by their ids, after one of them.
    fn discoverable<'a>(
        &'a mut self,
        after: &'a UserId,
        limit: u32,
    ) -> StoreFuture<'a, Vec<UserId>>;

    /// Matches in force by their ids, after one of them; locked.
    fn matches_in_force<'a>(
        &'a mut self,
        after: &'a MatchId,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Match>>;
}
