//! A message in a group that one of its members was not there to take.

use wire::{Event, Notification, NotificationKind, UnixMs};

use super::group::GroupTitle;
use crate::effects::Effects;
use crate::ids::NewId;
use crate::notification::NewNotification;
use crate::unread_digest::UnreadMessage;
use crate::webhook::outgoing;

/// Notifies a member of a waiting message by the group's name, unless they have such a notification and have not read it,
/// and counts it for whoever is not looking. The application is told of each.
#[must_use]
pub fn notify_unread_in_group(
    now: UnixMs,
    event: &Event,
    group: &GroupTitle,
    message: UnreadMessage,
    new_id: NewId<'_>,
) -> Effects {
    let new = message.notification_id.is_none().then(|| NewNotification {
        user: message.user.clone(),
        cause: format!("event:{}", event.id),
        notification: Notification {
            id: new_id(),
            kind: NotificationKind::MessageUnread,
            created_at: now,
            session_id: None,
            gift_id: None,
            match_id: None,
            room_id: Some(group.id.clone()),
            starts_at: None,
            with: group.name.clone(),
            count: None,
            read_at: None,
        },
    });
    Effects {
        outgoing: outgoing(&group.application, event).into_iter().collect(),
        ..message.counted(new, now, new_id)
    }
}
