//! Who is named, and who is erased and named no more.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};

use super::RowsToWrite;
use crate::store::sql::feed;
use crate::store::sql::person_locks::{self, ERASED_FROM};

const ERASE: &str = "INSERT INTO people (user_id, erased_at) VALUES ?rows
     ON CONFLICT (user_id) DO UPDATE SET erased_at = GREATEST(people.erased_at, excluded.erased_at)";

const ROOMS_OF_ONE: &str = "SELECT room_id FROM members WHERE user_id = ?1";

/// What is of an erased person alone.
const FORGET_ONE: [&str; 13] = [
    "DELETE FROM last_activity WHERE user_id = ?1",
    "DELETE FROM sent_counts WHERE user_id = ?1",
    "DELETE FROM group_members WHERE user_id = ?1",
    "DELETE FROM members WHERE user_id = ?1",
    "DELETE FROM blocks WHERE by_id = ?1",
    "DELETE FROM blocks WHERE user_id = ?1",
    "DELETE FROM feed_jobs WHERE author_id = ?1",
    "DELETE FROM pulled_posts WHERE author_id = ?1",
    "DELETE FROM posts WHERE author_id = ?1",
    "DELETE FROM follows WHERE follower_id = ?1",
    "DELETE FROM follows WHERE author_id = ?1",
    "DELETE FROM matched_pairs WHERE low_id = ?1 OR high_id = ?1",
    "DELETE FROM profiles WHERE user_id = ?1",
];

impl RowsToWrite<'_> {
    /// Keeps everybody else from naming, blocking and erasing these people, until the transaction is over; those of them
    /// who are erased.
    pub(super) async fn lock_people(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<BTreeSet<String>, storage::Error> {
        let members = self.openings.values().flatten().flat_map(|o| &o.members);
        let members = members.map(|member| member.user_id.as_str());
        let grouped = self.groups.values().flat_map(|group| &group.members);
        let grouped = grouped.map(|member| member.user_id.as_str());
        let named = members.chain(grouped);
        let blocks = self.blocks.keys().flat_map(|(by, user)| [*by, *user]);
        let matches = self.matches.keys().flat_map(|(low, high)| [*low, *high]);
        let named = named.chain(blocks).chain(matches);
        let mut people: BTreeSet<&str> = named.chain(self.profiles.keys().copied()).collect();
        person_locks::know(connection, &people).await?;
        if !self.erasures.is_empty() {
            let rows = self.erasures.iter();
            let rows = rows.map(|(user, at)| [(*user).into(), (*at).max(ERASED_FROM).into()]);
            query(ERASE).bind_rows(rows).execute(connection).await?;
        }
        people.extend(self.erasures.keys());
        person_locks::lock(connection, &people).await
    }

    /// The rooms that the erased are taken out of. Nobody adds them to another meanwhile.
    pub(super) async fn rooms_left(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<Vec<String>, storage::Error> {
        let mut left = Vec::new();
        for user in self.erasures.keys() {
            let rooms = query(ROOMS_OF_ONE).bind(*user);
            let rooms: Vec<(String,)> = rooms.fetch_all(connection).await?;
            left.extend(rooms.into_iter().map(|(room,)| room));
        }
        Ok(left)
    }

    /// True where somebody is erased.
    pub(in crate::store::sql::rooms) fn has_erasures(&self) -> bool {
        !self.erasures.is_empty()
    }

    /// Takes the erased out of their rooms, with their names and positions.
    pub(super) async fn take_out_erased(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<(), storage::Error> {
        for user in self.erasures.keys() {
            for statement in FORGET_ONE {
                query(statement).bind(*user).execute(connection).await?;
            }
            feed::forget_person(connection, user).await?;
        }
        Ok(())
    }
}
