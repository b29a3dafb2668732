//! What is stored, as it is stored.

use std::collections::BTreeMap;

use chat_core::StoredMessage;
use serde::{Deserialize, Serialize};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use crate::store::chain::{LinkTexts, stored};

/// One document of the collection. Other programs may read it: its fields are named as on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MessageDocument {
    #[serde(rename = "_id")]
    pub(super) message_id: String,
    pub(super) room: RoomId,
    /// The protocol has no unsigned numbers.
    pub(super) seq: i64,
    sender: UserId,
    client_id: String,
    pub(super) body: String,
    sent_at: UnixMs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<UnixMs>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<UnixMs>,
    /// These four are the message's link in its room's chain, which those from before there were chains lack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<String>,
    /// Bytes of all texts of the room up to this one, which those from before there was a bound lack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes_through: Option<i64>,
}

/// What is known of a room beside its messages; its `_id` is the room's.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct RoomDocument {
    /// How often a text was taken away.
    #[serde(default)]
    pub(super) changes: i64,
    /// The last `seq` that was pruned.
    #[serde(default)]
    pub(super) begins_after: i64,
    /// Bytes of all texts up to there.
    #[serde(default)]
    pub(super) begin_bytes: i64,
    /// Bytes of those texts after it that were taken away.
    #[serde(default)]
    pub(super) freed_bytes: i64,
    /// Bytes of texts that are being taken away, by the numbers of their messages: not in `freed_bytes` yet.
    #[serde(default)]
    pub(super) freeing: BTreeMap<String, i64>,
}

/// A text whose time will come. It is stored before its message, so that none is forgotten.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ExpiryDocument {
    /// When it is due and which message it is, in that order.
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) message_id: String,
}

impl ExpiryDocument {
    /// Of a message that has an end.
    pub(super) fn of(message: &Message) -> Option<Self> {
        Some(Self {
            id: Self::id(message.expires_at?, &message.message_id),
            message_id: message.message_id.clone(),
        })
    }

    /// Of a message whose text ends then.
    pub(super) fn id(at: UnixMs, message_id: &str) -> String {
        format!("{} {message_id}", due(at))
    }
}

/// A time such that texts are in the order of times.
pub(super) fn due(at: UnixMs) -> String {
    format!("{:020}", at.0.max(0))
}

/// Where a room's chain begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AnchorDocument {
    #[serde(rename = "_id")]
    pub(super) room: RoomId,
    pub(super) seq: i64,
    pub(super) chain: String,
}

impl MessageDocument {
    /// A message with the bytes of all texts up to it.
    pub(super) fn new(stored: &StoredMessage, bytes_through: u64) -> Self {
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
            expires_at: message.expires_at,
            deleted_at: None,
            salt: link.salt,
            digest: link.digest,
            previous: link.previous,
            chain: link.chain,
            bytes_through: Some(number(bytes_through)),
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
            expires_at: document.expires_at,
            deleted: document.deleted_at.is_some(),
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
