//! A message at the end of its room, within the transaction of its batch.

use std::collections::HashMap;

use chat_core::{ChainHash, StoredMessage};
use storage::{SqlConnection, query};
use wire::RoomId;

use super::repeated;
use crate::store::chain::{LinkTexts, ReadCheck, hash_or_genesis};
use crate::store::room_bytes::RoomBytes;
use crate::store::{Appended, NewMessage};

const END: &str = "SELECT messages.seq, messages.chain, bytes_through, begin_bytes, freed_bytes
     FROM messages LEFT JOIN message_rooms ON message_rooms.room_id = messages.room_id
     WHERE messages.room_id = ?1 ORDER BY messages.seq DESC LIMIT 1";

/// A room without messages has an anchor if it had some.
const ANCHOR: &str = "SELECT seq, chain, begin_bytes
     FROM chain_anchors LEFT JOIN message_rooms ON message_rooms.room_id = chain_anchors.room_id
     WHERE chain_anchors.room_id = ?1";

const INSERT: &str = "INSERT INTO messages
     (room_id, seq, message_id, sender, client_id, body, sent_at, salt, previous, chain, expires_at,
      bytes_through)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
     ON CONFLICT (room_id, sender, client_id) DO NOTHING";

/// Where rooms end.
pub(in crate::store::sql) type RoomEnds = HashMap<RoomId, StoredEnd>;

/// Where a room ends.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::sql) struct StoredEnd {
    last_seq: u64,
    /// Up to there.
    pub(in crate::store::sql) chain: ChainHash,
    bytes: RoomBytes,
}

/// Stores it, unless its key is taken, or its room is full.
pub(super) async fn append_one(
    connection: &mut dyn SqlConnection,
    check: &ReadCheck,
    ends: &mut RoomEnds,
    new: &NewMessage,
) -> Result<Appended, storage::Error> {
    let room = &new.draft.room;
    let StoredEnd {
        last_seq,
        chain: previous,
        bytes,
    } = match ends.get(room) {
        Some(end) => *end,
        None => end(connection, room).await?,
    };
    let Some(bytes) = bytes.with(&new.draft.body, new.room_bytes) else {
        let repeat = repeated(connection, check, &new.draft).await?;
        return Ok(repeat.unwrap_or(Appended::Full));
    };
    let StoredMessage { message, link } =
        StoredMessage::new(new.at(last_seq + 1), new.salt, previous);
    let texts = LinkTexts::of(link.as_ref());
    let inserted = query(INSERT)
        .bind(message.room.as_str())
        .bind(message.seq)
        .bind(&message.message_id)
        .bind(message.from.as_str())
        .bind(&message.client_id)
        .bind(&message.body)
        .bind(message.sent_at)
        .bind(texts.salt)
        .bind(texts.previous)
        .bind(texts.chain)
        .bind(message.expires_at)
        .bind(bytes.through)
        .execute(connection)
        .await?;
    if inserted == 0 {
        let repeat = repeated(connection, check, &new.draft).await?;
        return repeat.ok_or_else(|| storage::Error::corrupt("a key that is and is not there"));
    }
    let chain = link.map_or(previous, |link| link.chain);
    let last_seq = message.seq;
    let end = StoredEnd {
        last_seq,
        chain,
        bytes,
    };
    ends.insert(room.clone(), end);
    Ok(Appended::Stored(message))
}

/// The end of a room, which may be where its chain is to begin.
async fn end(
    connection: &mut dyn SqlConnection,
    room: &RoomId,
) -> Result<StoredEnd, storage::Error> {
    let last: Option<storage::Row> = query(END)
        .bind(room.as_str())
        .fetch_optional(connection)
        .await?;
    let mut end = StoredEnd {
        last_seq: 0,
        chain: ChainHash::GENESIS,
        bytes: RoomBytes::default(),
    };
    if let Some(last) = &last {
        // What can't be read is damaged, and no reason not to go on.
        let bytes = |column: &str| last.get::<Option<u64>>(column).unwrap_or_default();
        let bytes = |column| bytes(column).unwrap_or(0);
        end.last_seq = last.get("seq")?;
        let (before, freed) = (bytes("begin_bytes"), bytes("freed_bytes"));
        let through = bytes("bytes_through").max(before);
        end.bytes = RoomBytes {
            through,
            before,
            freed,
        };
        if let Some(chain) = last.get::<Option<String>>("chain").unwrap_or_default() {
            end.chain = hash_or_genesis(&chain);
            return Ok(end);
        }
    }
    let anchor: Option<(u64, String, Option<u64>)> = query(ANCHOR)
        .bind(room.as_str())
        .fetch_optional(connection)
        .await?;
    if let Some((seq, chain, before)) = anchor {
        end.last_seq = end.last_seq.max(seq);
        end.chain = hash_or_genesis(&chain);
        if last.is_none() {
            let before = before.unwrap_or(0);
            (end.bytes.before, end.bytes.through) = (before, before);
        }
    }
    Ok(end)
}
