//! What the services were told of people and matches.

use scheduler_core::Match;
use storage::query;
use wire::{MatchId, UserId};

use super::matches;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{FactBacklog, PublishedFactRepository, StoreFuture};

impl PublishedFactRepository for SqlUnitOfWork {
    fn revision<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Option<u64>> {
        Box::pin(async {
            let row: Option<(u64,)> =
                query("SELECT revision FROM person_revisions WHERE user_id = ?1 FOR UPDATE")
                    .bind(user.as_str())
                    .fetch_optional(&mut self.tx)
                    .await?;
            Ok(row.map(|(revision,)| revision))
        })
    }

    fn set_revision<'a>(&'a mut self, user: &'a UserId, revision: u64) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "INSERT INTO person_revisions (user_id, revision) VALUES (?1, ?2) \
                 ON CONFLICT (user_id) DO UPDATE SET revision = excluded.revision",
            )
            .bind(user.as_str())
            .bind(revision)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn backlog(&mut self, backlog: FactBacklog) -> StoreFuture<'_, Option<String>> {
        Box::pin(async move {
            query(
                "INSERT INTO fact_backlogs (name, after_id, finished) VALUES (?1, '', 0) \
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(backlog.name())
            .execute(&mut self.tx)
            .await?;
            let (after, finished): (String, bool) =
                query("SELECT after_id, finished FROM fact_backlogs WHERE name = ?1 FOR UPDATE")
                    .bind(backlog.name())
                    .fetch_one(&mut self.tx)
                    .await?;
            Ok(Some(after).filter(|_| !finished))
        })
    }

    fn advance<'a>(
        &'a mut self,
        backlog: FactBacklog,
        after: &'a str,
        finished: bool,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE fact_backlogs SET after_id = ?1, finished = ?2 WHERE name = ?3")
                .bind(after)
                .bind(finished)
                .bind(backlog.name())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn discoverable<'a>(
        &'a mut self,
        after: &'a UserId,
        limit: u32,
    ) -> StoreFuture<'a, Vec<UserId>> {
        Box::pin(async move {
            let rows: Vec<(String,)> = query(
                "SELECT user_id FROM accounts WHERE discoverable = 1 AND user_id > ?1 \
                 ORDER BY user_id LIMIT ?2",
            )
            .bind(after.as_str())
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(rows.into_iter().map(|(id,)| UserId(id)).collect())
        })
    }

    fn matches_in_force<'a>(
        &'a mut self,
        after: &'a MatchId,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Match>> {
        Box::pin(async move {
            let ids: Vec<(String,)> = query(
                "SELECT id FROM matches WHERE in_force = 1 AND id > ?1 ORDER BY id LIMIT ?2 FOR UPDATE",
            )
            .bind(after.as_str())
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            let mut found = Vec::with_capacity(ids.len());
            for (id,) in ids {
                found.extend(matches::find(&mut self.tx, &MatchId(id)).await?);
            }
            Ok(found)
        })
    }
}
