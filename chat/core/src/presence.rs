//! Who is online: counted over connections, with a grace for those who were lost.

mod local;

pub use local::LocalPresence;

use wire::chat::Presence;
use wire::{UnixMs, UserId};

/// Knows who is online, and when others are to be told of a change.
///
/// The broker reports the connections of its own process and asks about everybody. [`LocalPresence`] knows
/// no others; one for several nodes wraps it, and adds what the other nodes tell.
pub trait PresenceTracker {
    /// A connection of `user` came.
    fn connected(&mut self, now: UnixMs, user: &UserId);

    /// A connection of `user` is gone; `away` is what it had said last. After a clean close there is no grace.
    fn disconnected(&mut self, now: UnixMs, user: &UserId, away: bool, clean: bool);

    /// One of the connections of `user` says that it is away, or back.
    fn set_away(&mut self, user: &UserId, away: bool);

    /// `user` did something.
    fn active(&mut self, now: UnixMs, user: &UserId);

    /// Who did something since this was last asked and is to be remembered, and when: each person once in a minute.
    fn take_active(&mut self) -> Vec<(UserId, UnixMs)>;

    /// What others are to be told of `user`, where it differs from what was told last.
    fn take_change(&mut self, user: &UserId) -> Option<Presence>;

    /// How `user` is, as others were told last.
    fn presence(&self, user: &UserId) -> Presence;

    /// True while `user` is connected to this process, or may be back within the grace.
    fn is_here(&self, user: &UserId) -> bool;

    /// One whose grace is over at `now`, and whose change is to be taken; `None` once there is no other.
    fn take_expired(&mut self, now: UnixMs) -> Option<UserId>;

    /// When the next grace is over.
    fn next_deadline(&self) -> Option<UnixMs>;

    /// `user` was erased: whatever was known of them is not.
    fn erase(&mut self, user: &UserId);

    /// Nothing is asked of `user` any more; who is [here](Self::is_here) is kept all the same.
    fn forget(&mut self, user: &UserId);
}
