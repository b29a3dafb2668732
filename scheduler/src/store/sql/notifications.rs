//! Notifications of people.

use scheduler_core::NewNotification;
use wire::{Notification, NotificationKind, SessionId, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    MarkRead, NotificationPage, NotificationQueries, NotificationQuery, NotificationRepository,
    StoreError, StoreFuture,
};

impl NotificationQueries for SqlStore {
    fn list(&self, query: NotificationQuery) -> StoreFuture<'_, Vec<Notification>> {
        Box::pin(async move {
            let (statement, from) = match query.page {
                NotificationPage::After(id) => (
                    "SELECT id, session_id, kind, created_at, starts_at, with_name, read_at \
                     FROM notifications WHERE user_id = ?1 AND (?2 IS NULL OR session_id = ?2) \
                     AND id > ?3 ORDER BY id LIMIT ?4",
                    Some(id),
                ),
                NotificationPage::Before(id) => (
                    "SELECT id, session_id, kind, created_at, starts_at, with_name, read_at \
                     FROM notifications WHERE user_id = ?1 AND (?2 IS NULL OR session_id = ?2) \
                     AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
                    id,
                ),
            };
            let rows = sqlx::query_as::<_, NotificationRow>(statement)
                .bind(query.user.0)
                .bind(query.session.map(|session| session.0))
                .bind(from)
                .bind(query.limit)
                .fetch_all(self.db.readers())
                .await?;
            rows.into_iter()
                .map(NotificationRow::into_notification)
                .collect()
        })
    }
}

impl NotificationRepository for SqlUnitOfWork {
    fn add<'a>(&'a mut self, new: &'a NewNotification) -> StoreFuture<'a, bool> {
        Box::pin(async {
            let notification = &new.notification;
            let inserted = sqlx::query(
                "INSERT INTO notifications (id, user_id, session_id, kind, cause, created_at, starts_at, with_name) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (user_id, cause) DO NOTHING",
            )
            .bind(&notification.id)
            .bind(new.user.as_str())
            .bind(notification.session_id.as_ref().map(SessionId::as_str))
            .bind(notification.kind.name())
            .bind(&new.cause)
            .bind(notification.created_at.0)
            .bind(notification.starts_at.map(|at| at.0))
            .bind(&notification.with)
            .execute(self.connection())
            .await?;
            Ok(inserted.rows_affected() == 1)
        })
    }

    fn has_unread<'a>(
        &'a mut self,
        user: &'a UserId,
        session: &'a SessionId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let found: Option<i64> = sqlx::query_scalar(
                "SELECT 1 FROM notifications WHERE user_id = ?1 AND session_id = ?2 AND kind = ?3 \
                 AND read_at IS NULL LIMIT 1",
            )
            .bind(user.as_str())
            .bind(session.as_str())
            .bind(kind.name())
            .fetch_optional(self.connection())
            .await?;
            Ok(found.is_some())
        })
    }

    fn mark_read<'a>(&'a mut self, read: &'a MarkRead) -> StoreFuture<'a, bool> {
        Box::pin(async {
            let marked = sqlx::query(
                "UPDATE notifications SET read_at = coalesce(read_at, ?1) \
                 WHERE id = ?2 AND user_id = ?3 AND (?4 IS NULL OR session_id = ?4)",
            )
            .bind(read.now.0)
            .bind(&read.id)
            .bind(read.user.as_str())
            .bind(read.session.as_ref().map(SessionId::as_str))
            .execute(self.connection())
            .await?;
            Ok(marked.rows_affected() == 1)
        })
    }
}

#[derive(sqlx::FromRow)]
struct NotificationRow {
    id: String,
    session_id: Option<String>,
    kind: String,
    created_at: i64,
    starts_at: Option<i64>,
    with_name: Option<String>,
    read_at: Option<i64>,
}

impl NotificationRow {
    fn into_notification(self) -> Result<Notification, StoreError> {
        let kind = NotificationKind::from_name(&self.kind);
        Ok(Notification {
            id: self.id,
            kind: kind.ok_or_else(|| unreadable("a notification"))?,
            created_at: UnixMs(self.created_at),
            session_id: self.session_id.map(Into::into),
            starts_at: self.starts_at.map(UnixMs),
            with: self.with_name,
            read_at: self.read_at.map(UnixMs),
        })
    }
}
