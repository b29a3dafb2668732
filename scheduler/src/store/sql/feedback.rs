//! What people said of sessions.

use scheduler_core::Feedback;
use storage::{FromRow, Row, SqlConnection, query};
use wire::{SessionId, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{FeedbackQueries, FeedbackRepository, StoreError, StoreFuture};

impl FeedbackQueries for SqlStore {
    fn of_session(&self, session: SessionId) -> StoreFuture<'_, Vec<Feedback>> {
        Box::pin(async move {
            let rows: Vec<FeedbackRow> = query(
                "SELECT session_id, user_id, score, body, given_at, changed_at, revision \
                 FROM session_feedback WHERE session_id = ?1 ORDER BY user_id",
            )
            .bind(session.as_str())
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|FeedbackRow(said)| said).collect())
        })
    }
}

impl FeedbackRepository for SqlUnitOfWork {
    fn find<'a>(
        &'a mut self,
        session: &'a SessionId,
        user: &'a UserId,
    ) -> StoreFuture<'a, Option<Feedback>> {
        Box::pin(async {
            let row: Option<FeedbackRow> = query(
                "SELECT session_id, user_id, score, body, given_at, changed_at, revision \
                 FROM session_feedback WHERE session_id = ?1 AND user_id = ?2",
            )
            .bind(session.as_str())
            .bind(user.as_str())
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(row.map(|FeedbackRow(said)| said))
        })
    }

    fn put<'a>(&'a mut self, feedback: &'a Feedback) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO session_feedback (session_id, user_id, score, body, given_at, changed_at, revision) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (session_id, user_id) DO UPDATE SET \
                 score = excluded.score, body = excluded.body, changed_at = excluded.changed_at, \
                 revision = excluded.revision",
            )
            .bind(feedback.session.as_str())
            .bind(feedback.user.as_str())
            .bind(feedback.score)
            .bind(feedback.text.as_deref())
            .bind(feedback.given_at)
            .bind(feedback.changed_at)
            .bind(feedback.revision)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

/// Everything that a person said, the newest first.
pub(super) async fn all_of(
    connection: &mut dyn SqlConnection,
    user: &UserId,
    limit: u32,
) -> Result<Vec<Feedback>, StoreError> {
    let rows: Vec<FeedbackRow> = query(
        "SELECT session_id, user_id, score, body, given_at, changed_at, revision \
         FROM session_feedback WHERE user_id = ?1 ORDER BY given_at DESC, session_id DESC LIMIT ?2",
    )
    .bind(user.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|FeedbackRow(said)| said).collect())
}

struct FeedbackRow(Feedback);

impl FromRow for FeedbackRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(Feedback {
            session: SessionId(row.get("session_id")?),
            user: UserId(row.get("user_id")?),
            score: row.get("score")?,
            text: row.get("body")?,
            given_at: row.get("given_at")?,
            changed_at: row.get("changed_at")?,
            revision: row.get("revision")?,
        }))
    }
}
