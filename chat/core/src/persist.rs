//! What is to be stored, and what became of it.

use wire::chat::Message;
use wire::{ConnectionId, ErrorCode, FrameId, RoomId, UserId};

use crate::{PositionUpdate, Room};

/// The frame that asked for a write, so that its answer finds the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The socket of the frame.
    pub connection: ConnectionId,
    /// The frame's `id`.
    pub id: Option<FrameId>,
}

/// A message that has no place in its room yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDraft {
    /// The room it is for.
    pub room: RoomId,
    /// The member who wrote it.
    pub from: UserId,
    /// The sender's own key for it: the same one again is a retry.
    pub client_id: String,
    /// Its text, [cleaned](wire::visible_text::clean_body).
    pub body: String,
    /// For how long the text is kept, in milliseconds; `None`: for as long as the message.
    pub ttl_ms: Option<u64>,
}

/// A message that its sender takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The room that it stands in.
    pub room: RoomId,
    /// Its place in that room.
    pub seq: u64,
    /// Who takes it back.
    pub user: UserId,
}

/// Which message it is, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRef {
    /// The room that it stands in.
    pub room: RoomId,
    /// Its place in that room.
    pub seq: u64,
    /// The id that it has everywhere.
    pub message_id: String,
    /// Who wrote it.
    pub from: UserId,
}

impl From<&Message> for MessageRef {
    fn from(message: &Message) -> Self {
        Self {
            room: message.room.clone(),
            seq: message.seq,
            message_id: message.message_id.clone(),
            from: message.from.clone(),
        }
    }
}

/// What the broker asks the store actor to make durable.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteRequest {
    /// Store a message; its outcome is [`Stored`](WriteOutcome::Stored) or [`Refused`](WriteOutcome::Refused).
    Append {
        /// The frame that asked for it.
        origin: Origin,
        /// The message to be stored.
        draft: MessageDraft,
    },
    /// Take a text away; its outcome is [`Deleted`](WriteOutcome::Deleted) or [`Refused`](WriteOutcome::Refused).
    Delete {
        /// The frame that asked for it.
        origin: Origin,
        /// The message, which may be another's.
        deletion: Deletion,
    },
    /// Store a position; its outcome is [`PositionMoved`](WriteOutcome::PositionMoved) or `Refused`.
    MovePosition {
        /// The frame that asked for it.
        origin: Origin,
        /// The position to be stored.
        update: PositionUpdate,
    },
    /// Store that no connection of `users` took the message, together with what else follows from it.
    NoteUnread {
        /// The message, which is stored already.
        message: MessageRef,
        /// The members whom it did not reach.
        users: Vec<UserId>,
    },
    /// Store that messages which a connection had taken never left: it was the last of its person.
    NoteUnsent {
        /// The messages, whose other consequences may be stored already.
        messages: Vec<MessageRef>,
        /// The member whom they did not reach.
        user: UserId,
    },
}

/// What became of a write. Nobody hears of one before it is durable.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteOutcome {
    /// A message is durable; for a retry, what was stored before.
    Stored {
        /// The message with its place in the room.
        message: Message,
        /// The frame that asked for it, if it was one.
        origin: Option<Origin>,
    },
    /// A message was taken back, now or before.
    Deleted {
        /// The message, of whoever takes it back.
        deletion: Deletion,
        /// The [number of changes](crate::Room::changes) of its room then.
        changes: u64,
        /// False where it was taken back before.
        is_new: bool,
        /// The frame that asked for it, if it was one.
        origin: Option<Origin>,
    },
    /// Texts that had expired are not stored any more.
    TextsExpired {
        /// The room of the messages.
        room: RoomId,
        /// The [number of changes](crate::Room::changes) of the room then.
        changes: u64,
    },
    /// A position moved, durably.
    PositionMoved {
        /// The position where it is now.
        update: PositionUpdate,
        /// Of a read position: how many of the member's own messages lie up to it.
        sent_read: u64,
        /// The frame that asked for it, if it was one.
        origin: Option<Origin>,
    },
    /// A room was opened or closed, or members were added, renamed or taken out; or it was asked for, and all was so
    /// already.
    RoomOpened {
        /// The room as it was read after the write.
        room: Room,
        /// True where this write changed what its members are shown of it.
        changed: bool,
    },
    /// Blocks changed: what was read of rooms before may be outdated. Rooms in memory are told of one by one.
    BlocksChanged,
    /// A person was erased, and is a member of no room any more. Rooms in memory are told of one by one.
    UserErased {
        /// Who it was.
        user: UserId,
    },
    /// What a frame asked for can't be done.
    Refused {
        /// The frame that asked for it.
        origin: Origin,
        /// The reason it is told.
        code: ErrorCode,
        /// When to try again, in milliseconds.
        retry_after_ms: Option<u64>,
    },
}
