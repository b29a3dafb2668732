//! What other services tell, applied once each, and what is told to them.

use scheduler_core::Fact;
use sqlx::SqliteConnection;
use storage::{Database, Inbox, Outbox};
use wire::{
    Event, EventBatch, EventType, MessageUnread, NotificationKind, RoomId, SessionFact, SessionId,
    TimelineItem, UnixMs,
};

use super::{notifications, rows, timeline};
use crate::store::{Delivery, StoreError};
use scheduler_core::BookedSession;

/// Puts an event of ours into the outbox, within the write that it tells of.
pub(super) async fn send(
    connection: &mut SqliteConnection,
    event: &Event,
) -> Result<(), StoreError> {
    Outbox::append(connection, event).await?;
    Ok(())
}

pub(super) async fn take_in(
    db: &Database,
    batch: EventBatch,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    let mut tx = db.begin().await?;
    let mut deliveries = Vec::new();
    for event in &batch.events {
        if Inbox::take(&mut tx, event, now).await? {
            deliveries.extend(apply(&mut tx, event, now).await?);
        }
    }
    Inbox::advance(&mut tx, &batch).await?;
    tx.commit().await?;
    Ok(deliveries)
}

/// Applies one event. What makes no sense is counted and passed over: it would stop those behind it.
async fn apply(
    connection: &mut SqliteConnection,
    event: &Event,
    now: UnixMs,
) -> Result<Option<Delivery>, StoreError> {
    match EventType::from_name(&event.kind) {
        Some(EventType::MessageUnread) => message_unread(connection, event, now).await,
        Some(kind) => {
            match reported(kind, event) {
                Some((fact, item)) => note(connection, event, fact, &item).await?,
                None => pass_over(event),
            }
            Ok(None)
        }
        None => {
            pass_over(event);
            Ok(None)
        }
    }
}

/// Folds a fact into its session's record, and adds it to its timeline.
async fn note(
    connection: &mut SqliteConnection,
    event: &Event,
    fact: Fact,
    item: &TimelineItem,
) -> Result<(), StoreError> {
    let id = SessionId::from(event.subject.as_str());
    let Some(mut session) = rows::session(connection, &id).await? else {
        pass_over(event);
        return Ok(());
    };
    session.record.note(event.occurred_at, fact);
    rows::update_session(connection, &session).await?;
    timeline::append(connection, &id, &event.id, item).await
}

/// What an event of signaling says for the record and for the timeline, if it says anything.
fn reported(kind: EventType, event: &Event) -> Option<(Fact, TimelineItem)> {
    let data: SessionFact = serde_json::from_value(event.data.clone()).ok()?;
    let item = TimelineItem::of_fact(kind, event.occurred_at, data.clone());
    Some((fact(kind, data)?, item))
}

fn fact(kind: EventType, data: SessionFact) -> Option<Fact> {
    Some(match kind {
        EventType::SessionJoined => Fact::Joined(data.user_id?),
        EventType::SessionLeft => Fact::Left(data.user_id?),
        EventType::SessionLive => Fact::Live {
            started_at: data.started_at?,
            deadline_at: data.deadline_at?,
        },
        EventType::SessionExtended => Fact::Extended {
            deadline_at: data.deadline_at?,
        },
        EventType::SessionEnded => Fact::Ended {
            reason: data.reason?,
            absent: data.absent,
        },
        EventType::SessionNoShow => Fact::NoShow {
            absent: data.absent?,
        },
        _ => return None,
    })
}

/// Tells a person of a waiting message, unless they have been told and have not looked.
async fn message_unread(
    connection: &mut SqliteConnection,
    event: &Event,
    now: UnixMs,
) -> Result<Option<Delivery>, StoreError> {
    let Ok(data) = serde_json::from_value::<MessageUnread>(event.data.clone()) else {
        pass_over(event);
        return Ok(None);
    };
    let Some(session) = session_of_room(connection, &data.room_id).await? else {
        pass_over(event);
        return Ok(None);
    };
    let (user, kind) = (data.user_id, NotificationKind::MessageUnread);
    let known = session.participant(&user).is_some();
    if !known || notifications::has_unread(connection, &session, &user, kind).await? {
        return Ok(None);
    }
    let cause = format!("event:{}", event.id);
    notifications::tell(connection, &session, &user, kind, &cause, now).await
}

async fn session_of_room(
    connection: &mut SqliteConnection,
    room: &RoomId,
) -> Result<Option<BookedSession>, StoreError> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM sessions WHERE room_id = ?1")
        .bind(room.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    match id {
        Some(id) => rows::session(connection, &id.into()).await,
        None => Ok(None),
    }
}

fn pass_over(event: &Event) {
    metrics::counter!("events_passed_over_total", "source" => event.source.clone()).increment(1);
    tracing::debug!(id = event.id, kind = event.kind, "an event was passed over");
}
