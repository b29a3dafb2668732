//! A session whose people have another one after it ends where that one begins.

use wire::{EventType, SessionState, UnixMs};

use super::announce::booking_event;
use crate::effects::{Effects, SessionChange};
use crate::ids::NewId;
use crate::session::BookedSession;

/// Makes the start of the next session the latest end of this one, or takes that back. Signaling hears of it by a new
/// revision, and nobody else does. A live session keeps the end that its two were told; one that is over has none.
/// `None` where nothing changes.
#[must_use]
pub fn follow(
    now: UnixMs,
    mut session: BookedSession,
    next_start: Option<UnixMs>,
    new_id: NewId<'_>,
) -> Option<Effects> {
    let is_live = session.state(now) == SessionState::Live;
    let followed_at = session.followed_by(next_start);
    if is_live || session.over(now).is_some() || session.terms.followed_at == followed_at {
        return None;
    }
    let before = session.clone();
    session.terms.followed_at = followed_at;
    let mut effects = Effects::default();
    if session.terms.ends_by() != before.terms.ends_by() {
        session.revision += 1;
        let event = booking_event(&session, EventType::SessionRescheduled, now, new_id);
        effects.events.push(event);
    }
    effects.occupancy = session.occupancy_change(&before);
    effects.session = Some(SessionChange::Update(Box::new(session)));
    Some(effects)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::record::Fact;
    use crate::settlement::tests::{counted, session};

    fn followed(session: &BookedSession, next_start: Option<UnixMs>) -> Option<Effects> {
        follow(NOW, session.clone(), next_start, &mut counted())
    }

    fn updated(effects: &Effects) -> BookedSession {
        match &effects.session {
            Some(SessionChange::Update(session)) => (**session).clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sch_201_the_start_of_the_next_session_is_the_end_of_this_one_until_it_is_gone() {
        let alone = session();
        let next = alone.terms.occupied_span().ends_at + 1;
        let effects = followed(&alone, Some(next)).unwrap();
        let clipped = updated(&effects);
        assert_eq!(clipped.spec().hard_end_at, Some(next));
        assert_eq!(clipped.terms.hard_end_at, None, "agreed on by nobody");
        assert_eq!(clipped.revision, alone.revision + 1);
        assert_eq!(effects.events.len(), 1);
        assert!(effects.notifications.is_empty() && effects.new_jobs.is_empty());
        assert!(effects.timeline.is_empty(), "nobody has moved it");
        assert_eq!(followed(&clipped, Some(next)), None);
        let free = updated(&followed(&clipped, None).unwrap());
        assert_eq!(free.spec().hard_end_at, None);
        assert_eq!(free.revision, alone.revision + 2);
    }

    #[test]
    fn sch_201_a_hard_end_that_is_earlier_is_told_once() {
        let mut session = session();
        let ends_at = session.terms.occupied_span().ends_at;
        session.terms.hard_end_at = Some(ends_at);
        let effects = followed(&session, Some(ends_at + 10_000)).unwrap();
        assert_eq!(updated(&effects).revision, session.revision);
        assert!(effects.events.is_empty());
    }

    #[test]
    fn sch_201_a_live_session_keeps_the_end_that_its_two_were_told() {
        let mut live = session();
        let started_at = live.terms.starts_at;
        let deadline_at = started_at + live.terms.duration_ms;
        live.record.note(
            started_at,
            Fact::Live {
                started_at,
                deadline_at,
            },
        );
        assert_eq!(followed(&live, Some(deadline_at + 1)), None);
    }
}
