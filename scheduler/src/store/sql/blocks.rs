//! Who has blocked whom.

use storage::{FromRow, Row, query};
use wire::{BlockView, UnixMs, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{BlockQueries, BlockRepository, StoreFuture};

impl BlockQueries for SqlStore {
    fn list(
        &self,
        by: UserId,
        after: Option<UserId>,
        limit: u32,
    ) -> StoreFuture<'_, Vec<BlockView>> {
        Box::pin(async move {
            let rows: Vec<BlockRow> = query(
                "SELECT b.user_id, u.name, b.created_at FROM blocks b JOIN users u ON u.id = b.user_id \
                 WHERE b.by_id = ?1 AND (?2 IS NULL OR b.user_id > ?2) ORDER BY b.user_id LIMIT ?3",
            )
            .bind(by.as_str())
            .bind(after.as_ref().map(UserId::as_str))
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|BlockRow(block)| block).collect())
        })
    }
}

impl BlockRepository for SqlUnitOfWork {
    fn is_blocked<'a>(&'a mut self, by: &'a UserId, user: &'a UserId) -> StoreFuture<'a, bool> {
        Box::pin(async {
            let found: Option<(UnixMs,)> =
                query("SELECT created_at FROM blocks WHERE by_id = ?1 AND user_id = ?2")
                    .bind(by.as_str())
                    .bind(user.as_str())
                    .fetch_optional(&mut self.tx)
                    .await?;
            Ok(found.is_some())
        })
    }

    fn count<'a>(&'a mut self, by: &'a UserId) -> StoreFuture<'a, u32> {
        Box::pin(async {
            let (count,): (u32,) = query("SELECT count(*) FROM blocks WHERE by_id = ?1")
                .bind(by.as_str())
                .fetch_one(&mut self.tx)
                .await?;
            Ok(count)
        })
    }

    fn insert<'a>(
        &'a mut self,
        by: &'a UserId,
        user: &'a UserId,
        at: UnixMs,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "INSERT INTO blocks (by_id, user_id, created_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (by_id, user_id) DO NOTHING",
            )
            .bind(by.as_str())
            .bind(user.as_str())
            .bind(at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn delete<'a>(&'a mut self, by: &'a UserId, user: &'a UserId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("DELETE FROM blocks WHERE by_id = ?1 AND user_id = ?2")
                .bind(by.as_str())
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

/// A block, with the present name of whom it is of.
struct BlockRow(BlockView);

impl FromRow for BlockRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(BlockView {
            user_id: UserId(row.get("user_id")?),
            name: row.get("name")?,
            created_at: row.get("created_at")?,
        }))
    }
}
