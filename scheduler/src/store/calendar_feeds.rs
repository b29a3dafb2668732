//! The secrets by which calendars read a person's sessions.

use wire::{UnixMs, UserId};

use super::StoreFuture;

/// Reads committed feeds.
pub(crate) trait CalendarFeedQueries: Send + Sync {
    /// Whose feed a secret of this hash opens.
    fn find(&self, hash: String) -> StoreFuture<'_, Option<UserId>>;
}

/// Writes feeds within a unit of work. Who writes has locked the account.
pub(crate) trait CalendarFeedRepository: Send {
    /// Gives a person this secret, in place of the one that they had.
    fn replace<'a>(
        &'a mut self,
        user: &'a UserId,
        hash: &'a str,
        at: UnixMs,
    ) -> StoreFuture<'a, ()>;

    /// Takes a person's secret away, if they have one.
    fn revoke<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, ()>;
}
