//! Where a session stands: its booking, its record and the time, seen together.

use wire::{EndReason, Outcome, SessionState, UnixMs};

use crate::record::Record;
use crate::terms::Terms;

/// A session as far as its state depends on it.
#[derive(Debug, Clone, Copy)]
pub struct SessionStatus<'a> {
    terms: &'a Terms,
    cancelled: bool,
    record: &'a Record,
}

impl<'a> SessionStatus<'a> {
    /// The standing of a booking with that record.
    #[must_use]
    pub fn of(terms: &'a Terms, cancelled: bool, record: &'a Record) -> Self {
        Self {
            terms,
            cancelled,
            record,
        }
    }

    /// The highest state that anything speaks for. An end of any kind that signaling saw stands
    /// above a cancellation that came after it.
    #[must_use]
    pub fn state(&self, now: UnixMs) -> SessionState {
        match self.outcome() {
            Some(outcome) if outcome.reason == EndReason::Cancelled => SessionState::Cancelled,
            Some(_) => SessionState::Ended,
            None if self.record.started_at().is_some() => SessionState::Live,
            None if now >= self.terms.lobby_opens_at() => SessionState::Open,
            None => SessionState::Scheduled,
        }
    }

    /// The state as far as it does not depend on the time.
    #[must_use]
    pub fn stored(&self) -> StoredStatus {
        match self.outcome() {
            Some(outcome) if outcome.reason == EndReason::Cancelled => StoredStatus::Cancelled,
            Some(_) => StoredStatus::Ended,
            None if self.record.started_at().is_some() => StoredStatus::Live,
            None => StoredStatus::Booked,
        }
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.record
            .outcome()
            .or_else(|| self.cancelled.then(cancelled_outcome))
    }

    /// Why nobody is let in any more; after `latest_end` a session is over even where its end has
    /// not been reported.
    #[must_use]
    pub fn over(&self, now: UnixMs, latest_end: UnixMs) -> Option<EndReason> {
        match self.outcome() {
            Some(outcome) => Some(outcome.reason),
            None if now < latest_end => None,
            None if self.record.started_at().is_some() => Some(EndReason::Completed),
            None if self.record.anybody_came() => Some(EndReason::Abandoned),
            None => Some(EndReason::NoShow),
        }
    }
}

/// The part of a session's state that does not depend on the time; stores index it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredStatus {
    /// Neither live nor over; whether the lobby is open is a question of the time.
    Booked,
    /// The clock has started.
    Live,
    /// Over, but not by a cancellation.
    Ended,
    /// Called off, and nothing else ended it.
    Cancelled,
}

impl StoredStatus {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            StoredStatus::Booked => "booked",
            StoredStatus::Live => "live",
            StoredStatus::Ended => "ended",
            StoredStatus::Cancelled => "cancelled",
        }
    }
}

/// How the sessions of one state are found among stored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateFilter {
    /// Their stored status.
    pub status: StoredStatus,
    /// Only those whose lobby opens later than this.
    pub opens_after: Option<UnixMs>,
    /// Only those whose lobby opens then or earlier.
    pub opens_by: Option<UnixMs>,
}

impl StateFilter {
    /// The filter for `state` as it is at `now`.
    #[must_use]
    pub fn new(state: SessionState, now: UnixMs) -> Self {
        let (status, opens_after, opens_by) = match state {
            SessionState::Scheduled => (StoredStatus::Booked, Some(now), None),
            SessionState::Open => (StoredStatus::Booked, None, Some(now)),
            SessionState::Live => (StoredStatus::Live, None, None),
            SessionState::Ended => (StoredStatus::Ended, None, None),
            SessionState::Cancelled => (StoredStatus::Cancelled, None, None),
        };
        Self {
            status,
            opens_after,
            opens_by,
        }
    }
}

fn cancelled_outcome() -> Outcome {
    Outcome {
        reason: EndReason::Cancelled,
        absent: None,
    }
}

#[cfg(test)]
mod tests {
    use wire::MediaBackend;

    use super::*;
    use crate::booking::check_booking;
    use crate::booking::tests::{NOW, offer};
    use crate::record::Fact;

    fn terms() -> Terms {
        check_booking(NOW, offer(), &[MediaBackend::P2p])
            .unwrap()
            .terms
    }

    fn ended(reason: EndReason) -> Fact {
        Fact::Ended {
            reason,
            absent: None,
        }
    }

    #[test]
    fn sch_13_a_session_goes_from_scheduled_to_open_to_live_to_ended() {
        let terms = terms();
        let mut record = Record::default();
        let opens = terms.lobby_opens_at();
        let state = |record: &Record, at| SessionStatus::of(&terms, false, record).state(at);
        assert_eq!(state(&record, opens - 1), SessionState::Scheduled);
        assert_eq!(state(&record, opens), SessionState::Open);
        record.note(
            NOW,
            Fact::Live {
                started_at: NOW,
                deadline_at: NOW + 1,
            },
        );
        assert_eq!(state(&record, opens), SessionState::Live);
        record.note(NOW, ended(EndReason::Completed));
        assert_eq!(state(&record, opens), SessionState::Ended);
    }

    #[test]
    fn sch_13_each_state_is_found_by_what_is_stored_and_when_its_lobby_opens() {
        let terms = terms();
        let mut record = Record::default();
        let opens = terms.lobby_opens_at();
        let found = |record: &Record, cancelled, at| {
            let status = SessionStatus::of(&terms, cancelled, record);
            let filter = StateFilter::new(status.state(at), at);
            assert_eq!(status.stored(), filter.status);
            filter.opens_after.is_none_or(|after| opens > after)
                && filter.opens_by.is_none_or(|by| opens <= by)
        };
        for at in [opens - 1, opens] {
            assert!(found(&record, false, at) && found(&record, true, at));
        }
        let live = Fact::Live {
            started_at: NOW,
            deadline_at: NOW + 1,
        };
        record.note(NOW, live);
        assert!(found(&record, false, opens));
        record.note(NOW, ended(EndReason::Completed));
        assert!(found(&record, false, opens));
    }

    #[test]
    fn sch_13_cancelled_stands_unless_signaling_saw_another_end() {
        let terms = terms();
        let mut record = Record::default();
        let state = |record: &Record| SessionStatus::of(&terms, true, record).state(NOW);
        assert_eq!(state(&record), SessionState::Cancelled);
        record.note(NOW + 1, ended(EndReason::Cancelled));
        assert_eq!(state(&record), SessionState::Cancelled);
        record.note(NOW, ended(EndReason::Completed));
        assert_eq!(state(&record), SessionState::Ended);
    }

    #[test]
    fn sch_13_after_its_latest_end_a_session_is_over_even_unreported() {
        let terms = terms();
        let mut record = Record::default();
        let end = NOW + 1_000;
        let over = |record: &Record, at| SessionStatus::of(&terms, false, record).over(at, end);
        assert_eq!(over(&record, end - 1), None);
        assert_eq!(over(&record, end), Some(EndReason::NoShow));
        record.note(NOW, Fact::Joined("ana".into()));
        assert_eq!(over(&record, end), Some(EndReason::Abandoned));
    }
}
