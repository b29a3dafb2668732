//! A match: two people who have found each other, and what they share for as long as it stands.

use wire::{MatchFact, MatchId, Participant, RoomId, UnixMs, UserId};

use super::pair::Pair;

/// A match as it is stored; of two people one at most stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its own id, a UUIDv7 as text.
    pub id: MatchId,
    /// Whose people they are: an application's name, or `people`.
    pub application: String,
    /// The two by their present names, the lower id first.
    pub participants: [Participant; 2],
    /// Their chat room, which outlives the sessions that they book.
    pub room_id: RoomId,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it ended; `None` while it stands.
    pub ended_at: Option<UnixMs>,
}

impl Match {
    /// Revision of its room when it opens; its members never change.
    pub const ROOM_OPENED: u64 = 1;
    /// Revision of its room once that takes no more messages.
    pub const ROOM_CLOSED: u64 = 2;

    /// The two, in the order in which they are locked.
    #[must_use]
    pub fn pair(&self) -> Pair {
        let [one, other] = &self.participants;
        Pair::of(&one.user_id, &other.user_id)
    }

    /// True for each of the two.
    #[must_use]
    pub fn has(&self, user: &UserId) -> bool {
        self.participants.iter().any(|one| one.user_id == *user)
    }

    /// The one who is not `user`; `None` where `user` is neither.
    #[must_use]
    pub fn other(&self, user: &UserId) -> Option<&Participant> {
        if !self.has(user) {
            return None;
        }
        self.participants.iter().find(|one| one.user_id != *user)
    }

    /// What the services are told of it.
    #[must_use]
    pub fn fact(&self) -> MatchFact {
        MatchFact {
            match_id: self.id.clone(),
            participants: self.participants.clone(),
            room_id: self.room_id.clone(),
            tenant: self.application.clone(),
        }
    }
}
