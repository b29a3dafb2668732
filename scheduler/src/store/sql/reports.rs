//! What people have told the operators of each other.

use scheduler_core::{CheckedReport, StoredReport};
use storage::{FromRow, Row, SqlConnection, query};
use wire::{ReportId, SessionId, UnixMs, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{ReportQueries, ReportRepository, StoreError, StoreFuture};

impl ReportQueries for SqlStore {
    fn list(&self, before: Option<ReportId>, limit: u32) -> StoreFuture<'_, Vec<StoredReport>> {
        Box::pin(async move {
            let rows: Vec<ReportRow> = query(
                "SELECT id, by_id, user_id, session_id, reason, text, created_at FROM reports \
                 WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2",
            )
            .bind(before.as_ref().map(ReportId::as_str))
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|ReportRow(report)| report).collect())
        })
    }
}

impl ReportRepository for SqlUnitOfWork {
    fn sent_since<'a>(&'a mut self, by: &'a UserId, since: UnixMs) -> StoreFuture<'a, Vec<UnixMs>> {
        Box::pin(async move {
            let times: Vec<(UnixMs,)> = query(
                "SELECT created_at FROM reports WHERE by_id = ?1 AND created_at > ?2 ORDER BY created_at",
            )
            .bind(by.as_str())
            .bind(since)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(times.into_iter().map(|(at,)| at).collect())
        })
    }

    fn insert<'a>(&'a mut self, stored: &'a StoredReport) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let report = &stored.report;
            query(
                "INSERT INTO reports (id, by_id, user_id, session_id, reason, text, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .bind(stored.id.as_str())
            .bind(stored.by.as_str())
            .bind(report.user.as_str())
            .bind(report.session.as_ref().map(SessionId::as_str))
            .bind(&report.reason)
            .bind(report.text.as_deref())
            .bind(stored.created_at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

/// Everything that a person reported, the newest first.
pub(super) async fn all_of(
    connection: &mut dyn SqlConnection,
    by: &UserId,
    limit: u32,
) -> Result<Vec<StoredReport>, StoreError> {
    let rows: Vec<ReportRow> = query(
        "SELECT id, by_id, user_id, session_id, reason, text, created_at FROM reports \
         WHERE by_id = ?1 ORDER BY id DESC LIMIT ?2",
    )
    .bind(by.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|ReportRow(report)| report).collect())
}

struct ReportRow(StoredReport);

impl FromRow for ReportRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let session: Option<String> = row.get("session_id")?;
        Ok(Self(StoredReport {
            id: ReportId(row.get("id")?),
            by: UserId(row.get("by_id")?),
            report: CheckedReport {
                user: UserId(row.get("user_id")?),
                session: session.map(SessionId),
                reason: row.get("reason")?,
                text: row.get("text")?,
            },
            created_at: row.get("created_at")?,
        }))
    }
}
