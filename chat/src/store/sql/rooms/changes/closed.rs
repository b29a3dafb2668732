//! Rooms that take no more messages, and who blocks whom.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};
use wire::UnixMs;

use super::RowsToWrite;

const CLOSE: &str = "INSERT INTO closed_rooms (room_id, closed_at) VALUES ?rows
     ON CONFLICT (room_id) DO NOTHING";

/// A pair of which nothing is known yet, so that there is a row to lock.
const KNOW_PAIRS: &str = "INSERT INTO blocks (by_id, user_id) VALUES ?rows
     ON CONFLICT (by_id, user_id) DO NOTHING";

const LATEST: &str = "SELECT changed_at, event_id FROM blocks
     WHERE by_id = ?1 AND user_id = ?2 FOR UPDATE";

/// Of rows that are there: none is inserted.
const CHANGE: &str =
    "INSERT INTO blocks (by_id, user_id, blocked, changed_at, event_id) VALUES ?rows
     ON CONFLICT (by_id, user_id) DO UPDATE SET
         blocked = excluded.blocked,
         changed_at = excluded.changed_at,
         event_id = excluded.event_id";

const FORGET_LIFTED: &str = "DELETE FROM blocks WHERE blocked = 0 AND changed_at < ?1";

/// For how long it is remembered that a block was lifted, in milliseconds: as long as the inbox knows its event.
const LIFTED_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl RowsToWrite<'_> {
    pub(super) async fn write_closings(
        &self,
        connection: &mut dyn SqlConnection,
    ) -> Result<(), storage::Error> {
        let rows = self.closings.iter();
        let rows: Vec<_> = rows
            .map(|(room, at)| [room.as_str().into(), (*at).into()])
            .collect();
        if !rows.is_empty() {
            query(CLOSE).bind_rows(rows).execute(connection).await?;
        }
        Ok(())
    }

    /// Of each pair the latest change, in whatever order they come; none of the erased.
    pub(super) async fn write_blocks(
        &self,
        connection: &mut dyn SqlConnection,
        erased: &BTreeSet<String>,
    ) -> Result<(), storage::Error> {
        let is_left = |pair: &(&str, &str)| !erased.contains(pair.0) && !erased.contains(pair.1);
        let changes: Vec<_> = self
            .blocks
            .iter()
            .filter(|(pair, _)| is_left(pair))
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        let pairs = changes
            .iter()
            .map(|((by, user), _)| [(*by).into(), (*user).into()]);
        query(KNOW_PAIRS)
            .bind_rows(pairs)
            .execute(connection)
            .await?;
        let mut rows = Vec::new();
        for ((by, user), change) in changes {
            let latest = query(LATEST).bind(*by).bind(*user);
            let latest: (UnixMs, String) = latest.fetch_one(connection).await?;
            if change.order > latest {
                let (at, event) = &change.order;
                let blocked = i64::from(change.blocked);
                rows.push([
                    (*by).into(),
                    (*user).into(),
                    blocked.into(),
                    (*at).into(),
                    event.into(),
                ]);
            }
        }
        if !rows.is_empty() {
            query(CHANGE).bind_rows(rows).execute(connection).await?;
        }
        let oldest = service::clock::now() + -LIFTED_KEPT_MS;
        query(FORGET_LIFTED)
            .bind(oldest)
            .execute(connection)
            .await?;
        Ok(())
    }
}
