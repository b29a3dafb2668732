//! Where the chains of rooms begin: a document of its own for each room that had messages before there were chains, or whose
//! first messages were pruned.

use std::collections::BTreeSet;

use chat_core::{ChainAnchor, ChainHash};
use mongodb::bson::doc;
use mongodb::error::Error;
use wire::RoomId;

use super::MongoMessages;
use super::append::ChainEnd;
use super::document::{AnchorDocument, number};
use crate::store::chain::{ChainAnchors, hash_or_genesis, hash_text};

impl MongoMessages {
    /// Of each of those rooms.
    pub(super) async fn anchors_of(&self, rooms: BTreeSet<RoomId>) -> Result<ChainAnchors, Error> {
        let mut anchors = ChainAnchors::new();
        if rooms.is_empty() {
            return Ok(anchors);
        }
        let ids: Vec<&str> = rooms.iter().map(RoomId::as_str).collect();
        let mut cursor = self.anchors.find(doc! { "_id": { "$in": ids } }).await?;
        while cursor.advance().await? {
            let found = cursor.deserialize_current()?;
            anchors.insert(found.room.clone(), found.into());
        }
        for room in rooms {
            if anchors.contains_key(&room) {
                continue;
            }
            let first = self.end(&room, 1).await?;
            // It gets an anchor before its first message with a link: without both, all of it is from before.
            let is_old = first.is_some_and(|first| first.chain.is_none());
            let seq = if is_old { i64::MAX.unsigned_abs() } else { 0 };
            let chain = ChainHash::GENESIS;
            anchors.insert(room, ChainAnchor { seq, chain });
        }
        Ok(anchors)
    }

    /// The end of a room's messages, what the next one is bound to, and what the room holds.
    pub(super) async fn chain_end(&self, room: &RoomId) -> Result<ChainEnd, Error> {
        let known = self.freed(room).await?.unwrap_or_default();
        let last = self.end(room, -1).await?;
        let mut bytes = known.bytes();
        let through = last.as_ref().and_then(|last| last.bytes_through);
        bytes.through = bytes.through.max(through.map_or(0, i64::unsigned_abs));
        if let Some((seq, chain)) = last
            .as_ref()
            .and_then(|last| Some((last.seq, last.chain.as_deref()?)))
        {
            let chain = hash_or_genesis(chain);
            return Ok(ChainEnd { seq, chain, bytes });
        }
        let anchor = self.anchors.find_one(doc! { "_id": room.as_str() }).await?;
        let anchor = anchor.map(ChainAnchor::from).unwrap_or_default();
        let last_seq = last.map_or(0, |last| last.seq);
        if last_seq <= number(anchor.seq) {
            return Ok(ChainEnd {
                seq: number(anchor.seq),
                chain: anchor.chain,
                bytes,
            });
        }
        let begin = doc! { "$set": { "seq": last_seq, "chain": hash_text(&ChainHash::GENESIS) } };
        let anchored = self
            .anchors
            .update_one(doc! { "_id": room.as_str() }, begin);
        anchored.upsert(true).await?;
        Ok(ChainEnd {
            seq: last_seq,
            chain: ChainHash::GENESIS,
            bytes,
        })
    }
}

impl From<AnchorDocument> for ChainAnchor {
    fn from(document: AnchorDocument) -> Self {
        Self {
            seq: document.seq.unsigned_abs(),
            chain: hash_or_genesis(&document.chain),
        }
    }
}
