//! One who belongs to a room: from where on they read it, how far they are, and how much of it they wrote.
//!
//! Numbers only rise while somebody belongs to a room, so that whatever is told twice or in another order ends the
//! same. Unread is what they come to, whatever the length of the history.

use wire::chat::Member;
use wire::{Participant, RoomId, RoomMember, RoomRole, UserId};

/// A member, and how far they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Id of the member.
    pub user_id: UserId,
    /// What to call them.
    pub name: String,
    /// What they may do.
    pub role: RoomRole,
    /// The first message that they read; in a group the first one after they joined.
    pub from_seq: u64,
    /// How far they have read.
    pub read_seq: u64,
    /// How far it reached a device of theirs.
    pub delivered_seq: u64,
    /// How many messages they wrote, since it is counted.
    pub sent: u64,
    /// How many of those lie up to `read_seq`.
    pub sent_read: u64,
}

/// How far a member is, as it is stored: of each number the highest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberProgress {
    /// The room in which they are.
    pub room: RoomId,
    /// Whose progress it is.
    pub user: UserId,
    /// How far they have read at least.
    pub read_seq: u64,
    /// How far it reached a device of theirs at least.
    pub delivered_seq: u64,
    /// How many messages they wrote at least.
    pub sent: u64,
    /// How many of those they have read at least.
    pub sent_read: u64,
}

/// How many messages a member wrote up to one that they have read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentCount {
    /// It is known without looking.
    Known(u64),
    /// So many, and those of a span.
    Plus {
        /// Without the span.
        known: u64,
        /// The last `seq` before the span.
        after: u64,
        /// Its last `seq`.
        through: u64,
    },
    /// So many, but for those of a span.
    Minus {
        /// With the span.
        known: u64,
        /// The last `seq` before the span.
        after: u64,
        /// Its last `seq`.
        through: u64,
    },
}

impl Membership {
    /// One who has read nothing.
    #[must_use]
    pub fn new(member: RoomMember) -> Self {
        let RoomMember {
            user_id,
            name,
            role,
        } = member;
        Self {
            user_id,
            name,
            role,
            from_seq: 1,
            read_seq: 0,
            delivered_seq: 0,
            sent: 0,
            sent_read: 0,
        }
    }

    /// The same, reading from after `last_seq` on.
    #[must_use]
    pub fn joining_after(self, last_seq: u64) -> Self {
        Self {
            from_seq: last_seq + 1,
            read_seq: last_seq,
            delivered_seq: last_seq,
            ..self
        }
    }

    /// How many messages of others lie behind `read_seq` in a room of `last_seq`.
    #[must_use]
    pub fn unread(&self, last_seq: u64) -> u64 {
        let own = self.sent.saturating_sub(self.sent_read);
        let later = last_seq.saturating_sub(self.read_seq);
        later.saturating_sub(own)
    }

    /// How many of their own messages lie up to `seq` in a room of `last_seq`, by the shorter way.
    #[must_use]
    pub fn sent_through(&self, seq: u64, last_seq: u64) -> SentCount {
        if self.sent == self.sent_read || seq >= last_seq {
            return SentCount::Known(self.sent);
        }
        if seq <= self.read_seq {
            return SentCount::Known(self.sent_read);
        }
        match seq - self.read_seq <= last_seq - seq {
            true => SentCount::Plus {
                known: self.sent_read,
                after: self.read_seq,
                through: seq,
            },
            false => SentCount::Minus {
                known: self.sent,
                after: seq,
                through: last_seq,
            },
        }
    }

    /// Their own message: sending is not reading, and moves a position only from the message before.
    pub(crate) fn wrote(&mut self, seq: u64) {
        self.sent += 1;
        if self.delivered_seq + 1 == seq {
            self.delivered_seq = seq;
        }
        if self.read_seq + 1 == seq {
            self.read_seq = seq;
            self.sent_read = self.sent;
        }
        self.delivered_seq = self.delivered_seq.max(self.read_seq);
    }

    /// Takes over each number that is higher in `progress`.
    pub fn raise(&mut self, progress: &MemberProgress) {
        self.read_seq = self.read_seq.max(progress.read_seq);
        self.delivered_seq = self.delivered_seq.max(progress.delivered_seq);
        self.sent = self.sent.max(progress.sent);
        self.sent_read = self.sent_read.max(progress.sent_read);
    }

    /// How far they are in `room`.
    #[must_use]
    pub fn progress(&self, room: &RoomId) -> MemberProgress {
        MemberProgress {
            room: room.clone(),
            user: self.user_id.clone(),
            read_seq: self.read_seq,
            delivered_seq: self.delivered_seq,
            sent: self.sent,
            sent_read: self.sent_read,
        }
    }

    /// As others are shown them.
    #[must_use]
    pub fn shown(&self) -> Member {
        Member {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
            read_seq: self.read_seq,
            delivered_seq: self.delivered_seq,
        }
    }

    /// Their id and name.
    #[must_use]
    pub fn named(&self) -> Participant {
        Participant {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
        }
    }
}

impl SentCount {
    /// The number, once it is known how many there are between.
    #[must_use]
    pub fn with_between(self, between: u64) -> u64 {
        match self {
            Self::Known(known) => known,
            Self::Plus { known, .. } => known + between,
            Self::Minus { known, .. } => known.saturating_sub(between),
        }
    }

    /// Between which messages those are to be counted.
    #[must_use]
    pub fn between(self) -> Option<(u64, u64)> {
        match self {
            Self::Known(_) => None,
            Self::Plus { after, through, .. } | Self::Minus { after, through, .. } => {
                Some((after, through))
            }
        }
    }
}
