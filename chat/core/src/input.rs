//! Everything that can happen to the broker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wire::chat::{AskPresence, ChatClientFrame, Cursor, Post};
use wire::{ConnectionId, FrameId, RoomId, UnixMs, UserId};

use crate::{MessageRef, Room, WriteOutcome};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A device came in with a valid ticket; the newest rooms of its person are [loaded](Input::Loaded).
    Hello {
        /// The device's socket.
        connection: ConnectionId,
        /// The person it belongs to.
        user: UserId,
        /// The only rooms that its ticket reaches; `None` for all.
        only: Option<BTreeSet<RoomId>>,
        /// How far the device is in each room.
        cursors: BTreeMap<RoomId, Cursor>,
    },
    /// Somebody waits for news over HTTP; frames for it only wake it.
    LongPoll {
        /// The request that waits.
        connection: ConnectionId,
        /// The person it belongs to.
        user: UserId,
        /// The only rooms that its ticket reaches; `None` for all.
        only: Option<BTreeSet<RoomId>>,
    },
    /// A frame other than `hello`; the room that it names is loaded, if there is one.
    Frame {
        /// The socket it came from.
        connection: ConnectionId,
        /// The frame's `id`.
        id: Option<FrameId>,
        /// The frame itself.
        frame: ChatClientFrame,
    },
    /// A connection asks how people are.
    AskedPresence {
        /// The socket that asks.
        connection: ConnectionId,
        /// The frame's `id`.
        id: Option<FrameId>,
        /// Whose presence it wants, and whether also what becomes of it.
        frame: AskPresence,
        /// When those of them were last active of whom that is stored.
        last_active: BTreeMap<UserId, UnixMs>,
    },
    /// What a [`CatchUp`](crate::ReadRequest::CatchUp) asked for is read and sent, by room and rising `seq`.
    CaughtUp {
        /// The socket that has it all.
        connection: ConnectionId,
    },
    /// A connection is about to be gone, and these messages were queued for it and not written. Those that waited for it to
    /// catch up are known here.
    Unsent {
        /// The connection that ends.
        connection: ConnectionId,
        /// The messages, in the order in which they were queued.
        messages: Vec<Arc<MessageRef>>,
    },
    /// A connection is gone.
    Gone {
        /// The connection that ended.
        connection: ConnectionId,
        /// Closed by the client on purpose: no grace.
        clean: bool,
    },
    /// A room was read from the store. Ignored where it is in memory, or where something was told of it since.
    Loaded {
        /// The room as it was read.
        room: Room,
        /// The broker's [`version`](crate::RoomBroker::version) before the read began.
        as_of: u64,
    },
    /// The store actor is about to write to these rooms: once in memory, they stay.
    WriteBegun(BTreeSet<RoomId>),
    /// All that follows from what was written to these rooms is written too: they may leave memory.
    WriteDone(BTreeSet<RoomId>),
    /// A post was put into the feeds of these readers.
    Posted {
        /// The post, as they read it.
        post: Post,
        /// Those of whom it is to be told, connected or not.
        readers: Vec<UserId>,
    },
    /// What became of a write, in the order of the commits.
    Written(WriteOutcome),
    /// [`next_deadline`](crate::RoomBroker::next_deadline) is reached.
    Tick,
}
