//! What a decision about two people comes to: an answer with what is to be written, or a refusal.

use wire::{FieldError, UnixMs, UserId};

use super::addressed_gift::AddressedGift;
use super::gift::Gift;
use super::match_record::Match;
use super::proposal::Proposal;
use super::report::StoredReport;
use crate::effects::Effects;
use crate::idempotency::{MadeBefore, OwnedKey};
use crate::mail::NewMail;
use crate::people::PersonChange;

/// What a command of matching comes to.
pub type MatchingDecision<T> = Result<Decided<T>, MatchingRefusal>;

/// An answer, and what is to be written for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<T> {
    /// What the client is answered.
    pub answer: T,
    /// Nothing where the command changes nothing.
    pub effects: MatchingEffects,
}

/// The effects of one decision. They are applied in one transaction, the changes before the effects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatchingEffects {
    /// Rows of gifts, matches, proposals and blocks, in the order in which they are written.
    pub changes: Vec<MatchingChange>,
    /// Events and notifications, and what becomes of each session that is booked or cancelled.
    pub effects: Vec<Effects>,
}

/// What happens to one row.
#[derive(Debug, Clone, PartialEq)]
pub enum MatchingChange {
    /// Add somebody whom an application names, or bring them up to date.
    Person(PersonChange),
    /// Add a gift.
    InsertGift(Box<Gift>),
    /// Overwrite when a gift was opened, its fate and its match.
    UpdateGift(Box<Gift>),
    /// Add a match; an error while another one of the two stands.
    InsertMatch(Box<Match>),
    /// Write down when a match ended.
    EndMatch(Box<Match>),
    /// Add a proposal.
    InsertProposal(Box<Proposal>),
    /// Overwrite where a proposal stands.
    UpdateProposal(Box<Proposal>),
    /// Add a block, unless it is there.
    InsertBlock {
        /// Who blocks the other.
        by: UserId,
        /// Who is blocked.
        user: UserId,
        /// Since when they do.
        at: UnixMs,
    },
    /// Delete a block.
    DeleteBlock {
        /// Who blocks no more.
        by: UserId,
        /// Who was blocked.
        user: UserId,
    },
    /// Add a gift to an address.
    InsertAddressedGift(Box<AddressedGift>),
    /// Overwrite the fate of a gift to an address; its text goes with one that waits no more.
    UpdateAddressedGift(Box<AddressedGift>),
    /// Add a mail.
    AddMail(Box<NewMail>),
    /// Add a report.
    InsertReport(Box<StoredReport>),
    /// Write down when a person may peek again.
    SetNextPeek {
        /// Who has peeked.
        user: UserId,
        /// When they may again.
        at: UnixMs,
    },
}

/// Why a command of matching is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchingRefusal {
    /// Not there, or not theirs.
    NotFound,
    /// Known, and not for this one of the two.
    Forbidden(&'static str),
    /// A state that forbids it.
    Conflict(&'static str),
    /// A match of the two stands.
    AlreadyMatched,
    /// The idempotency key stood for another command.
    KeyReused,
    /// Carried out before under the same idempotency key.
    Repeated(MadeBefore),
    /// As much as a day allows was sent; there is room again after so many milliseconds.
    QuotaExceeded(u64),
    /// The day's peek is used, and this is when there is one again.
    NoPeeksLeft(UnixMs),
    /// This one of the two has another session at that time.
    Busy(UserId),
    /// These fields are wrong.
    Invalid(Vec<FieldError>),
}

impl MatchingEffects {
    /// Changes with what they announce.
    pub(super) fn new(changes: Vec<MatchingChange>, effects: Effects) -> Self {
        Self {
            changes,
            effects: vec![effects],
        }
    }

    /// Appends what follows from another part of the same decision.
    pub(super) fn extend(&mut self, more: Self) {
        self.changes.extend(more.changes);
        self.effects.extend(more.effects);
    }
}

impl<T> Decided<T> {
    /// The same, with what is kept of the answer under the command's key, if it came with one.
    #[must_use]
    pub fn kept_under(mut self, key: Option<&OwnedKey>, id: &str, now: UnixMs) -> Self {
        if let Some(key) = key {
            self.effects.effects.push(Effects {
                answer: Some(key.stands_for(id, now)),
                ..Effects::default()
            });
        }
        self
    }

    /// The answer of a command that was carried out before, or has nothing to change.
    pub(super) fn unchanged(answer: T) -> Self {
        Self {
            answer,
            effects: MatchingEffects::default(),
        }
    }
}
