//! A gift: what is stored of it, and who may see what.

use wire::{
    GiftId, GiftKind, GiftRecipient, GiftState, GiftView, MatchId, Participant, UnixMs, UserId,
};

use super::pair::Pair;
use crate::account::EmailAddress;

/// A gift as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// Its own id, a UUIDv7 as text.
    pub id: GiftId,
    /// Who gave it, by their present name.
    pub giver: Participant,
    /// Whom it is for, by their present name.
    pub receiver: Participant,
    /// Whether it may make a match.
    pub kind: GiftKind,
    /// The text that its giver wrote.
    pub letter: String,
    /// When its giver could meet, rising; of a special one alone.
    pub times: Vec<UnixMs>,
    /// The address that it was sent to, where it was not sent to a person: whose that is its giver learns when they open
    /// it.
    pub sent_to: Option<EmailAddress>,
    /// When it was sent.
    pub sent_at: UnixMs,
    /// When it opens by itself.
    pub opens_at: UnixMs,
    /// When it was opened, once that was written down; it may be open before.
    pub opened_at: Option<UnixMs>,
    /// Whether it reaches its receiver.
    pub fate: GiftFate,
    /// The match that it made, or that was made beside it: it makes no other.
    pub match_id: Option<MatchId>,
}

/// Whether a gift reaches its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiftFate {
    /// They have it.
    Delivered,
    /// A block lies between the two. Its giver sees it as any other.
    Undelivered,
    /// Its giver took it back while it was sealed: nobody sees it, and it still counts among those of its day.
    Withdrawn,
}

impl GiftFate {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            GiftFate::Delivered => "delivered",
            GiftFate::Undelivered => "undelivered",
            GiftFate::Withdrawn => "withdrawn",
        }
    }

    /// The fate of a stored word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            GiftFate::Delivered,
            GiftFate::Undelivered,
            GiftFate::Withdrawn,
        ]
        .into_iter()
        .find(|fate| fate.name() == name)
    }
}

impl Gift {
    /// Sealed until it was opened or its time has come. One to an address does not open by its time alone: that would
    /// tell its giver that somebody has an account with the address.
    #[must_use]
    pub fn state(&self, now: UnixMs) -> GiftState {
        let opens_by_time = self.sent_to.is_none() && self.opens_at <= now;
        if self.opened_at.is_some() || opens_by_time {
            GiftState::Opened
        } else {
            GiftState::Sealed
        }
    }

    /// True while its receiver does not see what is in it.
    #[must_use]
    pub fn is_sealed(&self, now: UnixMs) -> bool {
        self.state(now) == GiftState::Sealed
    }

    /// True where its time opens it, and nobody has written down that it is open.
    #[must_use]
    pub fn opens_by_itself(&self) -> bool {
        self.opened_at.is_none() && self.sent_to.is_none() && self.fate != GiftFate::Withdrawn
    }

    /// Giver and receiver.
    #[must_use]
    pub fn pair(&self) -> Pair {
        Pair::of(&self.giver.user_id, &self.receiver.user_id)
    }

    /// True where `user` gave it, and has not taken it back.
    #[must_use]
    pub fn is_given_by(&self, user: &UserId) -> bool {
        self.fate != GiftFate::Withdrawn && self.giver.user_id == *user
    }

    /// True where `user` is the one who has it.
    #[must_use]
    pub fn is_received_by(&self, user: &UserId) -> bool {
        self.fate == GiftFate::Delivered && self.receiver.user_id == *user
    }

    /// True where its receiver opens it by reading it: its time has come, and it was sent to their address.
    #[must_use]
    pub fn opens_when_read(&self, reader: &UserId, now: UnixMs) -> bool {
        self.is_received_by(reader) && self.is_sealed(now) && self.opens_at <= now
    }

    /// The same as it was at that moment, but for what was taken back since.
    #[must_use]
    pub fn as_of(self, at: UnixMs) -> Self {
        Self {
            opened_at: self.opened_at.filter(|opened| *opened <= at),
            ..self
        }
    }

    /// True while it may make a match, sealed or not.
    #[must_use]
    pub fn can_cross(&self) -> bool {
        self.kind == GiftKind::Special
            && self.fate == GiftFate::Delivered
            && self.match_id.is_none()
    }

    /// The gift as `reader` is shown it; `None` for whoever it does not concern.
    #[must_use]
    pub fn view(&self, reader: &UserId, now: UnixMs) -> Option<GiftView> {
        let is_giver = self.is_given_by(reader);
        if !is_giver && !self.is_received_by(reader) {
            return None;
        }
        let shows_all = is_giver || !self.is_sealed(now);
        let times = (!self.times.is_empty()).then(|| self.times.clone());
        Some(GiftView {
            id: self.id.clone(),
            kind: self.kind,
            state: self.state(now),
            sent_at: self.sent_at,
            opens_at: self.opens_at,
            to: self.shown_recipient(is_giver, now),
            from: shows_all.then(|| self.giver.clone()),
            letter: shows_all.then(|| self.letter.clone()),
            times: times.filter(|_| shows_all),
            claim_url: None,
        })
    }

    fn shown_recipient(&self, is_giver: bool, now: UnixMs) -> GiftRecipient {
        if let Some(address) = self.sent_to.as_ref().filter(|_| is_giver)
            && self.is_sealed(now)
        {
            return GiftRecipient {
                email: Some(address.text().to_owned()),
                ..GiftRecipient::default()
            };
        }
        GiftRecipient {
            user_id: Some(self.receiver.user_id.clone()),
            email: None,
            name: Some(self.receiver.name.clone()),
        }
    }
}
