//! Texts that are taken away, and messages that are too old. Each is a few writes of single documents, in an order in which
//! each may be the last that is made: what is done again then comes to the same.

use chat_core::{ChainAnchor, ChainHash, StoredMessage};
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::Error;
use wire::chat::Message;
use wire::{RoomId, UnixMs};

use super::MongoMessages;
use super::document::{ExpiryDocument, MessageDocument, due, number};
use super::failure::{APPEND_LIMIT, READ_LIMIT, within};
use super::freeing::note_of;
use crate::store::chain::{LinkTexts, hash_or_genesis, hash_text};
use crate::store::{MessageAge, MessageUpkeep, StoreError, TextEnd, TextRemoval, TextRemoved};

impl MongoMessages {
    /// Writes down when texts end, before their messages are stored: of one that is not stored after all, that is found
    /// when it is due.
    pub(super) async fn note_expiries(
        &self,
        messages: impl Iterator<Item = &Message>,
    ) -> Result<(), Error> {
        let expiries: Vec<ExpiryDocument> = messages.filter_map(ExpiryDocument::of).collect();
        for expiry in expiries {
            // The same message may have been tried before, at another place.
            let of_it = doc! { "_id": &expiry.id };
            let known = doc! { "$set": { "message_id": &expiry.message_id } };
            self.expiries.update_one(of_it, known).upsert(true).await?;
        }
        Ok(())
    }

    async fn at(&self, room: &RoomId, seq: u64) -> Result<Option<MessageDocument>, Error> {
        let place = doc! { "room": room.as_str(), "seq": number(seq) };
        self.messages.find_one(place).await
    }

    async fn changes(&self, room: &RoomId) -> Result<u64, Error> {
        let known = self.rooms.find_one(doc! { "_id": room.as_str() }).await?;
        Ok(known.map_or(0, |known| known.changes.unsigned_abs()))
    }

    /// It is counted first: whoever is told twice reads once more, and whoever is not told never does.
    async fn remove_text(&self, removal: &TextRemoval) -> Result<TextRemoved, Error> {
        let TextRemoval { room, seq, end, at } = removal;
        let Some(document) = self.at(room, *seq).await? else {
            return Ok(TextRemoved::NotThere);
        };
        let expiry = document
            .expires_at
            .map(|at| doc! { "_id": ExpiryDocument::id(at, &document.message_id) });
        let known = self.freed(room).await?.unwrap_or_default();
        let freed = note_of(&document, known.begins_after);
        let mut stored = StoredMessage::from(document);
        if let Some(outcome) = removal.refused(&stored) {
            return Ok(outcome);
        }
        let is_new = removal.changes(&stored);
        if is_new {
            let mut counted = doc! { "$inc": { "changes": 1_i64 } };
            if let Some((note, bytes)) = freed.clone() {
                let mut noted = Document::new();
                noted.insert(note, bytes);
                counted.insert("$set", noted);
            }
            let of_room = doc! { "_id": room.as_str() };
            let counting = self.rooms.update_one(of_room, counted).upsert(true);
            counting.await?;
            stored.forget_text();
            let digest = LinkTexts::of(stored.link.as_ref()).digest;
            let mut set = doc! { "body": "" };
            if let Some(digest) = digest {
                set.insert("digest", digest);
            }
            if matches!(end, TextEnd::Deleted(_)) {
                set.insert("deleted_at", at.0);
            }
            let place = doc! { "room": room.as_str(), "seq": number(*seq) };
            let change = doc! { "$set": set, "$unset": { "salt": "" } };
            self.messages.update_one(place, change).await?;
            if let Some((_, bytes)) = freed {
                self.settle_freed(room, number(*seq), bytes).await?;
            }
        }
        if let Some(expiry) = expiry {
            self.expiries.delete_one(expiry).await?;
        }
        let changes = self.changes(room).await?;
        Ok(match is_new {
            true => TextRemoved::Now { changes },
            false => TextRemoved::Before { changes },
        })
    }

    /// Those of which there is no message are forgotten: it was never stored, or is gone already.
    async fn due_texts(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, Error> {
        // Whatever is due now sorts before what follows the number.
        let until = format!("{}~", due(now));
        let found = self.expiries.find(doc! { "_id": { "$lt": until } });
        let mut found = found
            .sort(doc! { "_id": 1 })
            .limit(i64::from(limit))
            .await?;
        let mut due = Vec::new();
        while found.advance().await? {
            let expiry: ExpiryDocument = found.deserialize_current()?;
            let of_it = doc! { "_id": &expiry.message_id };
            match self.messages.find_one(of_it).await? {
                Some(message) => due.push((message.room, message.seq.unsigned_abs())),
                None => {
                    self.expiries.delete_one(doc! { "_id": expiry.id }).await?;
                }
            }
        }
        Ok(due)
    }

    /// The anchor first: once the room begins later its first messages may be gone at any time.
    async fn write_beginning(&self, room: &RoomId, through: u64) -> Result<(), Error> {
        let Some(message) = self.at(room, through).await? else {
            return Ok(());
        };
        let of_room = doc! { "_id": room.as_str() };
        let anchor = self.anchors.find_one(of_room.clone()).await?;
        let anchored = anchor.map(ChainAnchor::from).map_or(0, |anchor| anchor.seq);
        let (seq, chain) = match &message.chain {
            Some(chain) => (message.seq, hash_or_genesis(chain)),
            // Up to the first that has a link none has, and then there is an anchor.
            None => {
                let last = self.last_seq(room).await?;
                (last.max(message.seq), ChainHash::GENESIS)
            }
        };
        let is_later = seq.unsigned_abs() > anchored;
        if is_later && (message.chain.is_some() || anchored == 0) {
            let begin = doc! { "$set": { "seq": seq, "chain": hash_text(&chain) } };
            let anchoring = self.anchors.update_one(of_room, begin);
            anchoring.upsert(true).await?;
        }
        self.begin_later(room, &message).await
    }

    async fn begin_later(&self, room: &RoomId, last: &MessageDocument) -> Result<(), Error> {
        let known = self.freed(room).await?.unwrap_or_default();
        if last.seq <= known.begins_after {
            return Ok(());
        }
        let span = doc! { "$gt": known.begins_after, "$lte": last.seq };
        let passing = doc! { "room": room.as_str(), "seq": span };
        let mut passing = self.messages.find(passing).await?;
        let mut passed = 0;
        while passing.advance().await? {
            let message: MessageDocument = passing.deserialize_current()?;
            let is_counted = message.bytes_through.is_some();
            passed += if is_counted {
                message.body.len() as u64
            } else {
                0
            };
        }
        let through = last.bytes_through.map(i64::unsigned_abs);
        let bytes = known.bytes().begun_at(through, passed);
        let begin = doc! { "$set": {
            "begins_after": last.seq,
            "begin_bytes": number(bytes.before),
            "freed_bytes": number(bytes.freed),
        } };
        let of_room = doc! { "_id": room.as_str() };
        let beginning = self.rooms.update_one(of_room, begin).upsert(true);
        beginning.await?;
        self.heads.forget(std::iter::once(room));
        Ok(())
    }

    async fn last_seq(&self, room: &RoomId) -> Result<i64, Error> {
        Ok(self.end(room, -1).await?.map_or(0, |last| last.seq))
    }

    async fn delete_some(&self, room: &RoomId, limit: u32) -> Result<bool, Error> {
        let known = self.rooms.find_one(doc! { "_id": room.as_str() }).await?;
        let begins_after = known.map_or(0, |known| known.begins_after);
        let earlier = doc! { "room": room.as_str(), "seq": { "$lte": begins_after } };
        let found = self.messages.find(earlier).sort(doc! { "seq": 1 });
        let mut found = found.limit(i64::from(limit)).await?;
        let mut ids: Vec<Bson> = Vec::new();
        while found.advance().await? {
            let message: MessageDocument = found.deserialize_current()?;
            ids.push(message.message_id.into());
        }
        let more = ids.len() >= limit as usize;
        if !ids.is_empty() {
            let these: Document = doc! { "_id": { "$in": ids } };
            self.messages.delete_many(these).await?;
        }
        Ok(more)
    }
}

impl MessageUpkeep for MongoMessages {
    async fn remove_texts(&self, removals: &[TextRemoval]) -> Result<Vec<TextRemoved>, StoreError> {
        within(APPEND_LIMIT, async {
            let mut removed = Vec::with_capacity(removals.len());
            for removal in removals {
                removed.push(self.remove_text(removal).await?);
            }
            Ok(removed)
        })
        .await
    }

    async fn overdue(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        within(READ_LIMIT, self.due_texts(now, limit)).await
    }

    async fn oldest(&self, limit: u32) -> Result<Vec<MessageAge>, StoreError> {
        let found = self.find(doc! {}, doc! { "_id": 1 }, limit).await?;
        let age = |stored: StoredMessage| MessageAge {
            room: stored.message.room,
            seq: stored.message.seq,
            sent_at: stored.message.sent_at,
        };
        Ok(found.into_iter().map(age).collect())
    }

    async fn begin_after(&self, room: &RoomId, through: u64) -> Result<(), StoreError> {
        within(READ_LIMIT, self.write_beginning(room, through)).await
    }

    async fn delete_before_beginning(&self, room: &RoomId, limit: u32) -> Result<bool, StoreError> {
        within(APPEND_LIMIT, self.delete_some(room, limit)).await
    }

    /// Files are the server's.
    async fn overwrite(&self, _in_whole: bool) -> Result<(), StoreError> {
        Ok(())
    }
}
