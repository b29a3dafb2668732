//! A seat is a person in a session: whether they are in, and what they may come back to.

use wire::{ConnectionId, Stay, UnixMs};

use crate::renewal::Renewal;
use crate::resume::{ResumeBuffer, ResumeTokens};

/// The number of a seat: the place of its person in `participants`.
pub(crate) type Side = usize;

/// Both seats, in the order of `participants`.
pub(crate) const SIDES: [Side; 2] = [0, 1];

/// The seat across.
pub(crate) fn other(side: Side) -> Side {
    1 - side
}

/// One person's place in a session.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    pub(crate) occupancy: Occupancy,
    /// The newest socket that had the seat since the process started.
    pub(crate) newest: Option<ConnectionId>,
    /// When this person came to stay until now.
    pub(crate) came_at: Option<UnixMs>,
    /// When this person was last seen in; none if they never were.
    pub(crate) last_in_at: Option<UnixMs>,
    /// When this person was in, oldest first.
    pub(crate) stays: Vec<Stay>,
    /// When this person's media first came up.
    pub(crate) media_up_at: Option<UnixMs>,
    /// The highest `id` that took effect; none if no numbered frame has.
    pub(crate) last_id: Option<u64>,
    pub(crate) tokens: ResumeTokens,
    pub(crate) resume_buffer: ResumeBuffer,
    pub(crate) renewal: Renewal,
}

/// Whether somebody sits there.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occupancy {
    /// Nobody holds the seat.
    #[default]
    Empty,
    /// Somebody, with a socket that lives.
    In {
        /// The current socket of the seat.
        connection: ConnectionId,
    },
    /// Somebody whose socket is gone.
    Lost {
        /// Until when the seat is kept.
        resume_until: UnixMs,
    },
}

impl Seat {
    /// The socket, of somebody who is in.
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        match self.occupancy {
            Occupancy::In { connection } => Some(connection),
            Occupancy::Empty | Occupancy::Lost { .. } => None,
        }
    }

    /// Until when the seat is kept, of somebody who is lost.
    pub(crate) fn resume_until(&self) -> Option<UnixMs> {
        match self.occupancy {
            Occupancy::Lost { resume_until } => Some(resume_until),
            Occupancy::Empty | Occupancy::In { .. } => None,
        }
    }

    pub(crate) fn is_in(&self) -> bool {
        matches!(self.occupancy, Occupancy::In { .. })
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.occupancy, Occupancy::Empty)
    }

    /// Somebody has it, with this socket. True where an older stay had to be forgotten for this one.
    pub(crate) fn take(&mut self, connection: ConnectionId, now: UnixMs) -> bool {
        self.occupancy = Occupancy::In { connection };
        self.newest = Some(connection);
        self.came_at.get_or_insert(now);
        self.last_in_at = Some(now);
        self.stay_begins(now)
    }

    /// Its socket is gone; somebody may come back.
    pub(crate) fn lose(&mut self, now: UnixMs, grace_ms: i64) {
        self.occupancy = Occupancy::Lost {
            resume_until: now + grace_ms,
        };
        self.last_in_at = Some(now);
    }

    /// Nobody has it. ResumeTokens stay, so that whoever comes next kills them.
    pub(crate) fn vacate(&mut self, now: UnixMs) {
        if self.is_in() {
            self.last_in_at = Some(now);
        }
        self.stay_ends(self.last_in_at.unwrap_or(now));
        self.occupancy = Occupancy::Empty;
        self.came_at = None;
        self.resume_buffer = ResumeBuffer::default();
    }
}
