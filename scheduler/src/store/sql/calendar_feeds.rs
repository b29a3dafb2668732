//! The secrets of calendar feeds, by their hashes.

use storage::query;
use wire::{UnixMs, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{CalendarFeedQueries, CalendarFeedRepository, StoreFuture};

impl CalendarFeedQueries for SqlStore {
    fn find(&self, hash: String) -> StoreFuture<'_, Option<UserId>> {
        Box::pin(async move {
            let found: Option<(String,)> =
                query("SELECT user_id FROM calendar_feeds WHERE hash = ?1")
                    .bind(hash)
                    .fetch_optional(&mut self.db.read().await?)
                    .await?;
            Ok(found.map(|(user,)| UserId(user)))
        })
    }
}

impl CalendarFeedRepository for SqlUnitOfWork {
    fn replace<'a>(
        &'a mut self,
        user: &'a UserId,
        hash: &'a str,
        at: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "INSERT INTO calendar_feeds (user_id, hash, created_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at",
            )
            .bind(user.as_str())
            .bind(hash)
            .bind(at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn revoke<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("DELETE FROM calendar_feeds WHERE user_id = ?1")
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}
