//! What failed, counted by way and reason.

use scheduler_core::FailureCount;
use storage::{FromRow, Row, Statement, query};
use wire::UnixMs;

use super::SqlStore;
use crate::store::{FailureQueries, StoreError, StoreFuture};

impl FailureQueries for SqlStore {
    fn deliveries(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, Vec<FailureCount>> {
        let counted = query(
            "SELECT channel, state, reason, count(*) FROM deliveries \
             WHERE created_at >= ?1 AND created_at < ?2 AND state IN ('failed', 'missed') \
             GROUP BY channel, state, reason",
        );
        Box::pin(self.counts(counted.bind(from).bind(to)))
    }

    fn jobs(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, Vec<FailureCount>> {
        let counted = query(
            "SELECT kind, state, reason, count(*) FROM due_jobs \
             WHERE state IN ('failed', 'missed') AND due_at >= ?1 AND due_at < ?2 \
             GROUP BY kind, state, reason",
        );
        Box::pin(self.counts(counted.bind(from).bind(to)))
    }

    fn mails(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, u64> {
        let counted = query(
            "SELECT count(*) FROM mails WHERE created_at >= ?1 AND created_at < ?2 AND state = 'dead'",
        );
        Box::pin(self.count(counted.bind(from).bind(to)))
    }

    fn disabled_endpoints(&self) -> StoreFuture<'_, u64> {
        let counted = query("SELECT count(*) FROM webhook_endpoints WHERE disabled IS NOT NULL");
        Box::pin(self.count(counted))
    }

    fn marked_addresses(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, u64> {
        let counted =
            query("SELECT count(*) FROM mail_addresses WHERE refused_at >= ?1 AND refused_at < ?2");
        Box::pin(self.count(counted.bind(from).bind(to)))
    }
}

impl SqlStore {
    async fn count(&self, counted: Statement<'_>) -> Result<u64, StoreError> {
        let (count,) = counted.fetch_one(&mut self.db.read().await?).await?;
        Ok(count)
    }

    async fn counts(&self, counted: Statement<'_>) -> Result<Vec<FailureCount>, StoreError> {
        let rows: Vec<CountRow> = counted.fetch_all(&mut self.db.read().await?).await?;
        Ok(rows.into_iter().map(|CountRow(count)| count).collect())
    }
}

struct CountRow(FailureCount);

impl FromRow for CountRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let reason: Option<String> = row.get(2)?;
        Ok(Self(FailureCount {
            what: row.get(0)?,
            state: row.get(1)?,
            reason: reason.unwrap_or_default(),
            count: row.get(3)?,
        }))
    }
}
