//! Rooms as they are stored, with their members and whether they are closed.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};
use wire::chat::Member;
use wire::{RoomId, UnixMs, UserId};

use crate::store::StoredRoom;

/// In one statement: a room and its members are of the same commit.
const ROOMS: &str = "SELECT rooms.room_id, epoch, last_seq, active_at, closed_at,
     user_id, name, read_seq, delivered_seq
     FROM (?1..) AS ids JOIN rooms ON rooms.room_id = ids.value
     LEFT JOIN closed_rooms ON closed_rooms.room_id = rooms.room_id
     LEFT JOIN members ON members.room_id = rooms.room_id
     ORDER BY rooms.room_id, user_id";

const BLOCKED: &str = "SELECT by_id, user_id FROM blocks
     WHERE blocked = 1 AND by_id IN (?1..) AND user_id IN (?2..)";

/// Pairs whose blocks are looked up together: a database may try each person with each other.
const PAIRS_TOGETHER: usize = 50;

/// A room's columns and those of one of its members, if it has any.
type MemberRow = (
    String,
    String,
    u64,
    UnixMs,
    Option<UnixMs>,
    Option<String>,
    Option<String>,
    Option<u64>,
    Option<u64>,
);

/// Those of `ids` that are there.
pub(super) async fn rooms(
    connection: &mut dyn SqlConnection,
    ids: &[RoomId],
) -> Result<Vec<StoredRoom>, storage::Error> {
    let rows: Vec<MemberRow> = query(ROOMS)
        .bind_list(ids.iter().map(RoomId::as_str))
        .fetch_all(connection)
        .await?;
    let mut rooms: Vec<StoredRoom> = Vec::new();
    for (id, epoch, last_seq, active_at, closed_at, user_id, name, read_seq, delivered_seq) in rows
    {
        if rooms.last().is_none_or(|room| room.id.as_str() != id) {
            rooms.push(StoredRoom {
                id: RoomId(id),
                epoch,
                last_seq,
                active_at,
                members: Vec::new(),
                closed: closed_at.is_some(),
            });
        }
        if let (Some(room), Some(user_id)) = (rooms.last_mut(), user_id) {
            room.members.push(Member {
                user_id: UserId(user_id),
                name: name.unwrap_or_default(),
                read_seq: read_seq.unwrap_or(0),
                delivered_seq: delivered_seq.unwrap_or(0),
            });
        }
    }
    close_between_blocked(connection, &mut rooms).await?;
    Ok(rooms)
}

/// A room of two of whom one blocks the other looks like a closed one.
async fn close_between_blocked(
    connection: &mut dyn SqlConnection,
    rooms: &mut [StoredRoom],
) -> Result<(), storage::Error> {
    let is_open_pair = |room: &&mut StoredRoom| !room.closed && room.members.len() == 2;
    let mut pairs: Vec<&mut StoredRoom> = rooms.iter_mut().filter(is_open_pair).collect();
    for together in pairs.chunks_mut(PAIRS_TOGETHER) {
        let members = together.iter().flat_map(|room| &room.members);
        let people: BTreeSet<&str> = members.map(|member| member.user_id.as_str()).collect();
        let blocked: Vec<(String, String)> = query(BLOCKED)
            .bind_list(people.iter().copied())
            .bind_list(people.iter().copied())
            .fetch_all(connection)
            .await?;
        for room in together {
            let is_member = |id: &String| room.members.iter().any(|m| m.user_id.as_str() == id);
            room.closed = blocked
                .iter()
                .any(|(by, user)| is_member(by) && is_member(user));
        }
    }
    Ok(())
}
