//! The audit log, and the configuration of the last start.

use storage::{FromRow, Row, Value, query};
use wire::{AuditRow, OperatorAction, SessionId, UnixMs, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{AuditQueries, AuditQuery, AuditRepository, StoreFuture};

/// Above every id, which is one of letters and digits.
const LAST_ID: &str = "~";

impl AuditQueries for SqlStore {
    fn list(&self, page: AuditQuery) -> StoreFuture<'_, Vec<AuditRow>> {
        Box::pin(async move {
            let before = page.before.as_ref();
            let rows: Vec<StoredRow> = query(
                "SELECT id, at, actor, action, subject, session_id, user_id, from_address, detail \
                 FROM audit WHERE (?1 IS NULL OR at < ?1 OR (at = ?1 AND id < ?2)) \
                 AND (?3 IS NULL OR session_id = ?3) AND (?4 IS NULL OR action = ?4) \
                 ORDER BY at DESC, id DESC LIMIT ?5",
            )
            .bind(before.map(|(at, _)| *at))
            .bind(before.map(|(_, id)| id.as_str()))
            .bind(page.session.as_ref().map(SessionId::as_str))
            .bind(page.action.as_deref())
            .bind(page.limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|StoredRow(row)| row).collect())
        })
    }
}

impl AuditRepository for SqlUnitOfWork {
    fn add<'a>(&'a mut self, row: &'a AuditRow) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let action = &row.action;
            query(
                "INSERT INTO audit (id, at, actor, action, subject, session_id, user_id, from_address, detail) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO NOTHING",
            )
            .bind(&row.id)
            .bind(row.at)
            .bind(&action.actor)
            .bind(&action.action)
            .bind(&action.subject)
            .bind(action.session_id.as_ref().map(SessionId::as_str))
            .bind(action.user_id.as_ref().map(UserId::as_str))
            .bind(action.from.as_deref())
            .bind(action.detail.as_deref())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn prune(&mut self, before: UnixMs, rows: u32, limit: u32) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let kept: Option<(UnixMs, String)> =
                query("SELECT at, id FROM audit ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?1")
                    .bind(rows)
                    .fetch_optional(&mut self.tx)
                    .await?;
            // The last one that may go: of those that are too many, or of those that are too old.
            let old = (before - 1, LAST_ID.to_owned());
            let (at, id) = kept.map_or(old.clone(), |too_many| too_many.max(old));
            let last: Option<(UnixMs, String)> = query(
                "SELECT at, id FROM audit WHERE at <= ?1 AND (at < ?1 OR id <= ?2) \
                 ORDER BY at, id LIMIT 1 OFFSET ?3",
            )
            .bind(at)
            .bind(&id)
            .bind(limit.saturating_sub(1))
            .fetch_optional(&mut self.tx)
            .await?;
            let (at, id) = last.unwrap_or((at, id));
            let pruned = query("DELETE FROM audit WHERE at <= ?1 AND (at < ?1 OR id <= ?2)")
                .bind(at)
                .bind(id)
                .execute(&mut self.tx)
                .await?;
            Ok(pruned)
        })
    }

    fn replace_configuration<'a>(
        &'a mut self,
        present: &'a [(String, String)],
    ) -> StoreFuture<'a, Vec<(String, String)>> {
        Box::pin(async {
            // The row of no key is always there: its lock is the configuration's.
            query(
                "INSERT INTO configuration (name, fingerprint) VALUES ('', '') \
                 ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint",
            )
            .execute(&mut self.tx)
            .await?;
            let before: Vec<(String, String)> =
                query("SELECT name, fingerprint FROM configuration WHERE name <> '' ORDER BY name")
                    .fetch_all(&mut self.tx)
                    .await?;
            query("DELETE FROM configuration WHERE name <> ''")
                .execute(&mut self.tx)
                .await?;
            if !present.is_empty() {
                let row = |(key, fingerprint): &'a (String, String)| -> [Value<'a>; 2] {
                    [key.as_str().into(), fingerprint.as_str().into()]
                };
                query("INSERT INTO configuration (name, fingerprint) VALUES ?rows")
                    .bind_rows(present.iter().map(row))
                    .execute(&mut self.tx)
                    .await?;
            }
            Ok(before)
        })
    }
}

/// A row, out of the columns that are selected.
struct StoredRow(AuditRow);

impl FromRow for StoredRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let (session, user): (Option<String>, Option<String>) =
            (row.get("session_id")?, row.get("user_id")?);
        Ok(Self(AuditRow {
            id: row.get("id")?,
            at: row.get("at")?,
            action: OperatorAction {
                actor: row.get("actor")?,
                action: row.get("action")?,
                subject: row.get("subject")?,
                session_id: session.map(SessionId),
                user_id: user.map(UserId),
                from: row.get("from_address")?,
                detail: row.get("detail")?,
            },
        }))
    }
}
