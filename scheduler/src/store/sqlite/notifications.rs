//! Notifications: each once for its cause.

use sqlx::{FromRow, SqliteConnection};
use storage::Database;
use uuid::Uuid;
use wire::{Notification, NotificationKind, UnixMs, UserId};

use super::unreadable;
use crate::store::{Delivery, MarkRead, NotificationPage, NotificationQuery, StoreError};
use scheduler_core::BookedSession;

#[derive(FromRow)]
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

/// Tells one of the two, unless that cause has been told.
pub(super) async fn tell(
    connection: &mut SqliteConnection,
    session: &BookedSession,
    user: &UserId,
    kind: NotificationKind,
    cause: &str,
    now: UnixMs,
) -> Result<Option<Delivery>, StoreError> {
    let notification = Notification {
        id: Uuid::now_v7().to_string(),
        kind,
        created_at: now,
        session_id: Some(session.id.clone()),
        starts_at: Some(session.terms.starts_at),
        with: session.other_name(user),
        read_at: None,
    };
    let inserted = sqlx::query(
        "INSERT INTO notifications (id, user_id, session_id, kind, cause, created_at, starts_at, with_name) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (user_id, cause) DO NOTHING",
    )
    .bind(&notification.id)
    .bind(user.as_str())
    .bind(session.id.as_str())
    .bind(kind.name())
    .bind(cause)
    .bind(now.0)
    .bind(notification.starts_at.map(|at| at.0))
    .bind(&notification.with)
    .execute(connection)
    .await?
    .rows_affected();
    Ok((inserted == 1).then(|| Delivery {
        user: user.clone(),
        notification,
    }))
}

/// True while the person has an unread notification of that kind for the session.
pub(super) async fn has_unread(
    connection: &mut SqliteConnection,
    session: &BookedSession,
    user: &UserId,
    kind: NotificationKind,
) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM notifications WHERE user_id = ?1 AND session_id = ?2 AND kind = ?3 \
         AND read_at IS NULL LIMIT 1",
    )
    .bind(user.as_str())
    .bind(session.id.as_str())
    .bind(kind.name())
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn list(
    db: &Database,
    query: NotificationQuery,
) -> Result<Vec<Notification>, StoreError> {
    let rows = match query.page {
        NotificationPage::After(id) => sqlx::query_as::<_, NotificationRow>(
            "SELECT id, session_id, kind, created_at, starts_at, with_name, read_at \
             FROM notifications WHERE user_id = ?1 AND (?2 IS NULL OR session_id = ?2) \
             AND id > ?3 ORDER BY id LIMIT ?4",
        )
        .bind(query.user.0)
        .bind(query.of.map(|of| of.0))
        .bind(id),
        NotificationPage::Before(id) => sqlx::query_as::<_, NotificationRow>(
            "SELECT id, session_id, kind, created_at, starts_at, with_name, read_at \
             FROM notifications WHERE user_id = ?1 AND (?2 IS NULL OR session_id = ?2) \
             AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
        )
        .bind(query.user.0)
        .bind(query.of.map(|of| of.0))
        .bind(id),
    };
    let rows = rows.bind(query.limit).fetch_all(db.readers()).await?;
    rows.into_iter()
        .map(NotificationRow::into_notification)
        .collect()
}

pub(super) async fn mark_read(
    db: &Database,
    read: MarkRead,
) -> Result<Option<Notification>, StoreError> {
    let mut tx = db.begin().await?;
    let row = sqlx::query_as::<_, NotificationRow>(
        "UPDATE notifications SET read_at = coalesce(read_at, ?4) \
         WHERE id = ?1 AND user_id = ?2 AND (?3 IS NULL OR session_id = ?3) \
         RETURNING id, session_id, kind, created_at, starts_at, with_name, read_at",
    )
    .bind(read.id)
    .bind(read.user.0)
    .bind(read.of.map(|of| of.0))
    .bind(read.now.0)
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    row.map(NotificationRow::into_notification).transpose()
}
