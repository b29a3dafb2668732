//! Notifications of people.

use std::collections::{HashMap, HashSet};

use scheduler_core::NewNotification;
use storage::{FromRow, Row, SqlConnection, Value, query};
use wire::{GiftId, MatchId, Notification, NotificationKind, RoomId, SessionId, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    MarkRead, NotificationPage, NotificationQueries, NotificationQuery, NotificationRepository,
    StoreError, StoreFuture,
};

/// A query of whole notifications.
macro_rules! select_notifications {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.session_id, n.kind, n.created_at, n.starts_at, n.with_name, n.read_at, s.gift_id, s.match_id, \
             g.room_id, c.messages FROM notifications n LEFT JOIN notification_subjects s ON s.notification_id = n.id \
             LEFT JOIN notification_rooms g ON g.notification_id = n.id \
             LEFT JOIN notification_counts c ON c.notification_id = n.id ",
            $rest
        )
    };
}

const UNREAD_OF_MATCH: &str = "SELECT n.id FROM notification_subjects s \
     JOIN notifications n ON n.id = s.notification_id \
     WHERE s.match_id = ?1 AND n.user_id = ?2 AND n.kind = ?3 AND n.read_at IS NULL LIMIT 1";

const UNREAD_OF_GROUP: &str = "SELECT n.id FROM notification_rooms g \
     JOIN notifications n ON n.id = g.notification_id \
     WHERE g.room_id = ?1 AND n.user_id = ?2 AND n.kind = ?3 AND n.read_at IS NULL LIMIT 1";

impl NotificationQueries for SqlStore {
    fn list(&self, wanted: NotificationQuery) -> StoreFuture<'_, Vec<Notification>> {
        Box::pin(async move {
            let (statement, from) = match wanted.page {
                NotificationPage::After(id) => (
                    select_notifications!(
                        "WHERE n.user_id = ?1 AND (?2 IS NULL OR n.session_id = ?2) \
                     AND n.id > ?3 ORDER BY n.id LIMIT ?4"
                    ),
                    Some(id),
                ),
                NotificationPage::Before(id) => (
                    select_notifications!(
                        "WHERE n.user_id = ?1 AND (?2 IS NULL OR n.session_id = ?2) \
                     AND (?3 IS NULL OR n.id < ?3) ORDER BY n.id DESC LIMIT ?4"
                    ),
                    id,
                ),
            };
            let rows: Vec<NotificationRow> = query(statement)
                .bind(wanted.user.0)
                .bind(wanted.session.map(|session| session.0))
                .bind(from)
                .bind(wanted.limit)
                .fetch_all(&mut self.db.read().await?)
                .await?;
            rows.into_iter()
                .map(NotificationRow::into_notification)
                .collect()
        })
    }
}

impl NotificationRepository for SqlUnitOfWork {
    fn add<'a>(&'a mut self, new: &'a [NewNotification]) -> StoreFuture<'a, HashSet<String>> {
        Box::pin(async {
            let inserted = query(
                "INSERT INTO notifications (id, user_id, session_id, kind, cause, created_at, starts_at, with_name) \
                 VALUES ?rows ON CONFLICT (user_id, cause) DO NOTHING",
            )
            .bind_rows(new.iter().map(row))
            .execute(&mut self.tx)
            .await?;
            let ids = new.iter().map(|new| new.notification.id.as_str());
            let added: HashSet<String> = match usize::try_from(inserted) == Ok(new.len()) {
                true => ids.map(str::to_owned).collect(),
                false => existing(&mut self.tx, ids).await?,
            };
            let is_added = |new: &&NewNotification| added.contains(&new.notification.id);
            add_subjects(&mut self.tx, new.iter().filter(is_added)).await?;
            Ok(added)
        })
    }

    fn unread<'a>(
        &'a mut self,
        user: &'a UserId,
        session: &'a SessionId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, Option<String>> {
        Box::pin(async move {
            let found: Option<(String,)> = query(
                "SELECT id FROM notifications WHERE user_id = ?1 AND session_id = ?2 AND kind = ?3 \
                 AND read_at IS NULL LIMIT 1 FOR UPDATE",
            )
            .bind(user.as_str())
            .bind(session.as_str())
            .bind(kind.name())
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(found.map(|(id,)| id))
        })
    }

    fn unread_of_match<'a>(
        &'a mut self,
        user: &'a UserId,
        of: &'a MatchId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, Option<String>> {
        Box::pin(unread_about(
            &mut self.tx,
            UNREAD_OF_MATCH,
            of.as_str(),
            user,
            kind,
        ))
    }

    fn unread_of_group<'a>(
        &'a mut self,
        user: &'a UserId,
        room: &'a RoomId,
        kind: NotificationKind,
    ) -> StoreFuture<'a, Option<String>> {
        Box::pin(unread_about(
            &mut self.tx,
            UNREAD_OF_GROUP,
            room.as_str(),
            user,
            kind,
        ))
    }

    fn find_unread<'a>(
        &'a mut self,
        user: &'a UserId,
        id: &'a str,
    ) -> StoreFuture<'a, Option<Notification>> {
        Box::pin(async move {
            let row: Option<NotificationRow> = query(select_notifications!(
                "WHERE n.user_id = ?1 AND n.id = ?2 AND n.read_at IS NULL"
            ))
            .bind(user.as_str())
            .bind(id)
            .fetch_optional(&mut self.tx)
            .await?;
            row.map(NotificationRow::into_notification).transpose()
        })
    }

    fn put_count<'a>(&'a mut self, id: &'a str, count: u32) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "INSERT INTO notification_counts (notification_id, messages) VALUES (?1, ?2) \
                 ON CONFLICT (notification_id) DO UPDATE SET messages = excluded.messages",
            )
            .bind(id)
            .bind(count)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn mark_read<'a>(&'a mut self, read: &'a MarkRead) -> StoreFuture<'a, bool> {
        Box::pin(async {
            let marked = query(
                "UPDATE notifications SET read_at = coalesce(read_at, ?1) \
                 WHERE id = ?2 AND user_id = ?3 AND (?4 IS NULL OR session_id = ?4)",
            )
            .bind(read.now)
            .bind(&read.id)
            .bind(read.user.as_str())
            .bind(read.session.as_ref().map(SessionId::as_str))
            .execute(&mut self.tx)
            .await?;
            Ok(marked == 1)
        })
    }

    fn mark_all_read<'a>(
        &'a mut self,
        user: &'a UserId,
        session: Option<&'a SessionId>,
        now: UnixMs,
    ) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            let marked = query(
                "UPDATE notifications SET read_at = ?1 \
                 WHERE user_id = ?2 AND (?3 IS NULL OR session_id = ?3) AND read_at IS NULL",
            )
            .bind(now)
            .bind(user.as_str())
            .bind(session.map(SessionId::as_str))
            .execute(&mut self.tx)
            .await?;
            Ok(marked)
        })
    }
}

/// Notifications by their ids; those that are there no more are left out.
pub(super) async fn notifications_of(
    connection: &mut dyn SqlConnection,
    ids: &[&str],
) -> Result<HashMap<String, Notification>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<NotificationRow> = query(select_notifications!("WHERE n.id IN (?1..)"))
        .bind_list(ids.iter().copied())
        .fetch_all(connection)
        .await?;
    let by_id = |row: NotificationRow| {
        let notification = row.into_notification()?;
        Ok((notification.id.clone(), notification))
    };
    rows.into_iter().map(by_id).collect()
}

/// What `statement` finds about a match or a group, if it is not read meanwhile.
async fn unread_about(
    connection: &mut dyn SqlConnection,
    statement: &'static str,
    subject: &str,
    user: &UserId,
    kind: NotificationKind,
) -> Result<Option<String>, StoreError> {
    let unread: Option<(String,)> = query(statement)
        .bind(subject)
        .bind(user.as_str())
        .bind(kind.name())
        .fetch_optional(connection)
        .await?;
    match unread {
        Some((id,)) => lock_unread(connection, &id).await,
        None => Ok(None),
    }
}

/// The notification, locked, while nobody has read it.
async fn lock_unread(
    connection: &mut dyn SqlConnection,
    id: &str,
) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> =
        query("SELECT id FROM notifications WHERE id = ?1 AND read_at IS NULL FOR UPDATE")
            .bind(id)
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|(id,)| id))
}

/// Those of these ids that are there.
async fn existing(
    connection: &mut dyn SqlConnection,
    ids: impl Iterator<Item = &str>,
) -> Result<HashSet<String>, StoreError> {
    let found: Vec<(String,)> = query("SELECT id FROM notifications WHERE id IN (?1..)")
        .bind_list(ids)
        .fetch_all(connection)
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What they are of beside a session, where they are of anything.
async fn add_subjects(
    connection: &mut dyn SqlConnection,
    added: impl Iterator<Item = &NewNotification>,
) -> Result<(), StoreError> {
    let added: Vec<_> = added.collect();
    let rows: Vec<_> = added.iter().copied().filter_map(subject_row).collect();
    if !rows.is_empty() {
        query(
            "INSERT INTO notification_subjects (notification_id, gift_id, match_id) VALUES ?rows",
        )
        .bind_rows(rows)
        .execute(connection)
        .await?;
    }
    let rows: Vec<_> = added.into_iter().filter_map(room_row).collect();
    if !rows.is_empty() {
        query("INSERT INTO notification_rooms (notification_id, room_id) VALUES ?rows")
            .bind_rows(rows)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// A new notification, in the order of the columns.
fn row(new: &NewNotification) -> [Value<'_>; 8] {
    let notification = &new.notification;
    [
        notification.id.as_str().into(),
        new.user.as_str().into(),
        notification
            .session_id
            .as_ref()
            .map(SessionId::as_str)
            .into(),
        notification.kind.name().into(),
        new.cause.as_str().into(),
        notification.created_at.into(),
        notification.starts_at.into(),
        notification.with.as_deref().into(),
    ]
}

fn subject_row(new: &NewNotification) -> Option<[Value<'_>; 3]> {
    let notification = &new.notification;
    let (gift, of_match) = (&notification.gift_id, &notification.match_id);
    let is_of_any = gift.is_some() || of_match.is_some();
    is_of_any.then(|| {
        [
            notification.id.as_str().into(),
            gift.as_ref().map(GiftId::as_str).into(),
            of_match.as_ref().map(MatchId::as_str).into(),
        ]
    })
}

fn room_row(new: &NewNotification) -> Option<[Value<'_>; 2]> {
    let notification = &new.notification;
    let room = notification.room_id.as_ref()?;
    Some([notification.id.as_str().into(), room.as_str().into()])
}

struct NotificationRow {
    id: String,
    session_id: Option<String>,
    kind: String,
    created_at: UnixMs,
    starts_at: Option<UnixMs>,
    with_name: Option<String>,
    read_at: Option<UnixMs>,
    gift_id: Option<String>,
    match_id: Option<String>,
    room_id: Option<String>,
    count: Option<u32>,
}

impl FromRow for NotificationRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            id: row.get("id")?,
            session_id: row.get("session_id")?,
            kind: row.get("kind")?,
            created_at: row.get("created_at")?,
            starts_at: row.get("starts_at")?,
            with_name: row.get("with_name")?,
            read_at: row.get("read_at")?,
            gift_id: row.get("gift_id")?,
            match_id: row.get("match_id")?,
            room_id: row.get("room_id")?,
            count: row.get("messages")?,
        })
    }
}

impl NotificationRow {
    fn into_notification(self) -> Result<Notification, StoreError> {
        let kind = NotificationKind::from_name(&self.kind);
        Ok(Notification {
            id: self.id,
            kind: kind.ok_or_else(|| unreadable("a notification"))?,
            created_at: self.created_at,
            session_id: self.session_id.map(Into::into),
            gift_id: self.gift_id.map(Into::into),
            match_id: self.match_id.map(Into::into),
            room_id: self.room_id.map(Into::into),
            starts_at: self.starts_at,
            with: self.with_name,
            count: self.count,
            read_at: self.read_at,
        })
    }
}
