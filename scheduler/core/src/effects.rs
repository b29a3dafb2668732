//! What a decision returns: everything that is to be written, published and delivered.

use wire::{AuditRow, Event, SessionId, UserId};

use crate::delivery::OutgoingEvent;
use crate::feedback::Feedback;
use crate::idempotency::StoredAnswer;
use crate::job::{JobKind, JobPayload, MissReason};
use crate::job_plan::NewJob;
use crate::notification::NewNotification;
use crate::occupancy::OccupancyChange;
use crate::people::PersonChange;
use crate::session::BookedSession;
use crate::timeline::TimelineEntry;

/// The effects of one decision. They are applied in one transaction, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// People to add or bring up to date; written first, because sessions refer to them.
    pub people: Vec<PersonChange>,
    /// The one session that changes, if any does.
    pub session: Option<SessionChange>,
    /// When the session keeps its two busy, where that changes; written after the session.
    pub occupancy: Option<OccupancyChange>,
    /// What one of the two says of the session, in place of what they said before.
    pub feedback: Option<Feedback>,
    /// Open jobs of the session that are not to be done any more; written before `new_jobs`.
    pub closed_jobs: Option<JobClosing>,
    /// Jobs to add, due or already missed.
    pub new_jobs: Vec<NewJob>,
    /// What open jobs must know from now on, by their ids.
    pub job_payloads: Vec<(String, JobPayload)>,
    /// Events for the other services, through the outbox.
    pub events: Vec<Event>,
    /// Events for the endpoints of applications.
    pub outgoing: Vec<OutgoingEvent>,
    /// Timeline entries, each subject to [`crate::timeline::has_room`].
    pub timeline: Vec<TimelineEntry>,
    /// Rows of the audit log.
    pub audit: Vec<AuditRow>,
    /// Notifications; those that are new to their person are delivered after the commit.
    pub notifications: Vec<NewNotification>,
    /// Notifications that stand in their person's list already, and are to be told elsewhere now.
    pub digests: Vec<NewNotification>,
    /// The answer to keep under the command's idempotency key.
    pub answer: Option<StoredAnswer>,
}

/// What happens to a session's row.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionChange {
    /// Add it, with its two participants.
    Insert(Box<BookedSession>),
    /// Overwrite revision, terms, record and cancellation.
    Update(Box<BookedSession>),
    /// Give one of its two another generation, which revokes their link and access.
    Regenerate {
        /// The session that the link is for.
        session: SessionId,
        /// Whose link it is.
        user: UserId,
        /// The generation that counts from now on.
        generation: u32,
    },
    /// Delete it with its participants, jobs, notifications and timeline.
    Erase(SessionId),
}

/// Which open jobs are closed without being done, beside the claimed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobClosing {
    /// Cancel every open job of the session but those of one kind.
    Cancel {
        /// The session that was cancelled.
        session: SessionId,
        /// Jobs of this kind stay as they are.
        except: JobKind,
    },
    /// Cancel those of these jobs that are open, whatever revision they were planned for.
    CancelThese {
        /// The session that was changed.
        session: SessionId,
        /// What is not to be done any more, and for whom.
        jobs: Vec<(JobKind, Option<UserId>)>,
    },
    /// Mark every open reminder of the session as missed.
    MissReminders {
        /// The session whose reminders are too late.
        session: SessionId,
        /// Why they are no longer to go out.
        reason: MissReason,
    },
}
