//! How far a member is in a room.

use wire::{RoomId, UserId};

/// Which of a member's two positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PositionKind {
    /// `read_seq`: the member has seen it.
    Read,
    /// `delivered_seq`: a device of the member has it.
    Delivered,
}

/// A position that is to move forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionUpdate {
    /// The room in which it moves.
    pub room: RoomId,
    /// The member whose position it is.
    pub user: UserId,
    /// Which of the member's two positions.
    pub kind: PositionKind,
    /// The message that it moves to.
    pub seq: u64,
}
