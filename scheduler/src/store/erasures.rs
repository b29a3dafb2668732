//! What is left of somebody whose account was erased: nothing but their id.

use scheduler_core::{Account, Match};
use wire::{UnixMs, UserId};

use super::StoreFuture;

/// Erases people within a unit of work.
pub(crate) trait ErasureRepository: Send {
    /// The matches of a person that are in force. Nothing is locked.
    fn matches<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Vec<Match>>;

    /// Locks every session in which a person takes part, one after the other in the order of their ids: nobody writes
    /// their name into what is told of one meanwhile.
    fn lock_sessions<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, ()>;

    /// Deletes what is a person's alone: account, logins, tokens, notifications, reminders, peeks, blocks by and of them,
    /// gifts that reached nobody and gifts between two who have both left. In what others have too the name is
    /// [`wire::LEFT_NAME`] from then on, also in what was or is to be told. Gifts to them that are sealed reach nobody any
    /// more, and gifts to their address are gone, if they had shown that it is theirs. Of mails a hash of the address
    /// stays: it still counts what the address got. Of their reports stays that there was one. Their row stays, of nobody's
    /// tenant.
    ///
    /// Who calls it has ended their matches, and locked their account, themselves and their sessions. Once it is
    /// committed, nothing of it is found in the files of the store either.
    fn erase<'a>(&'a mut self, account: &'a Account, now: UnixMs) -> StoreFuture<'a, ()>;
}
