//! What a connection is to read from the message store.

use wire::{ConnectionId, FrameId, RoomId};

use crate::HistoryPage;

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRequest {
    /// Read and send what a device missed, then tell [`CaughtUp`](crate::Input::CaughtUp).
    CatchUp {
        /// The device's socket.
        connection: ConnectionId,
        /// The missed messages, room by room.
        missed: Vec<MissedRange>,
    },
    /// Read a page of history and answer the frame with `messages`.
    History {
        /// The socket that asked.
        connection: ConnectionId,
        /// The frame's `id`.
        id: Option<FrameId>,
        /// The room whose history it is.
        room: RoomId,
        /// Where the page lies.
        page: HistoryPage,
        /// The first `seq` that retention left.
        min_seq: u64,
        /// The last message's `seq`.
        last_seq: u64,
    },
}

impl ReadRequest {
    /// The connection that asked, which is the one to read.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        match self {
            ReadRequest::CatchUp { connection, .. } | ReadRequest::History { connection, .. } => {
                *connection
            }
        }
    }
}

/// A span of a room that a device missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedRange {
    /// The room of the messages.
    pub room: RoomId,
    /// The last `seq` that the device has.
    pub after: u64,
    /// The last `seq` that it missed.
    pub through: u64,
}
