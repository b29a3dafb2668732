//! What is on its way to a store.

use wire::{ConnectionId, FrameId, RoomId, UserId};

/// Which frame asked for it, so that the answer finds its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The socket.
    pub connection: ConnectionId,
    /// The frame's `id`.
    pub id: Option<FrameId>,
}

/// A message that has no place in its room yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDraft {
    /// Which room.
    pub room: RoomId,
    /// Who wrote it.
    pub from: UserId,
    /// The sender's own key for it.
    pub client_id: String,
    /// The text.
    pub body: String,
}

/// Which of a member's two positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PositionKind {
    /// `read_seq`.
    Read,
    /// `delivered_seq`.
    Delivered,
}

/// A position that is to move forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionUpdate {
    /// Which room.
    pub room: RoomId,
    /// Whose position.
    pub user: UserId,
    /// Which of the two.
    pub kind: PositionKind,
    /// To where.
    pub seq: u64,
}
