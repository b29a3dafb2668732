//! What is to be done about a job when its time has come.

use wire::UnixMs;

use crate::job::{ClaimedJob, Job, JobKind, MissReason};
use crate::record::{Attendance, Record};
use crate::session_status::SessionStatus;
use crate::terms::Terms;

/// What to do about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobAction {
    /// Notify the person that the session is near.
    SendReminder,
    /// Notify both that the lobby is open.
    AnnounceLobby,
    /// Mark the session's reminders that have not gone out as missed.
    MissReminders,
    /// Record that nobody came.
    RecordNoShow,
    /// Look again at that moment: not all is known yet.
    RetryAt(UnixMs),
    /// Erase the session.
    Erase,
    /// Nothing is left to do.
    Nothing,
    /// It is too late for it.
    Miss(MissReason),
}

/// How soon to ask again whether signaling has reported everything.
const RETRY_MS: i64 = 1_000;

/// Decides about a job of the session's current revision.
///
/// `source_watermark` is the moment up to which signaling has reported everything.
#[must_use]
pub(crate) fn decide(
    now: UnixMs,
    job: &Job,
    terms: &Terms,
    cancelled: bool,
    record: &Record,
    source_watermark: Option<UnixMs>,
) -> JobAction {
    let over = SessionStatus::of(terms, cancelled, record)
        .outcome()
        .is_some();
    match job.kind {
        JobKind::Reminder { .. } if over => JobAction::Miss(MissReason::SessionOver),
        JobKind::Reminder { before_ms } => remind(now, terms, before_ms),
        JobKind::LobbyOpens if over => JobAction::Nothing,
        JobKind::LobbyOpens => JobAction::AnnounceLobby,
        JobKind::Start => JobAction::MissReminders,
        JobKind::NoShowCheck if over => JobAction::Nothing,
        JobKind::NoShowCheck => match record.attendance(terms.closes_at(), source_watermark) {
            Attendance::Unknown => JobAction::RetryAt(now + RETRY_MS),
            Attendance::SomebodyCame => JobAction::Nothing,
            Attendance::NobodyCame => JobAction::RecordNoShow,
        },
        JobKind::Retention => JobAction::Erase,
    }
}

fn remind(now: UnixMs, terms: &Terms, before_ms: i64) -> JobAction {
    let later_is_due = terms
        .remind_before_ms
        .iter()
        .any(|other| *other < before_ms && terms.starts_at - *other <= now);
    if now >= terms.starts_at {
        JobAction::Miss(MissReason::SessionStarted)
    } else if later_is_due {
        JobAction::Miss(MissReason::Superseded)
    } else {
        JobAction::SendReminder
    }
}

impl ClaimedJob {
    /// What to do about it at `now`; `source_watermark` is the moment up to which signaling has
    /// reported everything.
    #[must_use]
    pub fn decide(&self, now: UnixMs, source_watermark: Option<UnixMs>) -> JobAction {
        let session = &self.session;
        decide(
            now,
            &self.job,
            &session.terms,
            session.cancelled,
            &session.record,
            source_watermark,
        )
    }
}

#[cfg(test)]
mod tests {
    use wire::{EndReason, MediaBackend};

    use super::*;
    use crate::booking::check_booking;
    use crate::booking::tests::{NOW, offer};
    use crate::record::Fact;

    fn terms() -> Terms {
        let mut offer = offer();
        offer.remind_before_ms = Some(vec![300_000, 60_000]);
        check_booking(NOW, offer, &[MediaBackend::P2p])
            .unwrap()
            .terms
    }

    fn decided(
        at: UnixMs,
        kind: JobKind,
        record: &Record,
        source_watermark: Option<UnixMs>,
    ) -> JobAction {
        let job = Job {
            id: "j".into(),
            session: "s".into(),
            revision: 1,
            kind,
            user: None,
            due_at: at,
            term: 1,
        };
        decide(at, &job, &terms(), false, record, source_watermark)
    }

    #[test]
    fn sch_7_a_reminder_goes_out_until_the_start_and_not_at_it() {
        let last = JobKind::Reminder { before_ms: 60_000 };
        let start = terms().starts_at;
        let none = Record::default();
        assert_eq!(
            decided(start - 60_000, last, &none, None),
            JobAction::SendReminder
        );
        assert_eq!(
            decided(start - 1, last, &none, None),
            JobAction::SendReminder
        );
        assert_eq!(
            decided(start, last, &none, None),
            JobAction::Miss(MissReason::SessionStarted)
        );
    }

    #[test]
    fn sch_8_of_several_missed_reminders_only_the_latest_goes_out() {
        let first = JobKind::Reminder { before_ms: 300_000 };
        let start = terms().starts_at;
        let none = Record::default();
        assert_eq!(
            decided(start - 60_001, first, &none, None),
            JobAction::SendReminder
        );
        assert_eq!(
            decided(start - 60_000, first, &none, None),
            JobAction::Miss(MissReason::Superseded)
        );
    }

    #[test]
    fn sch_9_nobody_came_is_recorded_only_once_signaling_has_reported_all_up_to_the_close() {
        let closes = terms().closes_at();
        let at = closes + 5_000;
        let nobody = Record::default();
        let check =
            |record: &Record, watermark| decided(at, JobKind::NoShowCheck, record, watermark);
        let again = JobAction::RetryAt(at + RETRY_MS);
        assert_eq!(check(&nobody, None), again);
        assert_eq!(check(&nobody, Some(closes - 1)), again);
        assert_eq!(check(&nobody, Some(closes)), JobAction::RecordNoShow);
        let mut somebody = Record::default();
        somebody.note(closes - 1, Fact::Joined("ana".into()));
        assert_eq!(check(&somebody, Some(closes)), JobAction::Nothing);
    }

    #[test]
    fn sch_7_nobody_is_notified_of_a_session_that_is_over() {
        let mut over = Record::default();
        over.note(
            NOW,
            Fact::Ended {
                reason: EndReason::Left,
                absent: None,
            },
        );
        let reminder = JobKind::Reminder { before_ms: 60_000 };
        assert_eq!(
            decided(NOW, reminder, &over, None),
            JobAction::Miss(MissReason::SessionOver)
        );
        assert_eq!(
            decided(NOW, JobKind::LobbyOpens, &over, None),
            JobAction::Nothing
        );
        assert_eq!(
            decided(NOW, JobKind::NoShowCheck, &over, None),
            JobAction::Nothing
        );
    }
}
