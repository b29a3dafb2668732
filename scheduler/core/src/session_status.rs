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

    /// How it ended, once it has.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.record
            .outcome()
            .or_else(|| self.cancelled.then(cancelled_outcome))
    }

    /// Why nobody is let in any more; after `latest_end` a session is over even where its end has
    /// not been told.
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
    fn sch_13_after_its_latest_end_a_session_is_over_even_untold() {
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
