//! Everything that can happen to the broker.

use std::collections::{BTreeMap, BTreeSet};

use wire::chat::{ChatClientFrame, Cursor, Message};
use wire::{ConnectionId, ErrorCode, FrameId, RoomId, UserId};

use crate::{Origin, PositionUpdate, Room};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A device came in with a valid ticket; the newest rooms of its person are [loaded](Input::Loaded).
    Hello {
        /// Its socket.
        connection: ConnectionId,
        /// Whose it is.
        user: UserId,
        /// The only rooms that its ticket reaches.
        only: Option<BTreeSet<RoomId>>,
        /// How far the device is.
        cursors: BTreeMap<RoomId, Cursor>,
    },
    /// Somebody waits for news over HTTP; frames for it only wake it.
    Waiting {
        /// The request.
        connection: ConnectionId,
        /// Whose it is.
        user: UserId,
        /// The only rooms that its ticket reaches.
        only: Option<BTreeSet<RoomId>>,
    },
    /// A frame other than `hello`; the room that it names is loaded, if there is one.
    Frame {
        /// From which socket.
        connection: ConnectionId,
        /// The frame's `id`.
        id: Option<FrameId>,
        /// The frame.
        frame: ChatClientFrame,
    },
    /// What a [`CatchUp`](crate::Output::CatchUp) asked for is read, by room and rising `seq`.
    CaughtUp {
        /// For which socket.
        connection: ConnectionId,
        /// What it missed and has not been sent already.
        messages: Vec<Message>,
    },
    /// A connection is gone.
    Gone {
        /// Which.
        connection: ConnectionId,
        /// Closed by the client on purpose: no grace.
        clean: bool,
    },
    /// A room was read from the store; ignored where it is known already.
    Loaded(Room),
    /// A room was opened or changed.
    Opened(Room),
    /// A message is durable; for a retry, what was stored before.
    Stored {
        /// The message.
        message: Message,
        /// Which frame asked for it, if it was one.
        origin: Option<Origin>,
    },
    /// A position moved, durably.
    PositionMoved {
        /// The move.
        to: PositionUpdate,
        /// Which frame asked for it, if it was one.
        origin: Option<Origin>,
    },
    /// What a frame asked for can't be done.
    Refused {
        /// Which frame.
        origin: Origin,
        /// Why.
        code: ErrorCode,
        /// When to try again, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// [`next_deadline`](crate::RoomBroker::next_deadline) is reached.
    Tick,
}
