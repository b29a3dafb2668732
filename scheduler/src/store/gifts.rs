//! Gifts, and when their receivers may peek.

use scheduler_core::{Gift, Pair};
use wire::{GiftBox, GiftId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed gifts.
pub(crate) trait GiftQueries: Send + Sync {
    /// One gift, whosoever it is.
    fn find(&self, id: GiftId) -> StoreFuture<'_, Option<Gift>>;

    /// What a person has given or received, by id, falling: nothing that was taken back, and nothing received that
    /// does not reach them.
    fn list(&self, query: GiftQuery) -> StoreFuture<'_, Vec<Gift>>;

    /// Gifts whose time has come and that nobody has noted as open, the longest due first, at most `limit`.
    fn due(&self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<Gift>>;
}

/// Reads and writes gifts within a unit of work. Nothing that it finds is locked by itself: who writes has locked giver and
/// receiver.
pub(crate) trait GiftRepository: Send {
    /// One gift, whosoever it is.
    fn find<'a>(&'a mut self, id: &'a GiftId) -> StoreFuture<'a, Option<Gift>>;

    /// Special gifts of the two in both directions that made no match and were not taken back, the newest first, at
    /// most `limit`.
    fn specials<'a>(&'a mut self, pair: &'a Pair, limit: u32) -> StoreFuture<'a, Vec<Gift>>;

    /// Gifts of the two in both directions that nobody has noted as open and that reach their receiver, at most
    /// `limit`.
    fn sealed<'a>(&'a mut self, pair: &'a Pair, limit: u32) -> StoreFuture<'a, Vec<Gift>>;

    /// When a person sent what they sent after `since`, to addresses too, oldest first.
    fn sent_since<'a>(
        &'a mut self,
        giver: &'a UserId,
        since: UnixMs,
    ) -> StoreFuture<'a, Vec<UnixMs>>;

    /// Adds a gift. An id that is there already is an error.
    fn insert<'a>(&'a mut self, gift: &'a Gift) -> StoreFuture<'a, ()>;

    /// Overwrites text, opening, fate and match.
    fn update<'a>(&'a mut self, gift: &'a Gift) -> StoreFuture<'a, ()>;

    /// When a person may peek again, if they ever did.
    fn next_peek<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Option<UnixMs>>;

    /// Overwrites when a person may peek again.
    fn set_next_peek<'a>(&'a mut self, user: &'a UserId, at: UnixMs) -> StoreFuture<'a, ()>;
}

/// Which gifts to list.
#[derive(Debug, Clone)]
pub(crate) struct GiftQuery {
    pub(crate) user: UserId,
    pub(crate) of: GiftBox,
    /// Only ids below this one; `None` begins with the newest.
    pub(crate) before: Option<GiftId>,
    pub(crate) limit: u32,
}
