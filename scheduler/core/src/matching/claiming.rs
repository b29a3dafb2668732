//! A gift to an address comes to whoever has shown that the address is theirs, and is from then on as any other to them.

use wire::{MatchId, UnixMs};

use super::addressed_gift::{AddressedFate, AddressedGift};
use super::gift::{Gift, GiftFate};
use super::meeting::MeetingTime;
use super::outcome::{MatchingChange, MatchingEffects};
use super::sending::{GiftArrival, crossing_times};
use crate::account::Account;
use crate::ids::NewId;
use crate::people::KnownPerson;

/// What is loaded for a gift that somebody's address waits for, under a lock of giver and receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimContext {
    /// The one of that id, whatever has become of it.
    pub gift: AddressedGift,
    /// Whose address it is said to be.
    pub account: Account,
    /// Giver and receiver.
    pub people: [KnownPerson; 2],
    /// The match of the two that stands.
    pub in_force: Option<MatchId>,
    /// True where one of the two has blocked the other.
    pub is_blocked: bool,
    /// As in [`super::SendContext`].
    pub specials: Vec<Gift>,
    /// Each of [`AddressedGift::times_in_both`], with what is around it.
    pub meetings: Vec<MeetingTime>,
}

impl AddressedGift {
    /// The times ahead of now that stand in this gift and in the one that it would cross, rising.
    #[must_use]
    pub fn times_in_both(&self, now: UnixMs, to: &Account, specials: &[Gift]) -> Vec<UnixMs> {
        crossing_times(now, &to.user, &self.content, specials)
    }

    /// True while it waits, and the address is shown to be that account's, which is not its giver's.
    #[must_use]
    pub fn is_for(&self, account: &Account) -> bool {
        self.fate == AddressedFate::Waiting
            && account.email_verified
            && account.email.key() == self.to.key()
            && account.user != self.giver.user_id
    }
}

/// Brings a gift to whose address it was sent to; nothing where it waits no more, or the address is not theirs. Between
/// two of whom one has blocked the other it reaches nobody, and beside a match it makes no other: neither is told to its
/// giver, who is not to learn whose the address is.
#[must_use]
pub fn claim_gift(now: UnixMs, found: ClaimContext, new_id: NewId<'_>) -> MatchingEffects {
    if !found.gift.is_for(&found.account) {
        return MatchingEffects::default();
    }
    let [_, receiver] = &found.people;
    let mut gift = found.gift.delivered_to(receiver);
    if found.is_blocked {
        gift.fate = GiftFate::Undelivered;
    }
    gift.match_id = found.in_force;
    let arrival = GiftArrival {
        gift,
        people: found.people,
        specials: found.specials,
        meetings: found.meetings,
    };
    let (_, mut effects) = arrival.decide(now, new_id);
    let claimed = found.gift.ended(AddressedFate::Claimed);
    let change = MatchingChange::UpdateAddressedGift(Box::new(claimed));
    effects.changes.push(change);
    effects
}
