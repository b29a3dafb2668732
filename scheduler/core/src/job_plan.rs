//! What is due for a session, and when.

use wire::{UnixMs, UserId};

use crate::job::{JobKind, JobPayload, JobState, JobSubject, MissReason};
use crate::terms::Terms;

/// How long a session is stored after its latest possible end, in milliseconds: a quarter, as people ask
/// about old bills.
pub const RETENTION_MS: i64 = 90 * 86_400_000;

/// A job as planned: unique within its session's revision by kind and person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedJob {
    /// What to do.
    pub kind: JobKind,
    /// For whom; none where it concerns the session.
    pub user: Option<UserId>,
    /// When it becomes due.
    pub due_at: UnixMs,
    /// Why it is not to be done at all.
    pub missed: Option<MissReason>,
}

/// A job that is to be stored, unique by subject, revision, kind and person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its own id.
    pub id: String,
    /// What it is planned for.
    pub subject: JobSubject,
    /// Of which revision of that.
    pub revision: u64,
    /// What is due, for whom and when, or why it is missed from the start.
    pub planned: PlannedJob,
    /// What it must know beside that.
    pub payload: Option<JobPayload>,
}

impl PlannedJob {
    /// The state in which the job is stored.
    #[must_use]
    pub fn state(&self) -> JobState {
        self.missed.map_or(JobState::Due, JobState::Missed)
    }
}

/// Everything that is due for a session booked or changed at `now`, which ends by `latest_end`.
///
/// A reminder whose time has passed is planned as missed, so that the record shows it.
#[must_use]
pub(crate) fn plan(
    now: UnixMs,
    terms: &Terms,
    users: &[UserId; 2],
    latest_end: UnixMs,
) -> Vec<PlannedJob> {
    let mut jobs = Vec::new();
    for before_ms in &terms.remind_before_ms {
        let due_at = terms.starts_at - *before_ms;
        for user in users {
            jobs.push(PlannedJob {
                kind: JobKind::Reminder {
                    before_ms: *before_ms,
                },
                user: Some(user.clone()),
                due_at,
                missed: (due_at < now).then_some(MissReason::PastWhenBooked),
            });
        }
    }
    let of_session = [
        (JobKind::LobbyOpens, terms.lobby_opens_at()),
        (JobKind::Start, terms.starts_at),
        (JobKind::NoShowCheck, terms.closes_at()),
        (JobKind::Retention, latest_end + RETENTION_MS),
    ];
    jobs.extend(of_session.map(|(kind, due_at)| PlannedJob {
        kind,
        user: None,
        due_at,
        missed: None,
    }));
    jobs
}

#[cfg(test)]
mod tests {
    use wire::MediaBackend;

    use super::*;
    use crate::booking::check_booking;
    use crate::booking::tests::{NOW, offer};

    fn planned(in_ms: i64, before: &[i64]) -> Vec<PlannedJob> {
        let mut offer = offer();
        offer.starts_at = Some(NOW + in_ms);
        offer.remind_before_ms = Some(before.to_vec());
        let terms = check_booking(NOW, offer, &[MediaBackend::P2p])
            .unwrap()
            .terms;
        plan(NOW, &terms, &["ana".into(), "bo".into()], NOW + 1_000_000)
    }

    #[test]
    fn sch_5_each_person_gets_each_reminder_and_the_session_its_four_moments() {
        let jobs = planned(600_000, &[300_000, 60_000]);
        let due: Vec<_> = jobs.iter().map(|job| job.due_at.since(NOW)).collect();
        let erased = RETENTION_MS + 1_000_000;
        assert_eq!(
            due,
            [
                300_000, 300_000, 540_000, 540_000, 300_000, 600_000, 720_000, erased
            ]
        );
        assert_eq!(jobs[0].user, Some("ana".into()));
        assert_eq!(jobs[1].user, Some("bo".into()));
        assert!(jobs[4..].iter().all(|job| job.user.is_none()));
        assert!(jobs.iter().all(|job| job.missed.is_none()));
    }

    #[test]
    fn sch_6_a_reminder_that_is_past_when_booked_is_missed() {
        for (before, missed) in [(60_001, true), (60_000, false), (59_999, false)] {
            let jobs = planned(60_000, &[before]);
            assert_eq!(jobs[0].missed.is_some(), missed, "{before} ms before");
        }
    }

    #[test]
    fn sch_5_an_instant_session_opens_and_starts_at_once() {
        let jobs = planned(0, &[]);
        assert!(jobs[0].due_at < NOW && jobs[0].kind == JobKind::LobbyOpens);
        assert_eq!((jobs[1].due_at, &jobs[1].kind), (NOW, &JobKind::Start));
    }
}
