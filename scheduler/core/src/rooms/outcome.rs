//! What a decision about a group comes to: an answer with what is to be written, or a refusal.

use wire::{FieldError, RoomId, UnixMs, UserId};

use super::group::{Group, GroupMember};
use crate::effects::Effects;
use crate::idempotency::{MadeBefore, OwnedKey};
use crate::people::PersonChange;

/// What a command of groups comes to.
pub type GroupDecision<T> = Result<GroupDecided<T>, GroupRefusal>;

/// An answer, and what is to be written for it in one transaction, in the order of the fields.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDecided<T> {
    /// What the client is answered.
    pub answer: T,
    /// People whom an application names, to be added or brought up to date.
    pub people: Vec<PersonChange>,
    /// Rows of rooms and their members; none where the command changes nothing.
    pub changes: Vec<GroupChange>,
    /// Events, and the answer under the command's key.
    pub effects: Effects,
}

/// What happens to one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChange {
    /// Add it, with its members.
    Insert(Box<Group>),
    /// Overwrite its name and its revision.
    Revise {
        /// The room that has changed.
        room: RoomId,
        /// What it is called from now on.
        name: Option<String>,
        /// The revision that this makes.
        revision: u64,
    },
    /// Add members to a room that is there.
    AddMembers {
        /// The room that they are put into.
        room: RoomId,
        /// Who is in it from now on.
        members: Vec<GroupMember>,
    },
    /// Take one out.
    RemoveMember {
        /// The room that they leave.
        room: RoomId,
        /// Who is in it no more.
        user: UserId,
    },
    /// Give it an owner.
    MakeOwner {
        /// The room that has no owner any more.
        room: RoomId,
        /// Who owns it from now on.
        user: UserId,
    },
    /// Delete it, with its members.
    Delete(RoomId),
}

/// Why a command of groups is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRefusal {
    /// Not there, or not theirs.
    NotFound,
    /// One of the group, and no owner.
    NotOwner,
    /// It would have more than [`super::MAX_MEMBERS`].
    Full,
    /// One of them is in [`super::MAX_GROUPS_OF_PERSON`] groups.
    TooManyGroups,
    /// Another revision than the one that was named.
    RevisionMismatch(u64),
    /// The idempotency key stood for another command.
    KeyReused,
    /// Carried out before under the same idempotency key.
    Repeated(MadeBefore),
    /// These fields are wrong.
    Invalid(Vec<FieldError>),
}

impl<T> GroupDecided<T> {
    /// The answer of a command that has nothing to change.
    pub(super) fn unchanged(answer: T) -> Self {
        Self {
            answer,
            people: Vec::new(),
            changes: Vec::new(),
            effects: Effects::default(),
        }
    }

    /// True where nothing is to be written.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.people.is_empty() && self.changes.is_empty() && self.effects == Effects::default()
    }

    /// The same, with what is kept of the answer under the command's key, if it came with one.
    #[must_use]
    pub fn kept_under(mut self, key: Option<&OwnedKey>, room: &RoomId, now: UnixMs) -> Self {
        self.effects.answer = key.map(|key| key.stands_for(room.as_str(), now));
        self
    }
}
