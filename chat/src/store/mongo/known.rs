//! What was stored before under the keys of messages.

use std::collections::BTreeMap;

use chat_core::{MessageDraft, StoredMessage};
use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use wire::{RoomId, UserId};

use super::MongoMessages;
use crate::store::Appended;
use crate::store::chain::{ChainAnchors, ReadCheck, unlinked_rooms};

/// Messages by room, sender and the sender's key.
pub(super) struct KnownMessages {
    messages: BTreeMap<(RoomId, UserId, String), StoredMessage>,
    anchors: ChainAnchors,
    check: ReadCheck,
}

impl MongoMessages {
    /// Those that there are of drafts, in one question.
    pub(super) async fn known(
        &self,
        drafts: impl Iterator<Item = &MessageDraft>,
    ) -> Result<KnownMessages, Error> {
        let key = |draft: &MessageDraft| {
            doc! {
                "room": draft.room.as_str(),
                "sender": draft.from.as_str(),
                "client_id": &draft.client_id,
            }
        };
        let keys: Vec<Document> = drafts.map(key).collect();
        let mut cursor = self.messages.find(doc! { "$or": keys }).await?;
        let mut found: Vec<StoredMessage> = Vec::new();
        while cursor.advance().await? {
            found.push(cursor.deserialize_current()?.into());
        }
        let anchors = self.anchors_of(unlinked_rooms(&found)).await?;
        let key = |stored: &StoredMessage| {
            let message = &stored.message;
            let client_id = message.client_id.clone();
            (message.room.clone(), message.from.clone(), client_id)
        };
        let messages = found.into_iter().map(|stored| (key(&stored), stored));
        Ok(KnownMessages {
            messages: messages.collect(),
            anchors,
            check: self.check.clone(),
        })
    }
}

impl KnownMessages {
    /// What becomes of a draft whose key is known.
    pub(super) fn outcome(&self, draft: &MessageDraft) -> Option<Appended> {
        let key = (
            draft.room.clone(),
            draft.from.clone(),
            draft.client_id.clone(),
        );
        let known = self.messages.get(&key)?.clone();
        Some(self.check.outcome(known, draft, &self.anchors))
    }
}
