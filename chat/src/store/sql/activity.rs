//! When people were last seen to do something.

use std::collections::{BTreeMap, BTreeSet};

use storage::{SqlConnection, query, retry_on_conflict};
use wire::{UnixMs, UserId};

use super::person_locks;
use super::rooms::SqlRooms;
use crate::store::StoreError;

const NOTE: &str = "INSERT INTO last_activity (user_id, active_at) VALUES ?rows
     ON CONFLICT (user_id) DO UPDATE SET
         active_at = GREATEST(last_activity.active_at, excluded.active_at)";

const OF: &str = "SELECT user_id, active_at FROM last_activity WHERE user_id IN (?1..)";

const OLDEST: &str = "SELECT user_id FROM last_activity WHERE active_at < ?1
     ORDER BY active_at LIMIT ?2";

const FORGET: &str = "DELETE FROM last_activity WHERE user_id IN (?1..) AND active_at < ?2";

impl SqlRooms {
    /// Notes when people were active; of one person the latest counts, and of who is erased nothing is noted.
    ///
    /// # Errors
    /// When nobody knows whether it is written: it may be given again.
    pub async fn note_active(&self, active: &BTreeMap<UserId, UnixMs>) -> Result<(), StoreError> {
        if active.is_empty() {
            return Ok(());
        }
        let write = || async {
            let mut transaction = self.database.begin().await?;
            note(&mut transaction, active).await?;
            transaction.commit().await
        };
        Ok(retry_on_conflict("last_activity", write).await?)
    }

    /// When those of the people were active of whom it is known.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn last_active(
        &self,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, UnixMs>, StoreError> {
        let found: Vec<(String, UnixMs)> = query(OF)
            .bind_list(users.iter().map(UserId::as_str))
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let active = found.into_iter();
        Ok(active.map(|(user, at)| (UserId(user), at)).collect())
    }

    /// Forgets some of those who were last active before then, the earliest first; how many.
    ///
    /// # Errors
    /// When nobody knows how many: to be done again.
    pub async fn forget_active(&self, before: UnixMs, limit: u32) -> Result<usize, StoreError> {
        let write = || async {
            let mut transaction = self.database.begin().await?;
            let oldest = query(OLDEST).bind(before).bind(limit);
            let oldest: Vec<(String,)> = oldest.fetch_all(&mut transaction).await?;
            if !oldest.is_empty() {
                let users = oldest.iter().map(|(user,)| user.as_str());
                let forget = query(FORGET).bind_list(users).bind(before);
                forget.execute(&mut transaction).await?;
            }
            transaction.commit().await?;
            Ok::<_, storage::Error>(oldest.len())
        };
        Ok(retry_on_conflict("last_activity", write).await?)
    }
}

async fn note(
    connection: &mut dyn SqlConnection,
    active: &BTreeMap<UserId, UnixMs>,
) -> Result<(), storage::Error> {
    let people: BTreeSet<&str> = active.keys().map(UserId::as_str).collect();
    person_locks::know(connection, &people).await?;
    let erased = person_locks::lock(connection, &people).await?;
    let rows = active.iter();
    let rows = rows.filter(|(user, _)| !erased.contains(user.as_str()));
    let rows = rows.map(|(user, at)| [user.as_str().into(), (*at).into()]);
    let note = query(NOTE).bind_rows(rows);
    note.execute(connection).await.map(drop)
}
