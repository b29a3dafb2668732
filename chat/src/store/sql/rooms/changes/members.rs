//! Members: who they are, what they are called, and how far they are.

use std::collections::{BTreeMap, BTreeSet};

use storage::{SqlConnection, query};

use super::{MemberKey, RowsToWrite};

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

impl RowsToWrite<'_> {
    /// Adds members who are not erased, and names those that are there where a booking of no lower revision does.
    pub(super) async fn write_members(
        &self,
        connection: &mut dyn SqlConnection,
        revisions: &BTreeMap<String, u64>,
        erased: &BTreeSet<String>,
    ) -> Result<(), storage::Error> {
        let (mut added, mut named) = (BTreeMap::new(), BTreeMap::new());
        for (room, openings) in &self.openings {
            let mut revision = revisions.get(room.as_str()).copied().unwrap_or_default();
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
        revisions: &BTreeMap<String, u64>,
    ) -> Result<(), storage::Error> {
        let moved = self.positions.keys();
        let moved = moved.filter(|(room, _)| revisions.contains_key(*room));
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
        let rows: Vec<_> = theirs
            .filter(|(member, _)| members.contains(*member))
            .map(|((room, user), row)| {
                let (read, delivered) = (row.read_seq, row.delivered_seq);
                let name = "";
                [
                    (*room).into(),
                    (*user).into(),
                    name.into(),
                    read.into(),
                    delivered.into(),
                ]
            })
            .collect();
        if !rows.is_empty() {
            query(MOVE).bind_rows(rows).execute(connection).await?;
        }
        Ok(())
    }
}
