//! Groups: of their facts the one with the highest revision says what they are called, and who is in them.

use std::collections::{BTreeMap, BTreeSet};

use storage::{SqlConnection, query};
use wire::{RoomId, RoomMember};

use super::{LockedRooms, RowsToWrite};
use crate::store::GroupFact;

const KNOWN: &str = "SELECT room_id, revision FROM room_groups WHERE room_id IN (?1..)";

const CHANGE: &str = "INSERT INTO room_groups (room_id, name, revision) VALUES ?rows
     ON CONFLICT (room_id) DO UPDATE SET name = excluded.name, revision = excluded.revision";

const MEMBERS: &str = "SELECT user_id FROM members WHERE room_id = ?1";

/// What is of a member of one room alone.
const TAKE_OUT: [&str; 3] = [
    "DELETE FROM sent_counts WHERE room_id = ?1 AND user_id = ?2",
    "DELETE FROM group_members WHERE room_id = ?1 AND user_id = ?2",
    "DELETE FROM members WHERE room_id = ?1 AND user_id = ?2",
];

/// Members who are there keep how far they are.
const NAME: &str =
    "INSERT INTO members (room_id, user_id, name, read_seq, delivered_seq) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO UPDATE SET name = excluded.name";

/// Members who are there keep from where on they read.
const ENROL: &str = "INSERT INTO group_members (room_id, user_id, role, from_seq) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role";

impl RowsToWrite<'_> {
    /// The groups among the rooms that are opened or changed, with their revisions.
    pub(super) async fn known_groups(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<BTreeMap<String, u64>, storage::Error> {
        let opened = self.openings.keys().map(|room| room.as_str());
        let changed = self.groups.keys().map(|room| room.as_str());
        let rooms: BTreeSet<&str> = opened.chain(changed).collect();
        if rooms.is_empty() {
            return Ok(BTreeMap::new());
        }
        let known = query(KNOWN).bind_list(rooms);
        let known: Vec<(String, u64)> = known.fetch_all(connection).await?;
        Ok(known.into_iter().collect())
    }

    /// Changes the groups of which a higher revision is told than is known. Heads are raised already: whoever joins
    /// reads from there on.
    pub(super) async fn write_groups(
        &self,
        connection: &mut dyn SqlConnection,
        locked: &LockedRooms,
        known: &BTreeMap<String, u64>,
        erased: &BTreeSet<String>,
    ) -> Result<(), storage::Error> {
        for (room, group) in &self.groups {
            if known
                .get(room.as_str())
                .is_some_and(|revision| *revision >= group.revision)
            {
                continue;
            }
            let last_seq = locked.get(room.as_str()).map_or(0, |room| room.last_seq);
            let settled = self.settled.get(room).map_or(0, |settled| settled.last_seq);
            change_group(connection, group, last_seq.max(settled), erased).await?;
        }
        Ok(())
    }
}

async fn change_group(
    connection: &mut dyn SqlConnection,
    group: &GroupFact,
    last_seq: u64,
    erased: &BTreeSet<String>,
) -> Result<(), storage::Error> {
    let room = group.room.as_str();
    let name = group.name.as_deref().unwrap_or_default();
    query(CHANGE)
        .bind_rows([[room.into(), name.into(), group.revision.into()]])
        .execute(connection)
        .await?;
    let members: BTreeMap<&str, &RoomMember> = group
        .members
        .iter()
        .filter(|member| !erased.contains(member.user_id.as_str()))
        .map(|member| (member.user_id.as_str(), member))
        .collect();
    let present = take_out_others(connection, &group.room, &members).await?;
    let named = members.iter().map(|(user, member)| {
        let name = member.name.as_str().into();
        [
            room.into(),
            (*user).into(),
            name,
            last_seq.into(),
            last_seq.into(),
        ]
    });
    let named: Vec<_> = named.collect();
    let enrolled = members.iter().map(|(user, member)| {
        // Of those who are there it counts only where a pair becomes a group.
        let from_seq = match present.contains(*user) {
            true => 1,
            false => last_seq + 1,
        };
        let role = member.role.name().into();
        [room.into(), (*user).into(), role, from_seq.into()]
    });
    let enrolled: Vec<_> = enrolled.collect();
    if !named.is_empty() {
        query(NAME).bind_rows(named).execute(connection).await?;
        query(ENROL).bind_rows(enrolled).execute(connection).await?;
    }
    Ok(())
}

/// Who is left.
async fn take_out_others(
    connection: &mut dyn SqlConnection,
    room: &RoomId,
    members: &BTreeMap<&str, &RoomMember>,
) -> Result<BTreeSet<String>, storage::Error> {
    let present = query(MEMBERS).bind(room.as_str());
    let present: Vec<(String,)> = present.fetch_all(connection).await?;
    let present = present.into_iter().map(|(user,)| user);
    let (left, others): (BTreeSet<String>, BTreeSet<String>) =
        present.partition(|user| members.contains_key(user.as_str()));
    for user in others {
        for statement in TAKE_OUT {
            let gone = query(statement).bind(room.as_str()).bind(user.as_str());
            gone.execute(connection).await?;
        }
    }
    Ok(left)
}
