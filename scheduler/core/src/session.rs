//! A booked session: what was agreed, and what became of it.

use serde::{Deserialize, Serialize};
use wire::{
    EndReason, MatchId, Participant, RoomId, SessionId, SessionSpec, SessionState, UnixMs, UserId,
};

use crate::record::Record;
use crate::session_status::SessionStatus;
use crate::terms::Terms;

/// A session as it is stored. Serialized, it is the answer that an idempotency key gives again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookedSession {
    /// Its own id, a UUIDv7 as text.
    pub id: SessionId,
    /// Name of the application that booked it.
    pub application: String,
    /// Counts from 1; each change and the cancellation raise it.
    pub revision: u64,
    /// The chat room that the two share.
    pub room_id: RoomId,
    /// The match that booked it: the room is the match's then, there before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_id: Option<MatchId>,
    /// Exactly two, the second is the polite one of the negotiation.
    pub participants: [BookedParticipant; 2],
    /// What was agreed at this revision.
    pub terms: Terms,
    /// What happened, folded from facts.
    pub record: Record,
    /// True once the application has cancelled it.
    pub cancelled: bool,
    /// When it was booked.
    pub created_at: UnixMs,
}

/// One of the two people of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedParticipant {
    /// The scheduler's id of the person.
    pub user_id: UserId,
    /// The application's id of the person.
    pub external_id: String,
    /// The name that the other one is shown in this session.
    pub name: String,
    /// Raising it revokes the person's join link and access.
    pub generation: u32,
}

impl BookedSession {
    /// What a ticket for this session says.
    #[must_use]
    pub fn spec(&self) -> SessionSpec {
        let participants = self.participants.each_ref().map(BookedParticipant::public);
        self.terms
            .spec(self.id.clone(), self.revision, participants)
    }

    /// The two, as each may see the other.
    #[must_use]
    pub fn members(&self) -> Vec<Participant> {
        self.participants
            .iter()
            .map(BookedParticipant::public)
            .collect()
    }

    /// Ids of the two, in the order of the booking.
    #[must_use]
    pub fn users(&self) -> [UserId; 2] {
        self.participants.each_ref().map(|p| p.user_id.clone())
    }

    /// The participant with this id; `None` for everybody else.
    #[must_use]
    pub fn participant(&self, user: &UserId) -> Option<&BookedParticipant> {
        self.participants.iter().find(|p| &p.user_id == user)
    }

    /// The name of the one who is not `user`.
    #[must_use]
    pub fn other_name(&self, user: &UserId) -> Option<String> {
        let other = self.participants.iter().find(|p| &p.user_id != user)?;
        Some(other.name.clone())
    }

    /// Booking, cancellation and record, seen together.
    #[must_use]
    pub fn status(&self) -> SessionStatus<'_> {
        SessionStatus::of(&self.terms, self.cancelled, &self.record)
    }

    /// Its state at `now`, as clients see it.
    #[must_use]
    pub fn state(&self, now: UnixMs) -> SessionState {
        self.status().state(now)
    }

    /// Until when join links open anything at all: `after_end_ms` after its end, or after the latest possible
    /// one where none is recorded.
    #[must_use]
    pub fn links_end_at(&self, after_end_ms: i64) -> UnixMs {
        let latest = self.spec().latest_end();
        self.record.ended_at().unwrap_or(latest) + after_end_ms
    }

    /// Why nobody is let in any more; `None` while joining is possible.
    #[must_use]
    pub fn over(&self, now: UnixMs) -> Option<EndReason> {
        self.status().over(now, self.spec().latest_end())
    }
}

impl BookedParticipant {
    /// What the other one may see of this person.
    #[must_use]
    pub fn public(&self) -> Participant {
        Participant {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
        }
    }
}
