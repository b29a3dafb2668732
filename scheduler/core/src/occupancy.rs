//! When a session keeps its two busy: what overlaps it, and what follows it.

use wire::{SessionId, UnixMs, UserId};

use crate::session::BookedSession;
use crate::terms::Terms;

/// Sessions that one booking may follow at most. More could be on at its start only where they overlap each other;
/// those beyond keep their own end.
pub const MAX_FOLLOWED: u32 = 50;

/// The span of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupiedSpan {
    /// From here on it overlaps what is not over yet, though nobody may be in.
    pub starts_at: UnixMs,
    /// When it ends by its duration alone: a session that starts then or later follows it.
    pub ends_at: UnixMs,
    /// When it ends with every extension: a session that starts earlier overlaps it.
    pub busy_until: UnixMs,
}

/// The span of a session that is not over, as it is found by its two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOccupancy {
    /// A session that is neither ended nor cancelled.
    pub session: SessionId,
    /// Its two people, in the order of the booking.
    pub users: [UserId; 2],
    /// When a session of one of the two overlaps it, or follows it.
    pub span: OccupiedSpan,
    /// When it is over at the latest, however late it begins; see [`wire::SessionSpec::latest_end`].
    pub latest_end_at: UnixMs,
}

/// What happens to the row of an occupancy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OccupancyChange {
    /// Of a new session.
    Add(SessionOccupancy),
    /// In place of the one that the session has.
    Replace(SessionOccupancy),
    /// The session is over.
    Remove(SessionId),
}

/// Somebody who has another session at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// One of the two of the booking that is refused.
    pub user: UserId,
    /// The session that keeps them so.
    pub session: SessionId,
}

/// The other sessions of a booking's two people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// A session that overlaps, looked for where no overlap is allowed.
    pub busy: Option<Busy>,
    /// The start of the first one that follows, however much later.
    pub next_start: Option<UnixMs>,
}

impl Terms {
    /// The span of a session that begins on time.
    #[must_use]
    pub fn occupied_span(&self) -> OccupiedSpan {
        self.span_from(self.starts_at + self.countdown_ms)
    }

    /// The span of a session that is live from then on.
    fn span_from(&self, live_at: UnixMs) -> OccupiedSpan {
        let extensions = self.extension_ms * i64::from(self.max_extensions);
        let ends_at = live_at + self.duration_ms;
        let clipped = |at: UnixMs, end: Option<UnixMs>| end.map_or(at, |end| at.min(end));
        OccupiedSpan {
            starts_at: self.starts_at,
            ends_at: clipped(ends_at, self.hard_end_at),
            busy_until: clipped(ends_at + extensions, self.ends_by()),
        }
    }
}

impl BookedSession {
    /// Its span; `None` once it is over.
    #[must_use]
    pub fn occupancy(&self) -> Option<SessionOccupancy> {
        if self.status().outcome().is_some() {
            return None;
        }
        let span = match self.record.started_at() {
            Some(live_at) => self.terms.span_from(live_at),
            None => self.terms.occupied_span(),
        };
        Some(SessionOccupancy {
            session: self.id.clone(),
            users: self.users(),
            span,
            latest_end_at: self.spec().latest_end(),
        })
    }

    /// What is to be written of its span after it was `before`.
    pub(crate) fn occupancy_change(&self, before: &Self) -> Option<OccupancyChange> {
        match (before.occupancy(), self.occupancy()) {
            (old, Some(new)) => {
                (old.as_ref() != Some(&new)).then_some(OccupancyChange::Replace(new))
            }
            (Some(_), None) => Some(OccupancyChange::Remove(self.id.clone())),
            (None, None) => None,
        }
    }

    /// The start of the next session, where this one could still be on then.
    pub(crate) fn followed_by(&self, next_start: Option<UnixMs>) -> Option<UnixMs> {
        let latest_end = self.spec().latest_end();
        next_start.filter(|next| *next < latest_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::record::Fact;
    use crate::settlement::tests::session;

    #[test]
    fn sch_200_a_session_keeps_its_two_busy_with_every_extension_or_to_its_hard_end() {
        let mut session = session();
        session.terms.extension_ms = 30_000;
        session.terms.max_extensions = 2;
        let start = session.terms.starts_at;
        let live = start + session.terms.countdown_ms;
        let span = |session: &BookedSession| session.occupancy().unwrap().span;
        let ends_at = live + session.terms.duration_ms;
        assert_eq!(span(&session).starts_at, start);
        assert_eq!(span(&session).ends_at, ends_at);
        assert_eq!(span(&session).busy_until, ends_at + 60_000);
        session.terms.followed_at = Some(ends_at + 40_000);
        assert_eq!(span(&session).busy_until, ends_at + 40_000);
        session.terms.hard_end_at = Some(ends_at - 1);
        assert_eq!(span(&session).ends_at, ends_at - 1);
        assert_eq!(span(&session).busy_until, ends_at - 1);
    }

    #[test]
    fn sch_200_a_late_start_moves_the_span_and_an_end_frees_both() {
        let before = session();
        let mut live = before.clone();
        let started_at = before.terms.starts_at + 90_000;
        let deadline_at = started_at + before.terms.duration_ms;
        live.record.note(
            started_at,
            Fact::Live {
                started_at,
                deadline_at,
            },
        );
        let Some(OccupancyChange::Replace(late)) = live.occupancy_change(&before) else {
            panic!("a late start moves the span");
        };
        assert_eq!(late.span.ends_at, deadline_at);
        assert_eq!(live.occupancy_change(&live), None);
        let mut over = live.clone();
        over.cancelled = true;
        let freed = Some(OccupancyChange::Remove(before.id.clone()));
        assert_eq!(over.occupancy_change(&live), freed);
        assert_eq!(over.occupancy_change(&over), None);
    }

    #[test]
    fn sch_201_only_what_could_still_be_on_is_followed() {
        let session = session();
        let latest_end = session.spec().latest_end();
        assert_eq!(session.followed_by(None), None);
        assert_eq!(session.followed_by(Some(latest_end)), None);
        let just_before = Some(latest_end - 1);
        assert_eq!(session.followed_by(just_before), just_before);
        assert!(session.terms.starts_at > NOW);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 500, ..Default::default() })]

        #[test]
        fn sch_260_of_two_back_to_back_the_first_ends_by_the_start_of_the_second(
            (duration, countdown, extension, extensions) in
                (1_000..86_400_000_i64, 0..60_000_i64, 0..3_600_000_i64, 0..4_u32),
            extended in proptest::bool::ANY,
        ) {
            let mut first = session();
            first.terms.duration_ms = duration;
            first.terms.countdown_ms = countdown;
            first.terms.extension_ms = extension;
            first.terms.max_extensions = extensions;
            let alone = first.terms.occupied_span();
            // As the first ends, or would end with all its extensions.
            let next = if extended { alone.busy_until } else { alone.ends_at };
            first.terms.followed_at = first.followed_by(Some(next));
            let span = first.occupancy().unwrap().span;
            // Half-open: until the start of the next, and nothing of it.
            assert!(span.ends_at <= next && span.busy_until <= next);
            assert!(span.starts_at < span.ends_at);
            let latest = first.spec().hard_end_at;
            assert!(latest.is_none_or(|end| end <= next));
            assert!(alone.busy_until >= next);
        }
    }
}
