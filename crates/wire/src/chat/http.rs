//! Bodies of chat's HTTP routes, for those without a WebSocket.

use serde::{Deserialize, Serialize};

use super::ChatServerFrame;

/// Body of `POST /v1/rooms/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostMessage {
    /// The sender's own key for the message.
    pub client_id: String,
    /// Text of the message.
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
