//! The life of one thing that is due, and what is to be done when its time has come.

use wire::{SessionId, UnixMs, UserId};

use crate::record::{Attendance, Record};
use crate::session::BookedSession;
use crate::session_status::SessionStatus;
use crate::terms::Terms;

/// How long a claim holds. Everything that is done under one is a local transaction of milliseconds;
/// after a crash the job is taken up again this much later.
const LEASE_MS: i64 = 5_000;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Telling a person that the session is near.
    Reminder {
        /// How long before the start.
        before_ms: i64,
    },
    /// The lobby opens.
    LobbyOpens,
    /// The session starts; reminders that are still to go are missed.
    Start,
    /// The session closes: did anybody come?
    NoShowCheck,
    /// The session is to be erased.
    Retention,
}

impl JobKind {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            JobKind::Reminder { .. } => "reminder",
            JobKind::LobbyOpens => "lobby_opens",
            JobKind::Start => "start",
            JobKind::NoShowCheck => "no_show_check",
            JobKind::Retention => "retention",
        }
    }

    /// Milliseconds before the start, of a reminder; else 0.
    #[must_use]
    pub fn before_ms(self) -> i64 {
        match self {
            JobKind::Reminder { before_ms } => before_ms,
            _ => 0,
        }
    }

    /// The kind of a stored word.
    #[must_use]
    pub fn from_parts(name: &str, before_ms: i64) -> Option<Self> {
        Some(match name {
            "reminder" => JobKind::Reminder { before_ms },
            "lobby_opens" => JobKind::LobbyOpens,
            "start" => JobKind::Start,
            "no_show_check" => JobKind::NoShowCheck,
            "retention" => JobKind::Retention,
            _ => return None,
        })
    }
}

/// Why something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissReason {
    /// Its time had passed when the session was booked.
    PastWhenBooked,
    /// The session had started.
    SessionStarted,
    /// The session was over.
    SessionOver,
    /// A later reminder of the same session was due as well.
    Superseded,
}

impl MissReason {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MissReason::PastWhenBooked => "past_when_booked",
            MissReason::SessionStarted => "session_started",
            MissReason::SessionOver => "session_over",
            MissReason::Superseded => "superseded",
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waiting for its time.
    Due,
    /// A claim holds it.
    Claimed {
        /// When the claim lapses.
        until: UnixMs,
    },
    /// Its work is committed.
    Done,
    /// Not done, and no longer to be done.
    Missed(MissReason),
    /// Called off with its booking.
    Cancelled,
}

/// The job can't be claimed: it is claimed by another, or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the job is claimed or over")]
pub struct NotClaimable;

impl JobState {
    /// Takes it; a lapsed claim may be taken over.
    ///
    /// # Errors
    /// When another's claim holds, or it is over.
    pub fn claim(self, now: UnixMs) -> Result<Self, NotClaimable> {
        let claimed = JobState::Claimed {
            until: now + LEASE_MS,
        };
        match self {
            JobState::Due => Ok(claimed),
            JobState::Claimed { until } if until <= now => Ok(claimed),
            JobState::Claimed { .. }
            | JobState::Done
            | JobState::Missed(_)
            | JobState::Cancelled => Err(NotClaimable),
        }
    }
}

/// A job whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its own id.
    pub id: String,
    /// Of which session.
    pub session: SessionId,
    /// Of which revision of it.
    pub revision: u64,
    /// What to do.
    pub kind: JobKind,
    /// The one person whom it concerns; `None` for both.
    pub user: Option<UserId>,
    /// When it was due.
    pub due_at: UnixMs,
}

/// A job under a claim, with its session as it was when it was claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedJob {
    /// The job itself.
    pub job: Job,
    /// Until when the claim holds; no two claims of a job share it.
    pub until: UnixMs,
    /// The session that the job belongs to.
    pub session: BookedSession,
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

/// What to do about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobAction {
    /// Tell the person that the session is near.
    SendReminder,
    /// Tell both that the lobby is open.
    AnnounceLobby,
    /// Mark the session's reminders that have not gone out as missed.
    MissReminders,
    /// Keep the verdict that nobody came.
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
    fn sch_9_nobody_came_is_said_only_once_signaling_has_told_all_up_to_the_close() {
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
    fn sch_7_nothing_is_told_of_a_session_that_is_over() {
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

    #[test]
    fn sch_10_a_claim_holds_until_its_lease_ends_and_what_is_over_stays_over() {
        let claimed = JobState::Due.claim(NOW).unwrap();
        let until = NOW + LEASE_MS;
        assert_eq!(claimed, JobState::Claimed { until });
        assert_eq!(claimed.claim(until - 1), Err(NotClaimable));
        assert!(claimed.claim(until).is_ok());
        for over in [
            JobState::Done,
            JobState::Missed(MissReason::SessionStarted),
            JobState::Cancelled,
        ] {
            assert_eq!(over.claim(NOW), Err(NotClaimable));
        }
    }

    #[test]
    fn sch_10_each_kind_comes_back_from_its_words() {
        for kind in [
            JobKind::Reminder { before_ms: 7 },
            JobKind::LobbyOpens,
            JobKind::Start,
            JobKind::NoShowCheck,
            JobKind::Retention,
        ] {
            assert_eq!(
                JobKind::from_parts(kind.name(), kind.before_ms()),
                Some(kind)
            );
        }
    }
}
