//! What was stored before under the keys of messages.

use std::collections::BTreeMap;

use chat_core::MessageDraft;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use wire::{RoomId, UserId};

use super::MongoMessages;
use super::document::MessageDocument;
use crate::store::Appended;

/// Messages by room, sender and the sender's key.
pub(super) struct KnownMessages(BTreeMap<(RoomId, UserId, String), MessageDocument>);

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
        let mut known = BTreeMap::new();
        while cursor.advance().await? {
            let message = cursor.deserialize_current()?;
            known.insert(message.key(), message);
        }
        Ok(KnownMessages(known))
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
        let known = self.0.get(&key)?;
        Some(match known.body == draft.body {
            true => Appended::Repeat(known.clone().into()),
            false => Appended::Conflict,
        })
    }
}
