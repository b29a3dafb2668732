//! What chat sends to a client.

use serde::{Deserialize, Serialize};

use crate::frame::{frame, frames};
use crate::session::word_enum;
use crate::{ErrorBody, FrameId, Participant, RoomId, RoomKind, RoomRole, UnixMs, UserId};

frames! {
    /// A server's frame.
    ChatServerFrame {
        /// The answer to `hello`.
        "welcome" => Welcome,
        /// A message of yours is durable.
        "sent" => Sent,
        /// A message of a room.
        "message" => Message,
        /// Someone took a message back.
        "deleted" => MessageDeleted,
        /// Someone read up to here.
        "read" => Read,
        /// It reached someone up to here.
        "delivered" => Delivered,
        /// Someone is writing.
        "typing" => TypingBy,
        /// How someone is there.
        "presence" => Presence,
        /// A room that is new or changed.
        "room" => RoomView as Box<RoomView>,
        /// A room that is no longer yours.
        "removed" => Removed,
        /// A post of somebody whom you follow.
        "post" => Post,
        /// The last `seq` of rooms that changed.
        "heads" => Heads,
        /// The answer to `history`.
        "messages" => Messages,
        /// The server drains.
        "going_away" => GoingAway,
        /// The answer to `ping`.
        "pong" => Pong,
        /// A frame took effect.
        "ok" => Accepted,
        /// A frame was refused.
        "error" => ErrorBody,
    }
}

frame! {
    /// Your rooms as they stand.
    Welcome {
        /// The newest 100; more by `GET /v1/rooms`.
        rooms: Vec<RoomView>,
        /// Whose socket this is.
        user_id: UserId,
        /// The server's time.
        server_now: UnixMs,
        /// Send `ping` this often, in milliseconds.
        ping_ms: i64,
        /// Reconnect after so long without a frame, in milliseconds.
        timeout_ms: i64,
    }
}

frame! {
    /// A room as it stands for one member.
    RoomView {
        /// Id of the room.
        room: RoomId,
        /// Opaque; another one makes every cursor void.
        epoch: String,
        /// What it is for.
        kind: RoomKind,
        /// What a group is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What you may do.
        role: RoomRole,
        /// The last message's `seq`; 0 in an empty room.
        last_seq: u64,
        /// The first `seq` that retention left, and in a group the first one after you joined.
        min_seq: u64,
        /// How far you have read: `min_seq − 1` or more.
        read_seq: u64,
        /// How many messages of others lie behind `read_seq`.
        unread: u64,
        /// How many others have read all of it. In a closed room 0.
        read_by: u64,
        /// How often a text of it went: who knows another number reads again what they hold.
        changes: u64,
        /// The newest message, null in an empty room.
        #[cfg_attr(feature = "typescript", ts(type = "Message | null"))]
        last_message: Option<Message>,
        /// True: all that this device missed follows. False: read the history.
        recovered: bool,
        /// Who belongs to it, where those are 20 or fewer. In a closed room the positions of the others are 0.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<Member>>"))]
        members: Vec<Member>,
        /// How many belong to it, where they are more; `GET /v1/rooms/{id}/members` says who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member_count: Option<u64>,
        /// True: it takes no more messages, and nothing else passes between its members.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(feature = "typescript", ts(as = "Option<bool>"))]
        closed: bool,
    }
}

frame! {
    /// One who belongs to a room.
    Member {
        /// Id of the member.
        user_id: UserId,
        /// What to call them.
        name: String,
        /// How far they have read.
        read_seq: u64,
        /// How far it reached a device of theirs.
        delivered_seq: u64,
    }
}

frame! {
    /// A message of yours is durable.
    Sent {
        /// The `id` of your `send`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<FrameId>,
        /// Id of the room.
        room: RoomId,
        /// Its place in the room.
        seq: u64,
        /// Its own id.
        message_id: String,
        /// When it was stored.
        sent_at: UnixMs,
    }
}

frame! {
    /// A message of a room.
    Message {
        /// Id of the room.
        room: RoomId,
        /// Its place in the room: 1, 2, 3, …
        seq: u64,
        /// Its own id, unique everywhere and ordered by time.
        message_id: String,
        /// Who wrote it.
        from: UserId,
        /// The sender's own key for it.
        client_id: String,
        /// Text of the message; null where there is none: it was deleted, it has expired, or it is damaged.
        #[serde(with = "super::body")]
        #[cfg_attr(feature = "typescript", ts(type = "string | null"))]
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        body: String,
        /// When it was stored.
        sent_at: UnixMs,
        /// Its text is gone from then on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<UnixMs>,
        /// True: its sender took it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(feature = "typescript", ts(as = "Option<bool>"))]
        deleted: bool,
        /// True: what is stored of it is not what was, so that its text is not told, and nothing else of it is sure. Of one
        /// that is gone the ids are empty.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(feature = "typescript", ts(as = "Option<bool>"))]
        corrupt: bool,
    }
}

frame! {
    /// Someone took a message back: it keeps its place, and has no text any more.
    MessageDeleted {
        /// Id of the room.
        room: RoomId,
        /// The message's place in the room.
        seq: u64,
        /// Who took it back: its sender.
        user_id: UserId,
    }
}

frame! {
    /// Someone read up to here.
    Read {
        /// Id of the room.
        room: RoomId,
        /// Id of the reader.
        user_id: UserId,
        /// Up to where.
        seq: u64,
    }
}

frame! {
    /// It reached someone up to here.
    Delivered {
        /// Id of the room.
        room: RoomId,
        /// Id of the member whose device has them.
        user_id: UserId,
        /// Up to where.
        seq: u64,
    }
}

frame! {
    /// Someone is writing.
    TypingBy {
        /// Id of the room.
        room: RoomId,
        /// Id of the one who types.
        user_id: UserId,
    }
}

frame! {
    /// How someone is there.
    Presence {
        /// Id of the person.
        user_id: UserId,
        /// Whether that person is connected.
        state: PresenceState,
        /// When they were last seen to do something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_active_at: Option<UnixMs>,
    }
}

word_enum! {
    /// How someone is there.
    PresenceState {
        /// With at least one live connection.
        Online = "online",
        /// Connected, and said to be away.
        Away = "away",
        /// No device is connected.
        Offline = "offline",
    }
}

frame! {
    /// A room that is no longer yours.
    Removed {
        /// Id of the room.
        room: RoomId,
        /// Why it is no longer theirs.
        reason: RemovedReason,
    }
}

word_enum! {
    /// Why a room is no longer somebody's.
    RemovedReason {
        /// They left it.
        Left = "left",
        /// They were taken out of it.
        Removed = "removed",
        /// It was closed.
        Closed = "closed",
    }
}

frame! {
    /// What somebody wrote for those who follow them.
    Post {
        /// Its own id, unique everywhere and ordered by time.
        post_id: String,
        /// Who wrote it, by their present name.
        author: Participant,
        /// What it says.
        body: String,
        /// When it was stored.
        sent_at: UnixMs,
    }
}

frame! {
    /// The last `seq` of the rooms that changed, so that a silent loss is found.
    Heads {
        /// Room by room.
        rooms: Vec<RoomHead>,
    }
}

frame! {
    /// How far a room is.
    RoomHead {
        /// Id of the room.
        room: RoomId,
        /// The last message's `seq`.
        last_seq: u64,
    }
}

frame! {
    /// A piece of a room's history, in rising `seq`.
    Messages {
        /// The `id` of your `history`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<FrameId>,
        /// Id of the room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
        /// Messages in ascending order of `seq`.
        messages: Vec<Message>,
        /// The first `seq` that retention left.
        min_seq: u64,
        /// The last message's `seq`.
        last_seq: u64,
    }
}

frame! {
    /// The server drains.
    GoingAway {
        /// Come back after so long, in milliseconds.
        retry_after_ms: u64,
    }
}

frame! {
    /// The answer to `ping`.
    Pong {
        /// As it was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_at: Option<serde_json::Number>,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// A frame took effect.
    Accepted {
        /// The `id` of the acknowledged frame.
        id: FrameId,
    }
}
