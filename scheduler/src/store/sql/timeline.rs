//! Timelines of sessions.

use std::collections::{BTreeSet, HashMap};

use scheduler_core::TimelineEntry;
use storage::{Value, query};
use wire::SessionId;

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{StoreError, StoreFuture, TimelineQueries, TimelineQuery, TimelineRepository};

impl TimelineQueries for SqlStore {
    fn list(&self, page: TimelineQuery) -> StoreFuture<'_, Vec<TimelineEntry>> {
        Box::pin(async move {
            let after = page.after.as_ref();
            let rows: Vec<(String, String)> = query(
                "SELECT id, body FROM timeline WHERE session_id = ?1 \
                 AND (?2 IS NULL OR at > ?2 OR (at = ?2 AND id > ?3)) ORDER BY at, id LIMIT ?4",
            )
            .bind(page.session.as_str())
            .bind(after.map(|(at, _)| *at))
            .bind(after.map(|(_, id)| id.as_str()))
            .bind(page.limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            let entry = |(id, body): (String, String)| {
                Ok(TimelineEntry {
                    id,
                    session: page.session.clone(),
                    item: serde_json::from_str(&body)?,
                })
            };
            rows.into_iter().map(entry).collect()
        })
    }
}

impl TimelineRepository for SqlUnitOfWork {
    fn counts<'a>(
        &'a mut self,
        sessions: &'a BTreeSet<&'a SessionId>,
    ) -> StoreFuture<'a, HashMap<SessionId, u32>> {
        Box::pin(async {
            let counted: Vec<(String, u32)> = query(
                "SELECT session_id, count(*) FROM timeline WHERE session_id IN (?1..) GROUP BY session_id",
            )
            .bind_list(sessions.iter().map(|session| session.as_str()))
            .fetch_all(&mut self.tx)
            .await?;
            let of_session = |(session, count)| (SessionId(session), count);
            Ok(counted.into_iter().map(of_session).collect())
        })
    }

    fn add<'a>(&'a mut self, entries: &'a [&'a TimelineEntry]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let rows: Result<Vec<_>, StoreError> = entries.iter().map(|entry| row(entry)).collect();
            query(
                "INSERT INTO timeline (id, session_id, at, body) VALUES ?rows ON CONFLICT (id) DO NOTHING",
            )
            .bind_rows(rows?)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

/// An entry, in the order of the columns.
fn row(entry: &TimelineEntry) -> Result<[Value<'_>; 4], StoreError> {
    Ok([
        entry.id.as_str().into(),
        entry.session.as_str().into(),
        entry.item.at.into(),
        serde_json::to_string(&entry.item)?.into(),
    ])
}
