//! Gifts that open by their time or by being read, and gifts that are taken back before it.

use wire::{EventType, UnixMs, UserId};

use super::addressed_gift::{AddressedFate, AddressedGift};
use super::announce::Announcer;
use super::gift::{Gift, GiftFate};
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use crate::ids::NewId;

/// Writes down that the time of a gift has come, and announces it where it reaches its receiver. Nothing where it was
/// opened before, or its time has not come.
#[must_use]
pub fn open_due(now: UnixMs, mut gift: Gift, new_id: NewId<'_>) -> MatchingEffects {
    if !gift.opens_by_itself() || gift.opens_at > now {
        return MatchingEffects::default();
    }
    gift.opened_at = Some(gift.opens_at);
    let mut announcer = Announcer::new(now, new_id);
    if gift.fate == GiftFate::Delivered {
        announcer.gift(&gift, EventType::GiftOpened);
    }
    let changes = vec![MatchingChange::UpdateGift(Box::new(gift))];
    MatchingEffects::new(changes, announcer.effects)
}

/// Opens a gift that was sent to its receiver's address, whose time has come, now that they read it. Any other stays as
/// it is.
///
/// # Errors
/// [`MatchingRefusal::NotFound`] for whoever does not have it.
pub fn read_gift(
    now: UnixMs,
    user: &UserId,
    found: Option<Gift>,
    new_id: NewId<'_>,
) -> MatchingDecision<Gift> {
    let gift = found.filter(|gift| gift.is_received_by(user));
    let mut gift = gift.ok_or(MatchingRefusal::NotFound)?;
    if !gift.opens_when_read(user, now) {
        return Ok(Decided::unchanged(gift));
    }
    gift.opened_at = Some(now);
    let mut announcer = Announcer::new(now, new_id);
    announcer.gift(&gift, EventType::GiftOpened);
    let changes = vec![MatchingChange::UpdateGift(Box::new(gift.clone()))];
    Ok(Decided {
        answer: gift,
        effects: MatchingEffects::new(changes, announcer.effects),
    })
}

/// Takes a gift back while it is sealed.
///
/// # Errors
/// [`MatchingRefusal::NotFound`] for everybody but its giver; [`MatchingRefusal::Conflict`] once it is open.
pub fn withdraw_gift(now: UnixMs, user: &UserId, found: Option<Gift>) -> MatchingDecision<()> {
    let gift = found.filter(|gift| gift.is_given_by(user));
    let mut gift = gift.ok_or(MatchingRefusal::NotFound)?;
    if !gift.is_sealed(now) {
        return Err(MatchingRefusal::Conflict(
            "The gift is open: it can't be taken back.",
        ));
    }
    gift.fate = GiftFate::Withdrawn;
    gift.letter.clear();
    Ok(Decided {
        answer: (),
        effects: MatchingEffects {
            changes: vec![MatchingChange::UpdateGift(Box::new(gift))],
            effects: Vec::new(),
        },
    })
}

/// Takes a gift to an address back that waits.
///
/// # Errors
/// [`MatchingRefusal::NotFound`] for everybody but its giver, and where it waits no more.
pub fn withdraw_addressed_gift(
    user: &UserId,
    found: Option<AddressedGift>,
) -> MatchingDecision<()> {
    let found =
        found.filter(|gift| gift.fate == AddressedFate::Waiting && gift.giver.user_id == *user);
    let gift = found.ok_or(MatchingRefusal::NotFound)?;
    let gone = gift.ended(AddressedFate::Withdrawn);
    Ok(Decided {
        answer: (),
        effects: MatchingEffects {
            changes: vec![MatchingChange::UpdateAddressedGift(Box::new(gone))],
            effects: Vec::new(),
        },
    })
}
