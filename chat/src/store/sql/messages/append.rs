//! A message at the end of its room, within the transaction of its batch.

use std::collections::HashMap;

use chat_core::{ChainHash, StoredMessage};
use storage::{SqlConnection, query};
use wire::RoomId;

use super::repeated;
use crate::store::chain::{LinkTexts, ReadCheck, hash_or_genesis};
use crate::store::{Appended, NewMessage};

const END: &str = "SELECT seq, chain FROM messages WHERE room_id = ?1 ORDER BY seq DESC LIMIT 1";

const ANCHOR: &str = "SELECT seq, chain FROM chain_anchors WHERE room_id = ?1";

const INSERT: &str = "INSERT INTO messages
     (room_id, seq, message_id, sender, client_id, body, sent_at, salt, previous, chain, expires_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
     ON CONFLICT (room_id, sender, client_id) DO NOTHING";

/// The last `seq` of rooms, and the chains up to there.
pub(in crate::store::sql) type RoomEnds = HashMap<RoomId, (u64, ChainHash)>;

/// Stores it, unless its key is taken.
pub(super) async fn append_one(
    connection: &mut dyn SqlConnection,
    check: &ReadCheck,
    ends: &mut RoomEnds,
    new: &NewMessage,
) -> Result<Appended, storage::Error> {
    let room = &new.draft.room;
    let (last_seq, previous) = match ends.get(room) {
        Some(end) => *end,
        None => end(connection, room).await?,
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
        .execute(connection)
        .await?;
    if inserted == 0 {
        let repeat = repeated(connection, check, &new.draft).await?;
        return repeat.ok_or_else(|| storage::Error::corrupt("a key that is and is not there"));
    }
    let chain = link.map_or(previous, |link| link.chain);
    ends.insert(room.clone(), (message.seq, chain));
    Ok(Appended::Stored(message))
}

/// The end of a room, which may be where its chain is to begin.
async fn end(
    connection: &mut dyn SqlConnection,
    room: &RoomId,
) -> Result<(u64, ChainHash), storage::Error> {
    let last: Option<storage::Row> = query(END)
        .bind(room.as_str())
        .fetch_optional(connection)
        .await?;
    let last_seq: u64 = match &last {
        Some(last) => last.get("seq")?,
        None => 0,
    };
    // One that can't be read is damaged, and no reason not to go on.
    let chain = last.map(|last| last.get::<Option<String>>("chain").unwrap_or_default());
    if let Some(Some(chain)) = chain {
        return Ok((last_seq, hash_or_genesis(&chain)));
    }
    let anchor: Option<(u64, String)> = query(ANCHOR)
        .bind(room.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(match anchor {
        Some((seq, chain)) => (last_seq.max(seq), hash_or_genesis(&chain)),
        None => (last_seq, ChainHash::GENESIS),
    })
}
