//! What a person has who takes a copy of all of it, beyond what is listed elsewhere.

use scheduler_core::{BookedSession, Feedback, Match, Proposal, StoredReport};
use wire::UserId;

use super::StoreFuture;

/// Reads committed rows of one person, the newest first.
pub(crate) trait ExportQueries: Send + Sync {
    /// Their matches, in force or not, at most `limit`.
    fn matches(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<Match>>;

    /// The proposals of their matches, wherever they stand, at most `limit`.
    fn proposals(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<Proposal>>;

    /// Sessions in which they take part, at most `limit`.
    fn sessions(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<BookedSession>>;

    /// What they said of sessions, at most `limit`.
    fn feedback(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<Feedback>>;

    /// What they reported, at most `limit`.
    fn reports(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<StoredReport>>;
}
