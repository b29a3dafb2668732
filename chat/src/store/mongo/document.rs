//! A message as it is stored.

use serde::{Deserialize, Serialize};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use crate::store::NewMessage;

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
    pub(super) body: String,
    sent_at: UnixMs,
}

impl MessageDocument {
    pub(super) fn new(message: &NewMessage, seq: u64) -> Self {
        let draft = &message.draft;
        Self {
            message_id: message.message_id.clone(),
            room: draft.room.clone(),
            seq: number(seq),
            sender: draft.from.clone(),
            client_id: draft.client_id.clone(),
            body: draft.body.clone(),
            sent_at: message.sent_at,
        }
    }

    /// What no other message has.
    pub(super) fn key(&self) -> (RoomId, UserId, String) {
        let Self { room, sender, .. } = self;
        (room.clone(), sender.clone(), self.client_id.clone())
    }
}

impl From<MessageDocument> for Message {
    fn from(document: MessageDocument) -> Self {
        Self {
            room: document.room,
            seq: document.seq.unsigned_abs(),
            message_id: document.message_id,
            from: document.sender,
            client_id: document.client_id,
            body: document.body,
            sent_at: document.sent_at,
        }
    }
}

/// A `seq` as it is stored and compared with. A client may ask for what lies before or after any number.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
