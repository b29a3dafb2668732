//! The life of one thing that is due: planned, claimed, done or missed.

use serde::{Deserialize, Serialize};
use wire::{RoomId, SessionId, UnixMs, UserId};

use crate::session::BookedSession;

/// How much further than a claim that is given now one may reach and hold all the same, in milliseconds: readings of one
/// clock differ by the time that an answer takes.
const CLOCK_SLACK_MS: i64 = 5_000;

/// The furthest that a claim on a job reaches which holds at `now`. One that reaches further was given before the clock was
/// set back: whoever gave it may be gone, and nobody waits for the time that it names.
#[must_use]
pub fn furthest_claim(now: UnixMs, lease_ms: i64) -> UnixMs {
    now + lease_ms + CLOCK_SLACK_MS
}

/// What a job is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobSubject {
    /// A session, with the revision that the job was planned for.
    Session(SessionId),
    /// A room, with the number of a quarter of an hour.
    Room(RoomId),
}

impl JobSubject {
    /// The word that is stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            JobSubject::Session(_) => "session",
            JobSubject::Room(_) => "room",
        }
    }

    /// Its own id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            JobSubject::Session(id) => id.as_str(),
            JobSubject::Room(id) => id.as_str(),
        }
    }

    /// The session, where it is one.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            JobSubject::Session(id) => Some(id),
            JobSubject::Room(_) => None,
        }
    }

    /// The subject of a stored word and id.
    #[must_use]
    pub fn from_parts(kind: &str, id: String) -> Option<Self> {
        Some(match kind {
            "session" => JobSubject::Session(SessionId(id)),
            "room" => JobSubject::Room(RoomId(id)),
            _ => return None,
        })
    }
}

/// What a job must know beside its subject; stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobPayload {
    /// What a digest of unread messages has counted.
    Unread {
        /// The notification in the person's list that stands for the messages.
        notification_id: String,
        /// How many messages came since it was made, in this quarter of an hour.
        count: u32,
    },
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Notifying a person that the session is near.
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
    /// Messages of a room were waiting for a person for up to a quarter of an hour.
    UnreadDigest,
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
            JobKind::UnreadDigest => "unread_digest",
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
            "unread_digest" => JobKind::UnreadDigest,
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
    /// By then it was of no more use.
    TooLate,
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
            MissReason::TooLate => "too_late",
        }
    }
}

/// Why an attempt failed, where neither another one won nor the store was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailReason {
    /// Its row, or that of its subject, can't be understood.
    Unreadable,
    /// A decision about it panicked: a fault of ours.
    Panicked,
    /// The store refused what it causes.
    Refused,
}

impl FailReason {
    /// The word that is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FailReason::Unreadable => "unreadable",
            FailReason::Panicked => "panicked",
            FailReason::Refused => "refused",
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
    /// Given up after its last attempt; an operator may have it tried again.
    Failed(FailReason),
}

/// The job can't be claimed: it is claimed by another, or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the job is claimed or over")]
pub struct NotClaimable;

impl JobState {
    /// Takes it for `lease_ms`; a lapsed claim may be taken over, and one from before the clock was set back.
    ///
    /// # Errors
    /// When another's claim holds, or it is over.
    pub fn claim(self, now: UnixMs, lease_ms: i64) -> Result<Self, NotClaimable> {
        let claimed = JobState::Claimed {
            until: now + lease_ms,
        };
        match self {
            JobState::Due => Ok(claimed),
            JobState::Claimed { until }
                if until <= now || until > furthest_claim(now, lease_ms) =>
            {
                Ok(claimed)
            }
            JobState::Claimed { .. }
            | JobState::Done
            | JobState::Missed(_)
            | JobState::Cancelled
            | JobState::Failed(_) => Err(NotClaimable),
        }
    }
}

/// A job whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its own id.
    pub id: String,
    /// What it is of.
    pub subject: JobSubject,
    /// Of which revision of it.
    pub revision: u64,
    /// What to do.
    pub kind: JobKind,
    /// The one person whom it concerns; `None` for both.
    pub user: Option<UserId>,
    /// What it must know beside that.
    pub payload: Option<JobPayload>,
    /// When it was due.
    pub due_at: UnixMs,
    /// Counts its claims. What is done under one is written under its term, so that a claimant who was
    /// overtaken writes nothing, however late it wakes and whatever its clock says.
    pub term: u64,
    /// How often it was tried and failed.
    pub attempts: u32,
}

impl Job {
    /// Puts a job in that state under a claim of its own for `lease_ms`: the job with its new term, and when the
    /// claim lapses.
    ///
    /// # Errors
    /// When another's claim holds, or it is over.
    pub fn claim(
        self,
        state: JobState,
        now: UnixMs,
        lease_ms: i64,
    ) -> Result<(Self, UnixMs), NotClaimable> {
        let JobState::Claimed { until } = state.claim(now, lease_ms)? else {
            return Err(NotClaimable);
        };
        let term = self.term + 1;
        Ok((Self { term, ..self }, until))
    }
}

/// What a claimed job is of, as it was when the job was claimed.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimedSubject {
    /// The whole session.
    Session(Box<BookedSession>),
    /// A room, of which nothing is known beside the job.
    Room,
}

/// A job under a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedJob {
    /// The job itself; its term is that of the claim.
    pub job: Job,
    /// When the claim lapses: from then on another may take the job over.
    pub until: UnixMs,
    /// What the job belongs to.
    pub subject: ClaimedSubject,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_900_000_000_000);
    const LEASE_MS: i64 = 5_000;

    #[test]
    fn sch_10_a_claim_holds_until_its_lease_ends_and_what_is_over_stays_over() {
        let claimed = JobState::Due.claim(NOW, LEASE_MS).unwrap();
        let until = NOW + LEASE_MS;
        assert_eq!(claimed, JobState::Claimed { until });
        assert_eq!(claimed.claim(until - 1, LEASE_MS), Err(NotClaimable));
        assert!(claimed.claim(until, LEASE_MS).is_ok());
        for over in [
            JobState::Done,
            JobState::Missed(MissReason::SessionStarted),
            JobState::Cancelled,
            JobState::Failed(FailReason::Refused),
        ] {
            assert_eq!(over.claim(NOW, LEASE_MS), Err(NotClaimable));
        }
    }

    #[test]
    fn sch_410_a_claim_from_before_the_clock_was_set_back_is_taken_over() {
        let until = NOW + LEASE_MS;
        let held = JobState::Claimed { until };
        let a_little_back = NOW - CLOCK_SLACK_MS;
        assert_eq!(held.claim(a_little_back, LEASE_MS), Err(NotClaimable));
        let two_hours_back = NOW - 7_200_000;
        for back in [a_little_back - 1, two_hours_back] {
            let until = back + LEASE_MS;
            let taken_over = held.claim(back, LEASE_MS);
            assert_eq!(taken_over, Ok(JobState::Claimed { until }));
        }
    }

    #[test]
    fn sch_114_each_claim_of_a_job_has_a_higher_term() {
        let job = Job {
            id: "j".into(),
            subject: JobSubject::Session("s".into()),
            revision: 1,
            kind: JobKind::Start,
            user: None,
            payload: None,
            due_at: NOW,
            term: 0,
            attempts: 0,
        };
        let (first, until) = job.claim(JobState::Due, NOW, 1_000).unwrap();
        assert_eq!((first.term, until), (1, NOW + 1_000));
        let held = JobState::Claimed { until };
        assert_eq!(first.clone().claim(held, NOW, 1_000), Err(NotClaimable));
        let (second, until) = first.claim(held, until, 2_000).unwrap();
        assert_eq!((second.term, until), (2, NOW + 3_000));
    }

    #[test]
    fn sch_10_each_kind_comes_back_from_its_words() {
        for kind in [
            JobKind::Reminder { before_ms: 7 },
            JobKind::LobbyOpens,
            JobKind::Start,
            JobKind::NoShowCheck,
            JobKind::Retention,
            JobKind::UnreadDigest,
        ] {
            assert_eq!(
                JobKind::from_parts(kind.name(), kind.before_ms()),
                Some(kind)
            );
        }
    }
}
