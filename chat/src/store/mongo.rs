//! Messages in a database that is reached by MongoDB's protocol. Nothing here asks for a transaction, or for what
//! only some of its servers have.
//!
//! What makes it right are two unique indexes: a room has one message of a number, and one of a sender's key. Every
//! write waits for a majority and its journal, and every read sees only what those have.

mod anchors;
mod append;
mod document;
mod failure;
mod freeing;
mod known;
mod open;
mod upkeep;
mod url;

use chat_core::{HistoryPage, MessageDraft, PageFrom, StoredMessage};
use futures_util::future::try_join_all;
use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection};
use service::clock::now;
use wire::chat::Message;
use wire::{RoomId, UserId};

use self::append::RoomHeads;
use self::document::{AnchorDocument, ExpiryDocument, MessageDocument, RoomDocument, number};
use self::failure::within;
use super::chain::{ChainAnchors, ReadCheck, rooms_of_page, unlinked_rooms};
use super::{
    Appended, ChainedMessages, FoundHead, Head, MessageStore, NewMessage, OwnSpan, StoreError,
};

pub(crate) use failure::is_of_messages;
pub use open::{MongoOpenError, MongoState};
pub use url::{MongoUrl, MongoUrlError};

/// The collection of the messages.
const MESSAGES: &str = "messages";
/// The collection of where the chains of rooms begin.
const ANCHORS: &str = "chain_anchors";
/// The collection of what is known of rooms beside their messages.
const ROOMS: &str = "message_rooms";
/// The collection of the texts that have an end.
const EXPIRIES: &str = "expiries";
/// The collection that readiness writes to.
const PROBES: &str = "probes";

/// Messages in a database that speaks MongoDB's protocol. Clones share its connections.
#[derive(Debug, Clone)]
pub struct MongoMessages {
    client: Client,
    messages: Collection<MessageDocument>,
    anchors: Collection<AnchorDocument>,
    rooms: Collection<RoomDocument>,
    expiries: Collection<ExpiryDocument>,
    probes: Collection<Document>,
    heads: RoomHeads,
    check: ReadCheck,
}

impl MongoMessages {
    /// Closes every connection.
    pub async fn close(&self) {
        self.client.clone().shutdown().await;
    }

    /// The message at one end of a room: `order` is 1 for the first and -1 for the last.
    async fn end(
        &self,
        room: &RoomId,
        order: i32,
    ) -> Result<Option<MessageDocument>, mongodb::error::Error> {
        let of_room = doc! { "room": room.as_str() };
        let end = self.messages.find_one(of_room).sort(doc! { "seq": order });
        end.await
    }

    /// What is found of a room's messages.
    async fn head(&self, room: &RoomId) -> Result<FoundHead, mongodb::error::Error> {
        let known = self.rooms.find_one(doc! { "_id": room.as_str() }).await?;
        let known = known.unwrap_or_default();
        let begins_after = known.begins_after;
        let last = self.end(room, -1).await?;
        let last = last.filter(|last| last.seq > begins_after);
        let first = match last {
            None => None,
            Some(_) => {
                let later = doc! { "room": room.as_str(), "seq": { "$gt": begins_after } };
                let first = self.messages.find_one(later);
                first.sort(doc! { "seq": 1 }).await?
            }
        };
        Ok(FoundHead {
            room: room.clone(),
            begins_after: begins_after.unsigned_abs(),
            first_seq: first.map(|first| first.seq.unsigned_abs()),
            last: last.map(StoredMessage::from),
            changes: known.changes.unsigned_abs(),
        })
    }

    /// Messages of any rooms, as they are served.
    async fn checked(&self, stored: Vec<StoredMessage>) -> Result<Vec<Message>, StoreError> {
        let anchors = self.anchors_of(unlinked_rooms(&stored));
        let anchors = within(failure::READ_LIMIT, anchors).await?;
        Ok(self.check.each(stored, &anchors))
    }

    async fn find(
        &self,
        filter: Document,
        sort: Document,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let reading = async {
            let found = self.messages.find(filter).sort(sort);
            let mut cursor = found.limit(i64::from(limit)).await?;
            let mut messages = Vec::new();
            while cursor.advance().await? {
                messages.push(cursor.deserialize_current()?.into());
            }
            Ok(messages)
        };
        match limit {
            // To the protocol it would be no limit.
            0 => Ok(Vec::new()),
            _ => within(failure::READ_LIMIT, reading).await,
        }
    }
}

impl MessageStore for MongoMessages {
    async fn append(&self, batch: &[NewMessage]) -> Vec<Result<Appended, StoreError>> {
        self.append_batch(batch).await
    }

    async fn repeat_of(&self, draft: &MessageDraft) -> Result<Option<Appended>, StoreError> {
        let known = self.known(std::iter::once(draft));
        let known = within(failure::READ_LIMIT, known).await?;
        Ok(known.outcome(draft))
    }

    async fn count_written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        after: u64,
        through: u64,
    ) -> Result<u64, StoreError> {
        let theirs = written_by(user, room, after, through);
        let counting = async { self.messages.count_documents(theirs).await };
        within(failure::READ_LIMIT, counting).await
    }

    async fn written_by(
        &self,
        user: &UserId,
        room: &RoomId,
        span: OwnSpan,
    ) -> Result<Vec<Message>, StoreError> {
        let theirs = written_by(user, room, span.after, span.through);
        let found = self.find(theirs, doc! { "seq": 1 }, span.limit).await?;
        self.checked(found).await
    }

    async fn page(&self, room: &RoomId, page: HistoryPage) -> Result<Vec<Message>, StoreError> {
        let room = room.as_str();
        let (filter, order) = match page.from {
            PageFrom::Newest => (doc! { "room": room }, -1),
            PageFrom::Before(seq) => (doc! { "room": room, "seq": { "$lt": number(seq) } }, -1),
            PageFrom::After(seq) => (doc! { "room": room, "seq": { "$gt": number(seq) } }, 1),
        };
        let mut found = self.find(filter, doc! { "seq": order }, page.limit).await?;
        if order == -1 {
            found.reverse();
        }
        let anchors = self.anchors_of(rooms_of_page(&found, page));
        let anchors = within(failure::READ_LIMIT, anchors).await?;
        Ok(self.check.page(found, &anchors, page))
    }

    async fn heads(&self, rooms: &[RoomId]) -> Result<Vec<Head>, StoreError> {
        let reading = try_join_all(rooms.iter().map(|room| self.head(room)));
        let found = within(failure::READ_LIMIT, reading).await?;
        let last = found.iter().filter_map(|found| found.last.as_ref());
        let anchors = self.anchors_of(unlinked_rooms(last));
        let anchors = within(failure::READ_LIMIT, anchors).await?;
        let head = |found: FoundHead| found.head(|last| self.check.one(last, &anchors));
        Ok(found.into_iter().filter_map(head).collect())
    }

    async fn last(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let mut found = self.find(doc! {}, doc! { "_id": -1 }, limit).await?;
        found.reverse();
        self.checked(found).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let change = doc! { "$set": { "at": now().0 } };
        let probe = self.probes.update_one(doc! { "_id": "write" }, change);
        within(failure::READ_LIMIT, async {
            probe.upsert(true).await.map(drop)
        })
        .await
    }
}

impl ChainedMessages for MongoMessages {
    async fn stored_after(
        &self,
        place: Option<(&RoomId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let order = doc! { "room": 1, "seq": 1 };
        let Some((room, seq)) = place else {
            return self.find(doc! {}, order, limit).await;
        };
        // The rest of the room first: each of the two questions has its place in the index.
        let rest = doc! { "room": room.as_str(), "seq": { "$gt": number(seq) } };
        let mut found = self.find(rest, order.clone(), limit).await?;
        let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
        let others = doc! { "room": { "$gt": room.as_str() } };
        found.extend(self.find(others, order, left).await?);
        Ok(found)
    }

    async fn anchors(&self, rooms: &[RoomId]) -> Result<ChainAnchors, StoreError> {
        let anchors = self.anchors_of(rooms.iter().cloned().collect());
        within(failure::READ_LIMIT, anchors).await
    }
}

/// What one person wrote in a room, above `after` and up to `through`.
fn written_by(user: &UserId, room: &RoomId, after: u64, through: u64) -> Document {
    doc! {
        "room": room.as_str(),
        "seq": { "$gt": number(after), "$lte": number(through) },
        "sender": user.as_str(),
    }
}
