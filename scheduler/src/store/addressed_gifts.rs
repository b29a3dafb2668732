//! Gifts to addresses, and whose address one waits for.

use scheduler_core::{AddressedGift, EmailAddress};
use wire::{GiftId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed gifts to addresses.
pub(crate) trait AddressedGiftQueries: Send + Sync {
    /// One gift to an address, whosoever it is.
    fn find(&self, id: GiftId) -> StoreFuture<'_, Option<AddressedGift>>;

    /// Those of a giver that wait, by id, falling; those before `before`, at most `limit`.
    fn list(
        &self,
        giver: UserId,
        before: Option<GiftId>,
        limit: u32,
    ) -> StoreFuture<'_, Vec<AddressedGift>>;

    /// Those that wait for an address that this person has shown to be theirs, the oldest first, at most `limit`.
    fn claimable_by(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<ClaimableGift>>;

    /// Those that were sent after that moment and wait for an address that somebody has shown to be theirs, at most
    /// `limit`.
    fn claimable_since(&self, sent_at: UnixMs, limit: u32) -> StoreFuture<'_, Vec<ClaimableGift>>;
}

/// Reads and writes gifts to addresses within a unit of work. Nothing that it finds is locked by itself: who writes has
/// locked the giver.
pub(crate) trait AddressedGiftRepository: Send {
    /// One gift to an address, whosoever it is.
    fn find<'a>(&'a mut self, id: &'a GiftId) -> StoreFuture<'a, Option<AddressedGift>>;

    /// True while a special gift of that giver to that address is not opened, whether it waits or not.
    fn has_sealed_special<'a>(
        &'a mut self,
        giver: &'a UserId,
        to: &'a EmailAddress,
    ) -> StoreFuture<'a, bool>;

    /// Adds a gift. An id that is there already is an error.
    /// True where whoever has shown that the address is theirs has blocked the giver. Nobody is locked.
    fn is_blocked<'a>(
        &'a mut self,
        giver: &'a UserId,
        to: &'a EmailAddress,
    ) -> StoreFuture<'a, bool>;

    fn insert<'a>(&'a mut self, gift: &'a AddressedGift) -> StoreFuture<'a, ()>;

    /// Overwrites text, times and fate.
    fn update<'a>(&'a mut self, gift: &'a AddressedGift) -> StoreFuture<'a, ()>;
}

/// A gift that waits for an address, and whose that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimableGift {
    pub(crate) id: GiftId,
    pub(crate) giver: UserId,
    pub(crate) receiver: UserId,
}
