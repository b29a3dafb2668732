//! What one person has, for a copy of all of it.

use scheduler_core::{BookedSession, Feedback, Match, Proposal, StoredReport};
use storage::query;
use wire::UserId;

use super::session_rows::{BookedSessionRow, select_sessions};
use super::{SqlStore, feedback, matches, proposals, reports};
use crate::store::{ExportQueries, StoreFuture};

impl ExportQueries for SqlStore {
    fn matches(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<Match>> {
        Box::pin(async move { matches::all_of(&mut self.db.read().await?, &user, limit).await })
    }

    fn proposals(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<Proposal>> {
        Box::pin(async move { proposals::all_of(&mut self.db.read().await?, &user, limit).await })
    }

    fn sessions(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<BookedSession>> {
        Box::pin(async move {
            let rows: Vec<BookedSessionRow> = query(select_sessions!(
                "WHERE s.id IN (SELECT p.session_id FROM participants p WHERE p.user_id = ?1) \
                 ORDER BY s.starts_at DESC, s.id DESC LIMIT ?2"
            ))
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter()
                .map(BookedSessionRow::into_session)
                .collect()
        })
    }

    fn feedback(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<Feedback>> {
        Box::pin(async move { feedback::all_of(&mut self.db.read().await?, &user, limit).await })
    }

    fn reports(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<StoredReport>> {
        Box::pin(async move { reports::all_of(&mut self.db.read().await?, &user, limit).await })
    }
}
