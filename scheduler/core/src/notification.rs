//! Notifications: whom a decision informs, of what, and for which cause.

use wire::{EndReason, Notification, NotificationKind, UnixMs, UserId};

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
            room_id: None,
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
    for_each_of_both(session, kind, &cause, now, new_id)
}

/// For both, where what was learnt since `before` makes of the session one that was missed.
pub(crate) fn notify_missed(
    before: &BookedSession,
    session: &BookedSession,
    now: UnixMs,
    new_id: NewId<'_>,
) -> Vec<NewNotification> {
    if is_missed(before) || !is_missed(session) {
        return Vec::new();
    }
    // Of two reports that it was missed the first one tells.
    let cause = format!("missed:{}", session.id);
    for_each_of_both(
        session,
        NotificationKind::SessionMissed,
        &cause,
        now,
        new_id,
    )
}

fn is_missed(session: &BookedSession) -> bool {
    let outcome = session.record.outcome();
    outcome.is_some_and(|outcome| outcome.reason == EndReason::NoShow)
}

fn for_each_of_both(
    session: &BookedSession,
    kind: NotificationKind,
    cause: &str,
    now: UnixMs,
    new_id: NewId<'_>,
) -> Vec<NewNotification> {
    let notify = |user| notify(session, user, kind, cause, now, new_id);
    session.users().into_iter().map(notify).collect()
}
