//! What stands in a session's timeline, and how much of it. It is not the record: that is one fold of
//! the same facts, this is what happened, row by row.

use wire::{EventType, SessionId, TimelineItem, UnixMs, UserId};

use crate::job::MissReason;
use crate::session::BookedSession;

/// Entries that are stored of one session. Two people who come and go once a second for a quarter of an
/// hour fill it; what says how a session went is stored all the same.
pub const MAX_ENTRIES: u32 = 2_000;

/// One thing that happened. At most one entry has its id, however often it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The event's id where an event reports it, else its own; second key of the order.
    pub id: String,
    /// The session that it happened to.
    pub session: SessionId,
    /// What clients are shown; its `at` is the first key of the order.
    pub item: TimelineItem,
}

/// True while another entry of that kind may be stored beside `stored` others.
#[must_use]
pub fn has_room(kind: EventType, stored: u32) -> bool {
    stored < MAX_ENTRIES || is_final(kind)
}

/// What happens once to a session, and says how it went.
fn is_final(kind: EventType) -> bool {
    matches!(
        kind,
        EventType::SessionCancelled | EventType::SessionEnded | EventType::SessionNoShow
    )
}

/// The entry of a booking, a change or a cancellation, under the id of the event that announces it.
pub(crate) fn booking_entry(
    session: &BookedSession,
    event_id: String,
    kind: EventType,
    now: UnixMs,
) -> TimelineEntry {
    let item = TimelineItem {
        revision: Some(session.revision),
        starts_at: (kind != EventType::SessionCancelled).then_some(session.terms.starts_at),
        ..TimelineItem::new(kind, now)
    };
    TimelineEntry {
        id: event_id,
        session: session.id.clone(),
        item,
    }
}

/// A reminder as the timeline shows it.
pub(crate) struct ReminderEntry {
    pub(crate) id: String,
    pub(crate) session: SessionId,
    pub(crate) revision: u64,
    pub(crate) before_ms: i64,
    pub(crate) user: Option<UserId>,
    /// Why it did not go out; `None` when it did.
    pub(crate) missed: Option<MissReason>,
}

impl ReminderEntry {
    pub(crate) fn at(self, now: UnixMs) -> TimelineEntry {
        let kind = match self.missed {
            Some(_) => EventType::SessionReminderMissed,
            None => EventType::SessionReminded,
        };
        let item = TimelineItem {
            user_id: self.user,
            revision: Some(self.revision),
            before_ms: Some(self.before_ms),
            reason: self.missed.map(|reason| reason.name().to_owned()),
            ..TimelineItem::new(kind, now)
        };
        TimelineEntry {
            id: self.id,
            session: self.session,
            item,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_82_a_timeline_is_bounded_and_its_end_is_always_stored() {
        let joined = EventType::SessionJoined;
        assert!(has_room(joined, MAX_ENTRIES - 1));
        assert!(!has_room(joined, MAX_ENTRIES));
        for end in [
            EventType::SessionCancelled,
            EventType::SessionEnded,
            EventType::SessionNoShow,
        ] {
            assert!(has_room(end, MAX_ENTRIES), "{end:?}");
        }
    }
}
