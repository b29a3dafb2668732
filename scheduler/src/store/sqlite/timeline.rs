//! What happened to each session, row by row, written within the change that it tells of.

use scheduler_core::{Job, MissReason, timeline::has_room};
use sqlx::SqliteConnection;
use storage::Database;
use uuid::Uuid;
use wire::{EventType, SessionId, TimelineItem, UnixMs, UserId};

use crate::store::{StoreError, TimelineEntry, TimelineQuery};
use scheduler_core::BookedSession;

/// Adds what an event tells of; a second time has no effect.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    session: &SessionId,
    event_id: &str,
    item: &TimelineItem,
) -> Result<(), StoreError> {
    let kept: u32 = sqlx::query_scalar("SELECT count(*) FROM timeline WHERE session_id = ?1")
        .bind(session.as_str())
        .fetch_one(&mut *connection)
        .await?;
    if !has_room(item.kind, kept) {
        metrics::counter!("timeline_entries_dropped_total").increment(1);
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO timeline (id, session_id, at, body) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(event_id)
    .bind(session.as_str())
    .bind(item.at.0)
    .bind(serde_json::to_string(item)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds what no event tells of.
pub(super) async fn append_own(
    connection: &mut SqliteConnection,
    session: &SessionId,
    item: &TimelineItem,
) -> Result<(), StoreError> {
    append(connection, session, &Uuid::now_v7().to_string(), item).await
}

/// Adds that the session was booked, moved or called off, as the event of that id tells.
pub(super) async fn append_booking(
    connection: &mut SqliteConnection,
    session: &BookedSession,
    event_id: &str,
    kind: EventType,
    now: UnixMs,
) -> Result<(), StoreError> {
    let item = TimelineItem {
        revision: Some(session.revision),
        starts_at: (kind != EventType::SessionCancelled).then_some(session.terms.starts_at),
        ..TimelineItem::new(kind, now)
    };
    append(connection, &session.id, event_id, &item).await
}

/// A reminder as the timeline tells of it.
pub(super) struct Reminder<'a> {
    pub(super) session: &'a SessionId,
    pub(super) revision: u64,
    pub(super) before_ms: i64,
    pub(super) user: Option<UserId>,
}

impl<'a> Reminder<'a> {
    pub(super) fn of(job: &'a Job) -> Self {
        Self {
            session: &job.session,
            revision: job.revision,
            before_ms: job.kind.before_ms(),
            user: job.user.clone(),
        }
    }
}

/// Adds that a reminder went out, or why it did not.
pub(super) async fn append_reminder(
    connection: &mut SqliteConnection,
    reminder: Reminder<'_>,
    missed: Option<MissReason>,
    now: UnixMs,
) -> Result<(), StoreError> {
    let kind = match missed {
        Some(_) => EventType::SessionReminderMissed,
        None => EventType::SessionReminded,
    };
    let item = TimelineItem {
        user_id: reminder.user,
        revision: Some(reminder.revision),
        before_ms: Some(reminder.before_ms),
        reason: missed.map(|reason| reason.name().to_owned()),
        ..TimelineItem::new(kind, now)
    };
    append_own(connection, reminder.session, &item).await
}

pub(super) async fn list(
    db: &Database,
    query: TimelineQuery,
) -> Result<Vec<TimelineEntry>, StoreError> {
    let after = query.after.as_ref();
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, body FROM timeline WHERE session_id = ?1 \
         AND (?2 IS NULL OR at > ?2 OR (at = ?2 AND id > ?3)) ORDER BY at, id LIMIT ?4",
    )
    .bind(query.session.as_str())
    .bind(after.map(|(at, _)| at.0))
    .bind(after.map(|(_, id)| id.as_str()))
    .bind(query.limit)
    .fetch_all(db.readers())
    .await?;
    rows.into_iter()
        .map(|(id, body)| {
            let item = serde_json::from_str(&body)?;
            Ok(TimelineEntry { id, item })
        })
        .collect()
}
