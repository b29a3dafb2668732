//! What events of the other services make of a session. One that makes no sense is passed over, never an
//! error: it would stop those behind it.

use wire::{
    Event, EventType, MessageUnread, Notification, NotificationKind, OperatorAction, RoomId,
    SessionFact, SessionId, TimelineItem, UnixMs, UserId,
};

use crate::audit::{audit_entry, audit_row};
use crate::effects::{Effects, SessionChange};
use crate::ids::NewId;
use crate::matching::Match;
use crate::notification::{NewNotification, notify, notify_missed};
use crate::record::Fact;
use crate::session::BookedSession;
use crate::timeline::TimelineEntry;
use crate::unread_digest::UnreadMessage;
use crate::webhook::outgoing;

/// What an event reports, as far as it concerns the scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportedEvent {
    /// Signaling reports something of a session.
    Fact {
        /// The session that it happened to.
        session: SessionId,
        /// What its record learns.
        fact: Fact,
        /// What its timeline shows.
        item: Box<TimelineItem>,
    },
    /// A service reports what an operator did.
    Action(Box<OperatorAction>),
    /// Chat reports a message that nobody was there to take.
    MessageUnread {
        /// The room, which belongs to one session or to a match.
        room: RoomId,
        /// The one who was not there.
        user: UserId,
    },
}

impl ReportedEvent {
    /// Reads an event; `None` where its type or data mean nothing here.
    #[must_use]
    pub fn parse(event: &Event) -> Option<Self> {
        match EventType::from_name(&event.kind)? {
            EventType::MessageUnread => {
                let data: MessageUnread = serde_json::from_value(event.data.clone()).ok()?;
                Some(ReportedEvent::MessageUnread {
                    room: data.room_id,
                    user: data.user_id,
                })
            }
            EventType::OperatorAction => {
                let action = serde_json::from_value(event.data.clone()).ok()?;
                Some(ReportedEvent::Action(Box::new(action)))
            }
            kind => {
                let data: SessionFact = serde_json::from_value(event.data.clone()).ok()?;
                let item = TimelineItem::of_fact(kind, event.occurred_at, data.clone());
                Some(ReportedEvent::Fact {
                    session: SessionId::from(event.subject.as_str()),
                    fact: fact(kind, data)?,
                    item: Box::new(item),
                })
            }
        }
    }
}

fn fact(kind: EventType, data: SessionFact) -> Option<Fact> {
    Some(match kind {
        EventType::SessionJoined => Fact::Joined(data.user_id?),
        EventType::SessionLeft => Fact::Left(data.user_id?),
        EventType::UserKicked => Fact::Kicked(data.user_id?),
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

/// Folds a fact into its session's record, adds it to the timeline under the event's id, and tells the application. Both are
/// notified where it says that the session was missed.
#[must_use]
pub fn note_fact(
    now: UnixMs,
    event: &Event,
    mut session: BookedSession,
    (fact, item): (Fact, TimelineItem),
    new_id: NewId<'_>,
) -> Effects {
    let before = session.clone();
    session.record.note(event.occurred_at, fact);
    Effects {
        occupancy: session.occupancy_change(&before),
        outgoing: outgoing(&session.application, event).into_iter().collect(),
        timeline: vec![TimelineEntry {
            id: event.id.clone(),
            session: session.id.clone(),
            item,
        }],
        notifications: notify_missed(&before, &session, now, new_id),
        session: Some(SessionChange::Update(Box::new(session))),
        ..Effects::default()
    }
}

/// Adds what an operator did to the audit log, and to the timeline of its session where `session`, the one
/// that it names, is known.
#[must_use]
pub fn note_action(
    event: &Event,
    action: OperatorAction,
    session: Option<&BookedSession>,
) -> Effects {
    let row = audit_row(event.id.clone(), event.occurred_at, action);
    let known = |entry: &TimelineEntry| session.is_some_and(|session| session.id == entry.session);
    Effects {
        timeline: audit_entry(&row).filter(known).into_iter().collect(),
        audit: vec![row],
        ..Effects::default()
    }
}

/// Notifies a person of a waiting message, unless they have such a notification and have not read it, and counts it for
/// whoever is not looking. The application is told of each.
#[must_use]
pub fn notify_unread(
    now: UnixMs,
    event: &Event,
    session: &BookedSession,
    message: UnreadMessage,
    new_id: NewId<'_>,
) -> Effects {
    if session.participant(&message.user).is_none() {
        return Effects::default();
    }
    let new = message.notification_id.is_none().then(|| {
        let cause = format!("event:{}", event.id);
        let kind = NotificationKind::MessageUnread;
        notify(session, message.user.clone(), kind, &cause, now, new_id)
    });
    Effects {
        outgoing: outgoing(&session.application, event).into_iter().collect(),
        ..message.counted(new, now, new_id)
    }
}

/// The same in the room of a match.
#[must_use]
pub fn notify_unread_in_match(
    now: UnixMs,
    event: &Event,
    of: &Match,
    message: UnreadMessage,
    new_id: NewId<'_>,
) -> Effects {
    let Some(other) = of.other(&message.user) else {
        return Effects::default();
    };
    let notification = |id| Notification {
        id,
        kind: NotificationKind::MessageUnread,
        created_at: now,
        session_id: None,
        gift_id: None,
        match_id: Some(of.id.clone()),
        room_id: None,
        starts_at: None,
        with: Some(other.name.clone()),
        count: None,
        read_at: None,
    };
    let notify = |id| NewNotification {
        user: message.user.clone(),
        cause: format!("event:{}", event.id),
        notification: notification(id),
    };
    let new = message.notification_id.is_none().then(|| notify(new_id()));
    Effects {
        outgoing: outgoing(&of.application, event).into_iter().collect(),
        ..message.counted(new, now, new_id)
    }
}

#[cfg(test)]
mod tests;
