//! A session as it is kept.

use scheduler_core::{Record, Standing, Terms};
use serde::{Deserialize, Serialize};
use wire::{EndReason, Participant, RoomId, SessionId, SessionSpec, SessionState, UnixMs, UserId};

/// A session as it is kept: what was agreed, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredSession {
    pub(crate) id: SessionId,
    pub(crate) application: String,
    pub(crate) revision: u64,
    pub(crate) room_id: RoomId,
    pub(crate) participants: [StoredParticipant; 2],
    pub(crate) terms: Terms,
    pub(crate) record: Record,
    pub(crate) cancelled: bool,
    pub(crate) created_at: UnixMs,
}

/// One of the two as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredParticipant {
    pub(crate) user_id: UserId,
    pub(crate) external_id: String,
    pub(crate) name: String,
    /// Raising it revokes the person's link and access.
    pub(crate) generation: u32,
}

impl StoredSession {
    /// What a ticket says.
    pub(crate) fn spec(&self) -> SessionSpec {
        let participants = self.participants.each_ref().map(StoredParticipant::public);
        self.terms
            .spec(self.id.clone(), self.revision, participants)
    }

    /// The two, as the other one sees them.
    pub(crate) fn members(&self) -> Vec<Participant> {
        self.participants
            .iter()
            .map(StoredParticipant::public)
            .collect()
    }

    /// The two, by id.
    pub(crate) fn users(&self) -> [UserId; 2] {
        self.participants.each_ref().map(|p| p.user_id.clone())
    }

    pub(crate) fn participant(&self, user: &UserId) -> Option<&StoredParticipant> {
        self.participants.iter().find(|p| &p.user_id == user)
    }

    /// The other one's name.
    pub(crate) fn with(&self, user: &UserId) -> Option<String> {
        let other = self.participants.iter().find(|p| &p.user_id != user)?;
        Some(other.name.clone())
    }

    pub(crate) fn standing(&self) -> Standing<'_> {
        Standing::of(&self.terms, self.cancelled, &self.record)
    }

    pub(crate) fn state(&self, now: UnixMs) -> SessionState {
        self.standing().state(now)
    }

    /// Why nobody is let in any more.
    pub(crate) fn over(&self, now: UnixMs) -> Option<EndReason> {
        self.standing().over(now, self.spec().latest_end())
    }
}

impl StoredParticipant {
    /// What the other one sees.
    pub(crate) fn public(&self) -> Participant {
        Participant {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
        }
    }
}
