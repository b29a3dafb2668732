//! Rooms as they are stored, with their members and whether they are closed.

use std::collections::BTreeSet;

use chat_core::Membership;
use storage::{FromRow, Row, SqlConnection, query};
use wire::{RoomId, RoomKind, RoomRole, UnixMs, UserId};

use crate::store::StoredRoom;

/// In one statement: a room and its members are of the same commit.
const ROOMS: &str = "SELECT rooms.room_id, epoch, last_seq, active_at, closed_at,
     room_groups.name AS group_name, room_groups.revision AS group_revision,
     members.user_id AS member_id, members.name AS member_name, read_seq, delivered_seq, role, from_seq, sent, sent_read
     FROM (?1..) AS ids JOIN rooms ON rooms.room_id = ids.value
     LEFT JOIN closed_rooms ON closed_rooms.room_id = rooms.room_id
     LEFT JOIN room_groups ON room_groups.room_id = rooms.room_id
     LEFT JOIN members ON members.room_id = rooms.room_id
     LEFT JOIN group_members ON group_members.room_id = rooms.room_id
         AND group_members.user_id = members.user_id
     LEFT JOIN sent_counts ON sent_counts.room_id = rooms.room_id
         AND sent_counts.user_id = members.user_id
     ORDER BY rooms.room_id, members.user_id";

const BLOCKED: &str = "SELECT by_id, user_id FROM blocks
     WHERE blocked = 1 AND by_id IN (?1..) AND user_id IN (?2..)";

/// Pairs whose blocks are looked up together: a database may try each person with each other.
const PAIRS_TOGETHER: usize = 50;

/// A room's columns, and its member if it has any.
struct MemberRow {
    room: StoredRoom,
    member: Option<Membership>,
}

impl FromRow for MemberRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let closed_at: Option<UnixMs> = row.get("closed_at")?;
        let revision: Option<u64> = row.get("group_revision")?;
        let name: Option<String> = row.get("group_name")?;
        let room = StoredRoom {
            id: RoomId(row.get("room_id")?),
            epoch: row.get("epoch")?,
            last_seq: row.get("last_seq")?,
            active_at: row.get("active_at")?,
            kind: match revision {
                Some(_) => RoomKind::Group,
                None => RoomKind::Pair,
            },
            name: name.filter(|name| !name.is_empty()),
            revision: revision.unwrap_or(0),
            members: Vec::new(),
            closed: closed_at.is_some(),
        };
        let user_id: Option<String> = row.get("member_id")?;
        let member = match user_id {
            Some(user_id) => Some(member(&row, UserId(user_id))?),
            None => None,
        };
        Ok(Self { room, member })
    }
}

fn member(row: &Row, user_id: UserId) -> Result<Membership, storage::Error> {
    let role: Option<String> = row.get("role")?;
    let role = role.as_deref().and_then(RoomRole::from_name);
    let number = |name| Ok::<u64, storage::Error>(row.get::<Option<u64>>(name)?.unwrap_or(0));
    Ok(Membership {
        user_id,
        name: row
            .get::<Option<String>>("member_name")?
            .unwrap_or_default(),
        role: role.unwrap_or(RoomRole::Member),
        from_seq: number("from_seq")?.max(1),
        read_seq: number("read_seq")?,
        delivered_seq: number("delivered_seq")?,
        sent: number("sent")?,
        sent_read: number("sent_read")?,
    })
}

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
    for MemberRow { room, member } in rows {
        if rooms.last().is_none_or(|last| last.id != room.id) {
            rooms.push(room);
        }
        if let Some(room) = rooms.last_mut() {
            room.members.extend(member);
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
    let is_open_pair = |room: &&mut StoredRoom| {
        !room.closed && room.kind == RoomKind::Pair && room.members.len() == 2
    };
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
