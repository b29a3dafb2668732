//! What is given back of what a room holds, where a text is taken away. Without a transaction it is three steps: it is noted what
//! will be free, the text goes, and what was noted becomes what is free. A crash leaves the note, and whoever reads
//! what the room holds next looks whether the text is gone.

use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use wire::RoomId;

use super::MongoMessages;
use super::document::{MessageDocument, RoomDocument, number};
use crate::store::room_bytes::RoomBytes;

impl RoomDocument {
    /// Without what lies after the last message's.
    pub(super) fn bytes(&self) -> RoomBytes {
        let before = self.begin_bytes.unsigned_abs();
        RoomBytes {
            through: before,
            before,
            freed: self.freed_bytes.unsigned_abs(),
        }
    }
}

/// What is noted of a message whose text is to go.
pub(super) fn note_of(message: &MessageDocument, begins_after: i64) -> Option<(String, i64)> {
    let is_counted = message.bytes_through.is_some() && message.seq > begins_after;
    is_counted.then(|| (note(message.seq), number(message.body.len() as u64)))
}

fn note(seq: i64) -> String {
    format!("freeing.{seq}")
}

impl MongoMessages {
    /// What is known of a room, once what was noted is settled.
    pub(super) async fn freed(&self, room: &RoomId) -> Result<Option<RoomDocument>, Error> {
        let of_room = doc! { "_id": room.as_str() };
        let known = match self.rooms.find_one(of_room.clone()).await? {
            Some(known) if !known.freeing.is_empty() => known,
            settled => return Ok(settled),
        };
        for (seq, bytes) in &known.freeing {
            let seq: i64 = seq.parse().unwrap_or(0);
            let place = doc! { "room": room.as_str(), "seq": seq };
            let message = self.messages.find_one(place).await?;
            let is_there = message.is_some_and(|message| !message.body.is_empty());
            let freed = if is_there { 0 } else { *bytes };
            self.settle_freed(room, seq, freed).await?;
        }
        self.rooms.find_one(of_room).await
    }

    /// Makes of a note what is free, once.
    pub(super) async fn settle_freed(
        &self,
        room: &RoomId,
        seq: i64,
        bytes: i64,
    ) -> Result<(), Error> {
        let note = note(seq);
        let mut noted = doc! { "_id": room.as_str() };
        noted.insert(note.clone(), doc! { "$exists": true });
        let mut unset = Document::new();
        unset.insert(note, "");
        let settled = doc! { "$inc": { "freed_bytes": bytes }, "$unset": unset };
        self.rooms.update_one(noted, settled).await?;
        self.heads.forget(std::iter::once(room));
        Ok(())
    }
}
