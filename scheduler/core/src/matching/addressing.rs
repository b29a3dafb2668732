//! Sending a gift to an address: whether anybody has an account with it is neither asked nor told.

use wire::{FieldError, Participant, UnixMs, UserId};

use super::addressed_gift::{AddressedFate, AddressedGift};
use super::gift_checks::GiftContent;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use super::sending::check_day;
use crate::account::{Account, EmailAddress};
use crate::ids::NewId;
use crate::mail::NewMail;

/// A checked gift, to be sent to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressCommand {
    /// Who gives it.
    pub giver: UserId,
    /// Whom it is for.
    pub to: EmailAddress,
    /// What was asked for, within every bound.
    pub content: GiftContent,
}

/// What is loaded for whoever sends a gift to an address, under a lock of both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AddressContext {
    /// Who gives it.
    pub giver: Option<Account>,
    /// When the giver sent what they sent since [`super::SendCommand::counted_from`], oldest first.
    pub sent_at: Vec<UnixMs>,
    /// True where a special gift of the giver to that address is sealed.
    pub has_sealed_special: bool,
    /// True where a mail may go to the address.
    pub may_mail: bool,
}

/// Sends a gift to an address. The answer is the same whether a mail goes out or not.
///
/// # Errors
/// [`MatchingRefusal::Forbidden`] for whoever has not shown that their own address is theirs,
/// [`MatchingRefusal::Invalid`] for one's own address, [`MatchingRefusal::QuotaExceeded`], and
/// [`MatchingRefusal::Conflict`] for a second special gift while the first is sealed.
pub fn send_to_address(
    now: UnixMs,
    command: AddressCommand,
    found: AddressContext,
    new_id: NewId<'_>,
) -> MatchingDecision<AddressedGift> {
    let giver = found.giver.ok_or(MatchingRefusal::NotFound)?;
    if !giver.email_verified {
        return Err(MatchingRefusal::Forbidden(
            "Confirm your own address before you send a gift to one.",
        ));
    }
    if giver.email.key() == command.to.key() {
        return Err(MatchingRefusal::Invalid(vec![FieldError {
            field: "to.email".into(),
            code: "same_person".into(),
            message: "A gift is for somebody else than its giver.".into(),
        }]));
    }
    check_day(now, &found.sent_at)?;
    if command.content.kind == wire::GiftKind::Special && found.has_sealed_special {
        return Err(MatchingRefusal::Conflict(
            "A special gift of yours to this address is still sealed.",
        ));
    }
    let gift = AddressedGift {
        id: new_id().into(),
        giver: Participant {
            user_id: giver.user.clone(),
            name: giver.name.clone(),
        },
        to: command.to,
        content: command.content,
        sent_at: now,
        fate: AddressedFate::Waiting,
    };
    let mut changes = vec![MatchingChange::InsertAddressedGift(Box::new(gift.clone()))];
    if found.may_mail {
        let mail = NewMail::of_gift(&giver, &gift.id, &gift.to, (new_id(), now));
        changes.push(MatchingChange::AddMail(Box::new(mail)));
    }
    Ok(Decided {
        answer: gift,
        effects: MatchingEffects {
            changes,
            effects: Vec::new(),
        },
    })
}
