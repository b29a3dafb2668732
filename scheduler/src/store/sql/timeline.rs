//! Timelines of sessions.

use scheduler_core::TimelineEntry;
use storage::query;
use wire::SessionId;

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{StoreFuture, TimelineQueries, TimelineQuery, TimelineRepository};

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
    fn count<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, u32> {
        Box::pin(async {
            let (count,) = query("SELECT count(*) FROM timeline WHERE session_id = ?1")
                .bind(session.as_str())
                .fetch_one(&mut self.tx)
                .await?;
            Ok(count)
        })
    }

    fn add<'a>(&'a mut self, entry: &'a TimelineEntry) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO timeline (id, session_id, at, body) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO NOTHING",
            )
            .bind(&entry.id)
            .bind(entry.session.as_str())
            .bind(entry.item.at)
            .bind(serde_json::to_string(&entry.item)?)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}
