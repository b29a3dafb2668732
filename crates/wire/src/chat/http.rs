//! Bodies of chat's HTTP routes, for those without a WebSocket.

use serde::{Deserialize, Serialize};

use super::{ChatServerFrame, Message, Post, RoomView};
use crate::{Participant, RoomId, UnixMs};

/// Body of `POST /v1/rooms/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostMessage {
    /// The sender's own key for the message.
    pub client_id: String,
    /// Text of the message.
    pub body: String,
    /// The text is gone after so long, in milliseconds: 1 000 to 31 536 000 000 (a year).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<u64>,
}

/// Body of `POST /v1/posts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WritePost {
    /// The author's own key for the post.
    pub client_id: String,
    /// What it says.
    pub body: String,
}

/// Body of `PUT /v1/rooms/{id}/read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PutRead {
    /// The last `seq` read.
    pub seq: u64,
}

/// Answer of `GET /v1/rooms`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoomsPage {
    /// The rooms, the one with the newest message first.
    pub items: Vec<RoomView>,
    /// Unread messages of all rooms that the ticket reaches, on this page or not.
    pub unread_total: u64,
    /// Ask with it for the next page; absent from the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Answer of `GET /v1/sync`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SyncResponse {
    /// Ask with it next time.
    pub cursor: String,
    /// What came since.
    pub frames: Vec<ChatServerFrame>,
}

/// Item of `GET /v1/export`: a room of the person who asks, and what is theirs in it. A room with many messages
/// comes again, with more of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedRoom {
    /// Id of the room.
    pub room: RoomId,
    /// Who belongs to it.
    pub members: Vec<Participant>,
    /// The last message's `seq`; 0 in an empty room.
    pub last_seq: u64,
    /// How far the person has read.
    pub read_seq: u64,
    /// How far it reached a device of theirs.
    pub delivered_seq: u64,
    /// The messages that they wrote, in rising `seq`.
    pub messages: Vec<Message>,
    /// True: it takes no more messages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>"))]
    pub closed: bool,
}

/// Answer of `GET /v1/export`: first one's rooms, then what one posted, then whom one follows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportPage {
    /// Rooms, by their ids.
    pub items: Vec<ExportedRoom>,
    /// Posts, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<Post>>"))]
    pub posts: Vec<Post>,
    /// Whom the person follows, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<Participant>>"))]
    pub following: Vec<Participant>,
    /// When the person was last seen to do something, to a minute; on the first page, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<UnixMs>,
    /// Ask with it for the next page; absent from the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
