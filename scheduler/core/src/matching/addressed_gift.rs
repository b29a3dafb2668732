//! A gift to an address, for as long as it waits for whoever shows that the address is theirs.

use wire::{GiftId, GiftRecipient, GiftState, GiftView, Participant, UnixMs, UserId};

use super::gift::{Gift, GiftFate};
use super::gift_checks::GiftContent;
use crate::account::EmailAddress;
use crate::people::KnownPerson;

/// A gift to an address as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressedGift {
    /// Its own id, a UUIDv7 as text; that of the gift that it becomes, too.
    pub id: GiftId,
    /// Who gave it, by their present name.
    pub giver: Participant,
    /// Where the mail of it went.
    pub to: EmailAddress,
    /// What is given; without text and times once it waits no more.
    pub content: GiftContent,
    /// When it was sent.
    pub sent_at: UnixMs,
    /// What has become of it.
    pub fate: AddressedFate,
}

/// What has become of a gift to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressedFate {
    /// Nobody has shown yet that the address is theirs.
    Waiting,
    /// Somebody has, and it is a [`Gift`] to them.
    Claimed,
    /// Its giver took it back before.
    Withdrawn,
}

impl AddressedFate {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AddressedFate::Waiting => "waiting",
            AddressedFate::Claimed => "claimed",
            AddressedFate::Withdrawn => "withdrawn",
        }
    }

    /// The fate of a stored word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            AddressedFate::Waiting,
            AddressedFate::Claimed,
            AddressedFate::Withdrawn,
        ]
        .into_iter()
        .find(|fate| fate.name() == name)
    }
}

impl AddressedGift {
    /// The gift as `reader` is shown it; `None` for everybody but its giver, and once it waits no more.
    #[must_use]
    pub fn view(&self, reader: &UserId) -> Option<GiftView> {
        if self.fate != AddressedFate::Waiting || self.giver.user_id != *reader {
            return None;
        }
        let times = &self.content.times;
        Some(GiftView {
            to: GiftRecipient {
                email: Some(self.to.text().to_owned()),
                ..GiftRecipient::default()
            },
            from: Some(self.giver.clone()),
            letter: Some(self.content.letter.clone()),
            times: (!times.is_empty()).then(|| times.clone()),
            ..self.sealed()
        })
    }

    /// The gift as its link shows it to whoever has the link: always the same, whatever has become of it.
    #[must_use]
    pub fn sealed(&self) -> GiftView {
        GiftView {
            id: self.id.clone(),
            kind: self.content.kind,
            state: GiftState::Sealed,
            sent_at: self.sent_at,
            opens_at: self.content.opens_at,
            to: GiftRecipient::default(),
            from: None,
            letter: None,
            times: None,
            claim_url: None,
        }
    }

    /// The gift as it was when it was sent, of what it has become; `None` where that was not sent to an address.
    #[must_use]
    pub fn as_sent(gift: Gift) -> Option<Self> {
        Some(Self {
            id: gift.id,
            giver: gift.giver,
            to: gift.sent_to?,
            content: GiftContent {
                kind: gift.kind,
                letter: gift.letter,
                opens_at: gift.opens_at,
                times: gift.times,
            },
            sent_at: gift.sent_at,
            fate: AddressedFate::Waiting,
        })
    }

    /// The gift that it is to somebody whose address it is.
    pub(super) fn delivered_to(&self, receiver: &KnownPerson) -> Gift {
        let content = self.content.clone();
        Gift {
            id: self.id.clone(),
            giver: self.giver.clone(),
            receiver: receiver.public(),
            kind: content.kind,
            letter: content.letter,
            times: content.times,
            sent_to: Some(self.to.clone()),
            sent_at: self.sent_at,
            opens_at: content.opens_at,
            opened_at: None,
            fate: GiftFate::Delivered,
            match_id: None,
        }
    }

    /// The same once it waits no more: what was written in it stands here no longer.
    pub(super) fn ended(mut self, fate: AddressedFate) -> Self {
        self.fate = fate;
        self.content.letter.clear();
        self.content.times.clear();
        self
    }
}
