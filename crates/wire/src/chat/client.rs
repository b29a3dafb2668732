//! What a client sends to chat.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PresenceState;
use crate::frame::{frame, frames};
use crate::{RoomId, UserId};

frames! {
    /// A client's frame; its envelope may carry `id`, which the answer echoes.
    ChatClientFrame {
        /// The first frame.
        "hello" => Hello,
        /// A message for a room.
        "send" => Send,
        /// Read up to here.
        "read" => MarkRead,
        /// On this device up to here.
        "delivered" => MarkDelivered,
        /// Writing just now.
        "typing" => Typing,
        /// Asks for older or newer messages.
        "history" => History,
        /// Takes a message of one's own back.
        "delete" => DeleteMessage,
        /// Asks who is there.
        "presence" => AskPresence,
        /// Here, or away.
        "status" => SetStatus,
        /// A sign of life.
        "ping" => Ping,
    }
}

frame! {
    /// Comes in, with how far this device has read each room.
    Hello {
        /// Chat ticket: a signed JWT of the scheduler.
        ticket: String,
        /// Tells a person's devices apart.
        device_id: String,
        /// How far this device is, by room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursors: Option<BTreeMap<RoomId, Cursor>>,
    }
}

frame! {
    /// How far a device is in a room.
    Cursor {
        /// The room's `epoch` at that time.
        epoch: String,
        /// The last `seq` that it has.
        seq: u64,
    }
}

frame! {
    /// A message for a room; a second one with the same `client_id` has no second effect.
    Send {
        /// Id of the room.
        room: RoomId,
        /// The sender's own key for the message.
        client_id: String,
        /// Text of the message.
        body: String,
        /// The text is gone after so long, in milliseconds: 1 000 to 31 536 000 000 (a year).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl_ms: Option<u64>,
    }
}

frame! {
    /// Read up to here.
    MarkRead {
        /// Id of the room.
        room: RoomId,
        /// The last `seq` read.
        seq: u64,
    }
}

frame! {
    /// On this device up to here.
    MarkDelivered {
        /// Id of the room.
        room: RoomId,
        /// The last `seq` that arrived.
        seq: u64,
    }
}

frame! {
    /// Writing just now.
    Typing {
        /// Id of the room.
        room: RoomId,
    }
}

frame! {
    /// Asks for messages; with neither bound, the newest.
    History {
        /// Id of the room.
        room: RoomId,
        /// Only with a lower `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// Only with a higher `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
        /// How many at most: 50, and never more than 200.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    }
}

frame! {
    /// Takes a message of one's own back: its place stays, its text goes.
    DeleteMessage {
        /// Id of the room.
        room: RoomId,
        /// The message's place in the room.
        seq: u64,
    }
}

frame! {
    /// Asks for presence, and for its changes from now on.
    AskPresence {
        /// Ids of those whose presence is asked for.
        users: Vec<UserId>,
        /// Tell me of changes too.
        #[serde(default)]
        subscribe: bool,
    }
}

frame! {
    /// Here, or away.
    SetStatus {
        /// `online` or `away`.
        state: PresenceState,
    }
}

frame! {
    /// A sign of life.
    Ping {
        /// The client's own time, given back in `pong`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_at: Option<serde_json::Number>,
    }
}
