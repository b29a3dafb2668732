//! Members: who they are, what they are called, and how far they are.

use std::collections::{BTreeMap, BTreeSet};

use storage::{SqlConnection, query};

use super::{LockedRooms, MemberKey, RowsToWrite};

const ADD_MEMBERS: &str = "INSERT INTO members (room_id, user_id, name) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO NOTHING";

const NAME_MEMBERS: &str = "INSERT INTO members (room_id, user_id, name) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO UPDATE SET name = excluded.name";

const MEMBERS: &str = "SELECT room_id, user_id FROM members
     WHERE room_id IN (?1..) AND user_id IN (?2..)";

/// Members that are looked up together: a database may try each room with each user.
const LOOKED_UP_TOGETHER: usize = 100;

/// Of rows that are there: none is inserted.
const MOVE: &str =
    "INSERT INTO members (room_id, user_id, name, read_seq, delivered_seq) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO UPDATE SET
         read_seq = GREATEST(members.read_seq, excluded.read_seq),
         delivered_seq = GREATEST(members.delivered_seq, excluded.delivered_seq)";

const COUNT: &str = "INSERT INTO sent_counts (room_id, user_id, sent, sent_read) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO UPDATE SET
         sent = GREATEST(sent_counts.sent, excluded.sent),
         sent_read = GREATEST(sent_counts.sent_read, excluded.sent_read)";

impl RowsToWrite<'_> {
    /// Adds members who are not erased, and names those that are there where a booking of no lower revision does.
    /// A group takes none.
    pub(super) async fn write_members(
        &self,
        connection: &mut dyn SqlConnection,
        locked: &LockedRooms,
        groups: &BTreeMap<String, u64>,
        erased: &BTreeSet<String>,
    ) -> Result<(), storage::Error> {
        let (mut added, mut named) = (BTreeMap::new(), BTreeMap::new());
        let openings = self.openings.iter();
        for (room, openings) in openings.filter(|(room, _)| !groups.contains_key(room.as_str())) {
            let mut revision = locked.get(room.as_str()).map_or(0, |room| room.revision);
            for opening in openings {
                let names = opening.revision.is_some_and(|new| new >= revision);
                revision = revision.max(opening.revision.unwrap_or_default());
                let present = opening.members.iter();
                let present = present.filter(|one| !erased.contains(one.user_id.as_str()));
                for member in present {
                    let key = (room.as_str(), member.user_id.as_str());
                    match names {
                        true => {
                            named.insert(key, member.name.as_str());
                        }
                        false => {
                            added.entry(key).or_insert(member.name.as_str());
                        }
                    }
                }
            }
        }
        for (statement, members) in [(ADD_MEMBERS, added), (NAME_MEMBERS, named)] {
            let rows = members.into_iter();
            let rows: Vec<_> = rows
                .map(|((room, user), name)| [room.into(), user.into(), name.into()])
                .collect();
            if !rows.is_empty() {
                query(statement).bind_rows(rows).execute(connection).await?;
            }
        }
        Ok(())
    }

    /// Moves the positions of those who are members; others have none.
    pub(super) async fn write_positions(
        &self,
        connection: &mut dyn SqlConnection,
        locked: &LockedRooms,
    ) -> Result<(), storage::Error> {
        let moved = self.positions.keys();
        let moved = moved.filter(|(room, _)| locked.contains_key(*room));
        let moved: Vec<MemberKey<'_>> = moved.copied().collect();
        let mut members: Vec<(String, String)> = Vec::with_capacity(moved.len());
        for together in moved.chunks(LOOKED_UP_TOGETHER) {
            let (rooms, users): (BTreeSet<_>, BTreeSet<_>) = together.iter().copied().unzip();
            let found = query(MEMBERS).bind_list(rooms).bind_list(users);
            members.extend(found.fetch_all::<(String, String)>(connection).await?);
        }
        let members: BTreeSet<MemberKey<'_>> = members
            .iter()
            .map(|(room, user)| (room.as_str(), user.as_str()))
            .collect();
        let theirs = self.positions.iter();
        let theirs = theirs.filter(|(member, _)| members.contains(*member));
        let (mut moved, mut counted) = (Vec::new(), Vec::new());
        for ((room, user), row) in theirs {
            let (read, delivered) = (row.read_seq.into(), row.delivered_seq.into());
            moved.push([(*room).into(), (*user).into(), "".into(), read, delivered]);
            if row.sent > 0 || row.sent_read > 0 {
                let (sent, sent_read) = (row.sent.into(), row.sent_read.into());
                counted.push([(*room).into(), (*user).into(), sent, sent_read]);
            }
        }
        if !moved.is_empty() {
            query(MOVE).bind_rows(moved).execute(connection).await?;
        }
        if !counted.is_empty() {
            query(COUNT).bind_rows(counted).execute(connection).await?;
        }
        Ok(())
    }
}
