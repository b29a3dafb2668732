//! What is stored, as it is stored.

use chat_core::StoredMessage;
use serde::{Deserialize, Serialize};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use crate::store::chain::{LinkTexts, stored};

/// One document of the collection. Other programs may read it: its fields are named as on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MessageDocument {
    #[serde(rename = "_id")]
    message_id: String,
    pub(super) room: RoomId,
    /// The protocol has no unsigned numbers.
    pub(super) seq: i64,
    sender: UserId,
    client_id: String,
    body: String,
    sent_at: UnixMs,
    /// These four are the message's link in its room's chain, which those from before there were chains lack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<String>,
}

/// Where a room's chain begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AnchorDocument {
    #[serde(rename = "_id")]
    pub(super) room: RoomId,
    pub(super) seq: i64,
    pub(super) chain: String,
}

impl From<&StoredMessage> for MessageDocument {
    fn from(stored: &StoredMessage) -> Self {
        let message = &stored.message;
        let link = LinkTexts::of(stored.link.as_ref());
        Self {
            message_id: message.message_id.clone(),
            room: message.room.clone(),
            seq: number(message.seq),
            sender: message.from.clone(),
            client_id: message.client_id.clone(),
            body: message.body.clone(),
            sent_at: message.sent_at,
            salt: link.salt,
            digest: link.digest,
            previous: link.previous,
            chain: link.chain,
        }
    }
}

impl From<MessageDocument> for StoredMessage {
    fn from(document: MessageDocument) -> Self {
        let message = Message {
            room: document.room,
            seq: document.seq.unsigned_abs(),
            message_id: document.message_id,
            from: document.sender,
            client_id: document.client_id,
            body: document.body,
            sent_at: document.sent_at,
            corrupt: false,
        };
        let link = LinkTexts {
            salt: document.salt,
            digest: document.digest,
            previous: document.previous,
            chain: document.chain,
        };
        stored(message, &link)
    }
}

/// A `seq` as it is stored and compared with. A client may ask for what lies before or after any number.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
