//! What people said of sessions afterwards.

use scheduler_core::Feedback;
use wire::{SessionId, UserId};

use super::StoreFuture;

/// Reads committed feedback.
pub(crate) trait FeedbackQueries: Send + Sync {
    /// What the two said of a session, those of them who did.
    fn of_session(&self, session: SessionId) -> StoreFuture<'_, Vec<Feedback>>;
}

/// Reads and writes feedback within a unit of work. Who writes has locked the session.
pub(crate) trait FeedbackRepository: Send {
    /// What one of the two said of a session.
    fn find<'a>(
        &'a mut self,
        session: &'a SessionId,
        user: &'a UserId,
    ) -> StoreFuture<'a, Option<Feedback>>;

    /// Adds it, or overwrites what that person said of that session.
    fn put<'a>(&'a mut self, feedback: &'a Feedback) -> StoreFuture<'a, ()>;
}
