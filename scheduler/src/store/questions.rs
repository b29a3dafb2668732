//! Which questions the two of each session were given, by the place in the session.

use scheduler_core::AskedQuestion;
use wire::{SessionId, UserId};

use super::StoreFuture;

/// Reads committed questions.
pub(crate) trait QuestionQueries: Send + Sync {
    /// The id of the question at that place of a session. What stands there stays.
    fn find(&self, session: SessionId, position: u32) -> StoreFuture<'_, Option<String>>;
}

/// Reads and writes questions within a unit of work. They belong to their session, whose lock keeps its places as they are.
pub(crate) trait QuestionRepository: Send {
    /// As [`QuestionQueries::find`], within the unit of work.
    fn find<'a>(
        &'a mut self,
        session: &'a SessionId,
        position: u32,
    ) -> StoreFuture<'a, Option<String>>;

    /// How often the two had which question, in all of their sessions; those that they never had are left out. Nothing
    /// is locked: two that give the same one the same time can't both add it.
    fn times_had<'a>(&'a mut self, pair: &'a [UserId; 2]) -> StoreFuture<'a, Vec<(String, u32)>>;

    /// Adds a question. A second one at its place, or the same one with as many repeats for the same two, is an error.
    fn insert<'a>(&'a mut self, asked: &'a AskedQuestion) -> StoreFuture<'a, ()>;
}
