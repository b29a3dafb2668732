//! What becomes of a claimed job, and what it causes.

use wire::{
    EndReason, EventType, Notification, NotificationKind, SessionFact, TimelineItem, UnixMs,
};

use crate::effects::{Effects, JobClosing, SessionChange};
use crate::ids::NewId;
use crate::job::{ClaimedJob, ClaimedSubject, FailReason, Job, JobKind, JobState, MissReason};
use crate::job_action::JobAction;
use crate::notification::{NewNotification, notify, notify_missed};
use crate::record::Fact;
use crate::session::BookedSession;
use crate::timeline::{ReminderEntry, TimelineEntry};
use crate::unread_digest::send_digest;
use crate::webhook::outgoing_entry;

/// How a claimed job's row is to read once its claim is found to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobUpdate {
    /// Done, missed, or due again.
    pub state: JobState,
    /// Later than before where it is to be tried again.
    pub due_at: UnixMs,
    /// How often it has failed.
    pub attempts: u32,
    /// Why it failed, where it did.
    pub failure: Option<FailReason>,
}

/// What an action must know of the store within the transaction that carries it out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettleContext {
    /// The session's reminders that are due or claimed; asked for by [`JobAction::reads_open_reminders`].
    pub open_reminders: Vec<Job>,
    /// The session as it is now; asked for by [`JobAction::reads_session`].
    pub session: Option<BookedSession>,
    /// The notification that stands for unread messages, while it is unread and their room is open; asked for by
    /// [`JobAction::reads_unread`].
    pub unread: Option<Notification>,
}

impl JobAction {
    /// True where [`SettleContext::open_reminders`] must be loaded.
    #[must_use]
    pub fn reads_open_reminders(&self) -> bool {
        matches!(self, JobAction::MissReminders)
    }

    /// True where [`SettleContext::session`] must be loaded: somebody may have come since the claim.
    #[must_use]
    pub fn reads_session(&self) -> bool {
        matches!(self, JobAction::RecordNoShow)
    }

    /// True where [`SettleContext::unread`] must be loaded: it may have been read since the claim.
    #[must_use]
    pub fn reads_unread(&self) -> bool {
        matches!(self, JobAction::SendDigest)
    }

    /// True where it may close other jobs, or erase what they are about: those after it are looked at again.
    #[must_use]
    pub fn changes_other_jobs(&self) -> bool {
        matches!(
            self,
            JobAction::MissReminders | JobAction::RecordNoShow | JobAction::Erase
        )
    }

    /// What this makes of the job's own row.
    #[must_use]
    pub fn job_update(&self, job: &Job) -> JobUpdate {
        let (state, due_at) = match self {
            JobAction::Miss(reason) => (JobState::Missed(*reason), job.due_at),
            JobAction::RetryAt(at) => (JobState::Due, *at),
            JobAction::SendReminder
            | JobAction::AnnounceLobby
            | JobAction::MissReminders
            | JobAction::RecordNoShow
            | JobAction::Erase
            | JobAction::SendDigest
            | JobAction::Nothing => (JobState::Done, job.due_at),
        };
        JobUpdate {
            state,
            due_at,
            attempts: job.attempts,
            failure: None,
        }
    }
}

/// What a job causes whose claim holds, beside its own row.
#[must_use]
pub fn settle(
    now: UnixMs,
    claimed: &ClaimedJob,
    action: &JobAction,
    context: SettleContext,
    new_id: NewId<'_>,
) -> Effects {
    match &claimed.subject {
        ClaimedSubject::Session(session) => {
            settle_session(now, session, &claimed.job, action, context, new_id)
        }
        ClaimedSubject::Room => match (action, context.unread) {
            (JobAction::SendDigest, Some(unread)) => send_digest(now, &claimed.job, unread),
            _ => Effects::default(),
        },
    }
}

fn settle_session(
    now: UnixMs,
    session: &BookedSession,
    job: &Job,
    action: &JobAction,
    context: SettleContext,
    new_id: NewId<'_>,
) -> Effects {
    match action {
        JobAction::SendReminder => {
            let entry = reminder_entry(session, job, None, new_id()).at(now);
            Effects {
                notifications: notifications(
                    session,
                    job,
                    NotificationKind::SessionReminder,
                    now,
                    new_id,
                ),
                ..published(session, entry)
            }
        }
        JobAction::AnnounceLobby => {
            let entry = TimelineEntry {
                id: new_id(),
                session: session.id.clone(),
                item: TimelineItem::new(EventType::SessionOpened, now),
            };
            Effects {
                notifications: notifications(
                    session,
                    job,
                    NotificationKind::SessionOpened,
                    now,
                    new_id,
                ),
                ..published(session, entry)
            }
        }
        JobAction::MissReminders => miss_reminders(now, session, &context.open_reminders, new_id),
        JobAction::RecordNoShow => match context.session {
            Some(session) => record_no_show(now, session, new_id),
            None => Effects::default(),
        },
        JobAction::Erase => Effects {
            session: Some(SessionChange::Erase(session.id.clone())),
            ..Effects::default()
        },
        JobAction::Miss(reason) if matches!(job.kind, JobKind::Reminder { .. }) => Effects {
            timeline: vec![reminder_entry(session, job, Some(*reason), new_id()).at(now)],
            ..Effects::default()
        },
        JobAction::Miss(_) | JobAction::RetryAt(_) | JobAction::SendDigest | JobAction::Nothing => {
            Effects::default()
        }
    }
}

/// What stands in the timeline and is told to the application.
fn published(session: &BookedSession, entry: TimelineEntry) -> Effects {
    Effects {
        outgoing: outgoing_entry(session, &entry).into_iter().collect(),
        timeline: vec![entry],
        ..Effects::default()
    }
}

/// For the job's person, or for both.
fn notifications(
    session: &BookedSession,
    job: &Job,
    kind: NotificationKind,
    now: UnixMs,
    new_id: NewId<'_>,
) -> Vec<NewNotification> {
    let cause = format!("job:{}", job.id);
    let concerned = |user: &wire::UserId| job.user.as_ref().is_none_or(|only| only == user);
    let users = session.users().into_iter().filter(concerned);
    users
        .map(|user| notify(session, user, kind, &cause, now, new_id))
        .collect()
}

fn miss_reminders(
    now: UnixMs,
    session: &BookedSession,
    open: &[Job],
    new_id: NewId<'_>,
) -> Effects {
    if open.is_empty() {
        return Effects::default();
    }
    let reason = MissReason::SessionStarted;
    let entry = |job: &Job| reminder_entry(session, job, Some(reason), new_id()).at(now);
    Effects {
        timeline: open.iter().map(entry).collect(),
        closed_jobs: Some(JobClosing::MissReminders {
            session: session.id.clone(),
            reason,
        }),
        ..Effects::default()
    }
}

fn record_no_show(now: UnixMs, mut session: BookedSession, new_id: NewId<'_>) -> Effects {
    if session.record.anybody_came() {
        return Effects::default();
    }
    let absent = session.users().to_vec();
    let ended = SessionFact {
        reason: Some(EndReason::NoShow),
        absent: Some(absent.clone()),
        ..SessionFact::default()
    };
    let before = session.clone();
    session.record.note(now, Fact::NobodyCame { absent });
    let entry = TimelineEntry {
        id: new_id(),
        session: session.id.clone(),
        item: TimelineItem::of_fact(EventType::SessionEnded, now, ended),
    };
    Effects {
        occupancy: session.occupancy_change(&before),
        notifications: notify_missed(&before, &session, now, new_id),
        session: Some(SessionChange::Update(Box::new(session))),
        ..published(&before, entry)
    }
}

fn reminder_entry(
    session: &BookedSession,
    job: &Job,
    missed: Option<MissReason>,
    id: String,
) -> ReminderEntry {
    ReminderEntry {
        id,
        session: session.id.clone(),
        revision: job.revision,
        before_ms: job.kind.before_ms(),
        user: job.user.clone(),
        missed,
    }
}

#[cfg(test)]
pub(crate) mod tests;
