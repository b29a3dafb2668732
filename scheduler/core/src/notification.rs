//! Notifications: whom a decision informs, of what, and for which cause.

use wire::{Notification, NotificationKind, UnixMs, UserId};

use crate::ids::NewId;
use crate::session::BookedSession;

/// A notification that is to be stored, and delivered if its cause is new to that person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// The one whom it is for.
    pub user: UserId,
    /// What it stems from, as `job:<id>`: a person is notified once for one cause.
    pub cause: String,
    /// What the person is shown.
    pub notification: Notification,
}

/// A notification of a session for one of its two.
pub(crate) fn notify(
    session: &BookedSession,
    user: UserId,
    kind: NotificationKind,
    cause: &str,
    now: UnixMs,
    new_id: NewId<'_>,
) -> NewNotification {
    NewNotification {
        cause: cause.to_owned(),
        notification: Notification {
            id: new_id(),
            kind,
            created_at: now,
            session_id: Some(session.id.clone()),
            gift_id: None,
            match_id: None,
            starts_at: Some(session.terms.starts_at),
            with: session.other_name(&user),
            count: None,
            read_at: None,
        },
        user,
    }
}

/// The same notification for both, for a change of the session's present revision.
pub(crate) fn notify_both(
    session: &BookedSession,
    kind: NotificationKind,
    now: UnixMs,
    new_id: NewId<'_>,
) -> Vec<NewNotification> {
    let cause = format!("revision:{}:{}", session.id, session.revision);
    let notify = |user| notify(session, user, kind, &cause, now, new_id);
    session.users().into_iter().map(notify).collect()
}
