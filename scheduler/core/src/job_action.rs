//! What is to be done about a job when its time has come.

use wire::UnixMs;

use crate::job::{ClaimedJob, ClaimedSubject, Job, JobKind, MissReason};
use crate::job_lateness::{digest_useful_until, lobby_useful_until, reminder_useful_until};
use crate::record::Attendance;
use crate::session::BookedSession;
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
    /// Tell the person of the messages of the room that they have not read.
    SendDigest,
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
    session: &BookedSession,
    source_watermark: Option<UnixMs>,
) -> JobAction {
    let over = session.status().outcome().is_some();
    let (terms, record) = (&session.terms, &session.record);
    match job.kind {
        JobKind::Reminder { .. } if over => JobAction::Miss(MissReason::SessionOver),
        JobKind::Reminder { before_ms } => remind(now, terms, before_ms),
        JobKind::LobbyOpens if over => JobAction::Nothing,
        JobKind::LobbyOpens if now >= lobby_useful_until(session) => {
            JobAction::Miss(MissReason::TooLate)
        }
        JobKind::LobbyOpens => JobAction::AnnounceLobby,
        JobKind::Start => JobAction::MissReminders,
        JobKind::NoShowCheck if over => JobAction::Nothing,
        JobKind::NoShowCheck => match record.attendance(terms.closes_at(), source_watermark) {
            Attendance::Unknown => JobAction::RetryAt(now + RETRY_MS),
            Attendance::SomebodyCame => JobAction::Nothing,
            Attendance::NobodyCame => JobAction::RecordNoShow,
        },
        JobKind::Retention => JobAction::Erase,
        JobKind::UnreadDigest => JobAction::Nothing,
    }
}

/// Decides about a job of a room.
fn decide_digest(now: UnixMs, job: &Job) -> JobAction {
    if now >= digest_useful_until(job.due_at) {
        JobAction::Miss(MissReason::TooLate)
    } else {
        JobAction::SendDigest
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
    } else if now >= reminder_useful_until(terms, before_ms) {
        JobAction::Miss(MissReason::TooLate)
    } else {
        JobAction::SendReminder
    }
}

impl ClaimedJob {
    /// What to do about it at `now`; `source_watermark` is the moment up to which signaling has
    /// reported everything.
    #[must_use]
    pub fn decide(&self, now: UnixMs, source_watermark: Option<UnixMs>) -> JobAction {
        match &self.subject {
            ClaimedSubject::Session(session) => decide(now, &self.job, session, source_watermark),
            ClaimedSubject::Room => decide_digest(now, &self.job),
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::EndReason;

    use super::*;
    use crate::booking::tests::NOW;
    use crate::job::JobSubject;
    use crate::record::{Fact, Record};
    use crate::settlement::tests::session;

    fn remindable() -> BookedSession {
        let mut session = session();
        session.terms.remind_before_ms = vec![300_000, 60_000];
        session
    }

    fn terms() -> Terms {
        remindable().terms
    }

    fn job(kind: JobKind) -> Job {
        Job {
            id: "j".into(),
            subject: JobSubject::Session("s".into()),
            revision: 1,
            kind,
            user: None,
            payload: None,
            due_at: NOW,
            term: 1,
            attempts: 0,
        }
    }

    fn decided(
        at: UnixMs,
        kind: JobKind,
        record: &Record,
        source_watermark: Option<UnixMs>,
    ) -> JobAction {
        let mut session = remindable();
        session.record = record.clone();
        decide(at, &job(kind), &session, source_watermark)
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

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;

    /// What becomes of the three reminders of a day, an hour and ten minutes before the start, where nothing is done
    /// from a second before the first of them is due, `from` before the start, until `down_ms` later.
    fn after_being_down(from: i64, down_ms: i64) -> Vec<(i64, JobAction)> {
        let plan = [DAY, HOUR, 10 * MINUTE];
        let mut session = session();
        session.terms.starts_at = NOW + 10 * DAY;
        session.terms.remind_before_ms = plan.to_vec();
        let down = session.terms.starts_at - from - 1_000;
        let at = |before: i64| {
            let due_at = session.terms.starts_at - before;
            let done_at = if (down..down + down_ms).contains(&due_at) {
                down + down_ms
            } else {
                due_at
            };
            let kind = JobKind::Reminder { before_ms: before };
            (before, decide(done_at, &job(kind), &session, None))
        };
        plan.map(at).to_vec()
    }

    #[test]
    fn sch_264_what_was_missed_while_down_goes_out_while_it_is_of_use_and_only_the_latest() {
        use JobAction::{Miss, SendReminder as Sent};
        use MissReason::{SessionStarted, Superseded, TooLate};
        let (began, superseded, late) = (Miss(SessionStarted), Miss(Superseded), Miss(TooLate));
        let (seconds, minutes, hours, days) = (30_000, 11 * MINUTE, 13 * HOUR, 3 * DAY);
        for (from, down_ms, expected) in [
            (DAY, 0, [&Sent, &Sent, &Sent]),
            (DAY, seconds, [&Sent, &Sent, &Sent]),
            (DAY, minutes, [&Sent, &Sent, &Sent]),
            (DAY, hours, [&late, &Sent, &Sent]),
            (DAY, days, [&began, &began, &began]),
            // The last two are due within: the later one goes out, until the start.
            (HOUR, seconds, [&Sent, &Sent, &Sent]),
            (HOUR, minutes, [&Sent, &Sent, &Sent]),
            (HOUR, 55 * MINUTE, [&Sent, &superseded, &Sent]),
            (HOUR, hours, [&Sent, &began, &began]),
            (10 * MINUTE, seconds, [&Sent, &Sent, &Sent]),
            (10 * MINUTE, minutes, [&Sent, &Sent, &began]),
            (10 * MINUTE, days, [&Sent, &Sent, &began]),
            // All three, and one minute is left.
            (DAY, DAY - MINUTE, [&superseded, &superseded, &Sent]),
        ] {
            let became = after_being_down(from, down_ms);
            let became: Vec<_> = became.iter().map(|(_, action)| action).collect();
            assert_eq!(
                became, expected,
                "down for {down_ms} ms, from {from} ms before"
            );
        }
    }

    #[test]
    fn sch_265_an_open_lobby_is_told_of_until_the_session_ends_and_start_and_close_come_always() {
        let session = remindable();
        let (closes, ends) = (session.terms.closes_at(), session.spec().latest_end());
        let nobody = Record::default();
        let mut somebody = Record::default();
        somebody.note(session.terms.starts_at, Fact::Joined("ana".into()));
        let late = JobAction::Miss(MissReason::TooLate);
        for (record, until) in [(&nobody, closes), (&somebody, ends.max(closes))] {
            let lobby = |at| decided(at, JobKind::LobbyOpens, record, None);
            assert_eq!(lobby(until - 1), JobAction::AnnounceLobby);
            assert_eq!(lobby(until), late);
        }
        let much_later = ends + 3 * DAY;
        let start = decided(much_later, JobKind::Start, &nobody, None);
        assert_eq!(start, JobAction::MissReminders);
        let check = decided(much_later, JobKind::NoShowCheck, &nobody, Some(closes));
        assert_eq!(check, JobAction::RecordNoShow);
    }

    #[test]
    fn sch_268_a_session_in_the_year_2100_is_reminded_of_to_the_millisecond() {
        let mut session = remindable();
        session.terms.starts_at = UnixMs(4_102_444_800_000);
        let last = job(JobKind::Reminder { before_ms: 60_000 });
        let start = session.terms.starts_at;
        let at = |at| decide(at, &last, &session, None);
        assert_eq!(at(start - 1), JobAction::SendReminder);
        assert_eq!(at(start), JobAction::Miss(MissReason::SessionStarted));
        assert_eq!(
            session.terms.closes_at().since(start),
            session.terms.closes_after_ms
        );
    }

    #[test]
    fn sch_274_a_digest_of_yesterday_is_too_late() {
        let mut digest = job(JobKind::UnreadDigest);
        digest.subject = JobSubject::Room("r".into());
        assert_eq!(decide_digest(NOW + DAY - 1, &digest), JobAction::SendDigest);
        let late = JobAction::Miss(MissReason::TooLate);
        assert_eq!(decide_digest(NOW + DAY, &digest), late);
    }
}
