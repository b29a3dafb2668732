//! Taking in what the other services report.

use scheduler_core::{
    Effects, ReportedEvent, UnreadMessage, note_action, note_fact, notify_unread,
    notify_unread_in_group, notify_unread_in_match,
};
use storage::retry_on_conflict;
use wire::{Event, EventBatch, NotificationKind, RoomId, UnixMs, UserId};

use super::apply::apply;
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Takes each event of a batch once, and notes up to when its source has reported everything. An event that
/// makes no sense is counted and passed over.
pub(crate) async fn take_batch(
    store: &dyn SchedulerStore,
    batch: &EventBatch,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    retry_on_conflict("take_batch", || take_batch_once(store, batch, now)).await
}

async fn take_batch_once(
    store: &dyn SchedulerStore,
    batch: &EventBatch,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut work = store.begin().await?;
    let mut streamed = Vec::new();
    for event in &batch.events {
        if !work.events().take(event, now).await? {
            continue;
        }
        match effects(&mut *work, event, now).await? {
            Some(effects) => streamed.extend(apply(&mut *work, effects).await?),
            None => pass_over(event),
        }
    }
    work.events().advance(batch, now).await?;
    work.commit().await?;
    Ok(streamed)
}

/// What the event causes; `None` where it means nothing here, or its session is not known.
async fn effects(
    work: &mut dyn UnitOfWork,
    event: &Event,
    now: UnixMs,
) -> Result<Option<Effects>, StoreError> {
    match ReportedEvent::parse(event) {
        Some(ReportedEvent::Fact {
            session,
            fact,
            item,
        }) => {
            let found = work.sessions().find(&session).await?;
            let told = (fact, *item);
            Ok(found.map(|session| note_fact(now, event, session, told, &mut new_id)))
        }
        Some(ReportedEvent::Action(action)) => {
            let session = match &action.session_id {
                Some(id) => work.sessions().find(id).await?,
                None => None,
            };
            Ok(Some(note_action(event, *action, session.as_ref())))
        }
        Some(ReportedEvent::MessageUnread { room, user }) => {
            let Some(session) = work.sessions().find_by_room(&room).await? else {
                return unread_in_match(work, event, now, &room, user).await;
            };
            let kind = NotificationKind::MessageUnread;
            let unread = work
                .notifications()
                .unread(&user, &session.id, kind)
                .await?;
            let message = message(work, now, room, user, unread).await?;
            let effects = notify_unread(now, event, &session, message, &mut new_id);
            Ok(Some(effects))
        }
        None => Ok(None),
    }
}

/// Of a message in the room of a match that is in force.
async fn unread_in_match(
    work: &mut dyn UnitOfWork,
    event: &Event,
    now: UnixMs,
    room: &RoomId,
    user: UserId,
) -> Result<Option<Effects>, StoreError> {
    let Some(known) = work.matches().find_by_room(room).await? else {
        return unread_in_group(work, event, now, room, user).await;
    };
    let pair = known.pair();
    let people = [pair.low().clone(), pair.high().clone()];
    work.people().lock(&people).await?;
    // Again, now that neither of the two leaves.
    let Some(of) = work.matches().find_by_room(room).await? else {
        return Ok(None);
    };
    let kind = NotificationKind::MessageUnread;
    let notifications = work.notifications();
    let unread = notifications.unread_of_match(&user, &of.id, kind).await?;
    let message = message(work, now, of.room_id.clone(), user, unread).await?;
    let effects = notify_unread_in_match(now, event, &of, message, &mut new_id);
    Ok(Some(effects))
}

/// Of a message in a group, for one who is in it.
async fn unread_in_group(
    work: &mut dyn UnitOfWork,
    event: &Event,
    now: UnixMs,
    room: &RoomId,
    user: UserId,
) -> Result<Option<Effects>, StoreError> {
    let Some(group) = work.rooms().title(room, &user).await? else {
        return Ok(None);
    };
    let kind = NotificationKind::MessageUnread;
    let notifications = work.notifications();
    let unread = notifications.unread_of_group(&user, room, kind).await?;
    let message = message(work, now, group.id.clone(), user, unread).await?;
    let effects = notify_unread_in_group(now, event, &group, message, &mut new_id);
    Ok(Some(effects))
}

/// The message with what stands for it already.
async fn message(
    work: &mut dyn UnitOfWork,
    now: UnixMs,
    room: RoomId,
    user: UserId,
    notification_id: Option<String>,
) -> Result<UnreadMessage, StoreError> {
    let quarter = UnreadMessage::quarter(now);
    let digest = work.jobs().newest_digest(&room, &user, quarter).await?;
    Ok(UnreadMessage {
        room,
        user,
        notification_id,
        digest: digest.map(|stored| (stored.job, stored.state)),
    })
}

fn pass_over(event: &Event) {
    metrics::counter!("events_passed_over_total", "source" => bus::known_source(&event.source))
        .increment(1);
    tracing::debug!(id = ?event.id, kind = ?event.kind, "an event was passed over");
}
