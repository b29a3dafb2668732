//! What the rooms know of messages that their own database does not have.

use sha2::{Digest, Sha256};
use wire::RoomId;

use super::LostTail;
use crate::store::sql::SqlRooms;
use crate::store::{ChainedMessages, RoomStore, StoreError, StoredRoom};

/// Rooms that are looked at together, and at a start alone: the end of the messages is in those that were written to last.
const LOOKED_AT: u32 = 500;

/// A room whose messages end before what was settled of it.
#[derive(Debug, Clone)]
pub(crate) struct RoomBehind {
    /// As the rooms' database has it.
    pub(crate) room: StoredRoom,
    /// Up to where its messages are.
    pub(crate) found: u64,
}

/// Those of `ids` whose messages end before what was settled of them, in the order of `ids`.
///
/// # Errors
/// When a store does not answer.
async fn behind(
    rooms: &SqlRooms,
    messages: &impl ChainedMessages,
    ids: &[RoomId],
) -> Result<Vec<RoomBehind>, StoreError> {
    let stored = rooms.rooms(ids).await?;
    let heads = messages.heads(ids).await?;
    let found = |id: &RoomId| {
        let head = heads.iter().find(|head| &head.room == id);
        head.map_or(0, |head| head.last_seq)
    };
    let mut behind: Vec<RoomBehind> = stored
        .into_iter()
        .map(|room| RoomBehind {
            found: found(&room.id),
            room,
        })
        .filter(|behind| behind.found < behind.room.last_seq)
        .collect();
    if behind.is_empty() {
        return Ok(behind);
    }
    // Of a room whose every message was pruned its anchor knows how far it is.
    let without: Vec<RoomId> = behind.iter().map(|one| one.room.id.clone()).collect();
    let anchors = messages.anchors(&without).await?;
    behind.retain_mut(|behind| {
        let anchor = anchors.get(&behind.room.id).filter(|_| behind.found == 0);
        behind.found = anchor.map_or(behind.found, |anchor| anchor.seq);
        behind.found < behind.room.last_seq
    });
    let place = |one: &RoomBehind| ids.iter().position(|id| *id == one.room.id);
    behind.sort_by_key(place);
    Ok(behind)
}

/// The same of the rooms after `after`, some at a time: `after` is the last of them then. None once there are no more rooms.
///
/// # Errors
/// When a store does not answer.
pub(crate) async fn behind_after(
    rooms: &SqlRooms,
    messages: &impl ChainedMessages,
    after: &mut Option<RoomId>,
) -> Result<Option<Vec<RoomBehind>>, StoreError> {
    let ids = rooms.ids_after(after.as_ref(), LOOKED_AT).await?;
    let Some(last) = ids.last() else {
        return Ok(None);
    };
    let behind = behind(rooms, messages, &ids).await?;
    *after = Some(last.clone());
    Ok(Some(behind))
}

/// The newest room that lacks messages, of those that were written to last.
///
/// # Errors
/// When a store does not answer.
pub(crate) async fn find_behind(
    rooms: &SqlRooms,
    messages: &impl ChainedMessages,
    database: &str,
) -> Result<Option<LostTail>, StoreError> {
    let newest = rooms.newest_ids(LOOKED_AT).await?;
    let behind = behind(rooms, messages, &newest).await?;
    Ok(behind.first().map(|RoomBehind { room, found }| {
        let epoch = Sha256::digest(room.epoch.as_bytes());
        let seqs = (room.last_seq, *found);
        let database = database.to_owned();
        LostTail::new(database, room.id.clone(), seqs, &format!("{epoch:x}"))
    }))
}
