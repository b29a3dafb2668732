//! Invitations of an operator, each for one sign-up.

use wire::UnixMs;

use super::StoreFuture;

/// Writes invitations within a unit of work.
pub(crate) trait InviteRepository: Send {
    /// Adds one by the hash of its code.
    fn add<'a>(&'a mut self, hash: &'a str, now: UnixMs, expires_at: UnixMs)
    -> StoreFuture<'a, ()>;

    /// Uses one up; false where there is none, or its time is over.
    fn take<'a>(&'a mut self, hash: &'a str, now: UnixMs) -> StoreFuture<'a, bool>;
}
