//! What is due: claimed with a lease, done in one transaction with what it causes.

use scheduler_core::{Fact, Job, JobAction, JobKind, JobState, MissReason};
use sqlx::SqliteConnection;
use storage::{Database, Inbox};
use wire::{EndReason, EventType, NotificationKind, SessionFact, SessionId, TimelineItem, UnixMs};

use super::timeline::{self, Reminder};
use super::{notifications, rows, unreadable};
use crate::store::{Claimed, ClaimedJob, Delivery, StoreError};

/// Whose word on who came counts.
const SIGNALING: &str = "signaling";

pub(super) async fn due_times(
    db: &Database,
    until: UnixMs,
    limit: u32,
) -> Result<Vec<UnixMs>, StoreError> {
    let times: Vec<i64> = sqlx::query_scalar(
        "SELECT DISTINCT due_at FROM jobs \
         WHERE state IN ('due', 'claimed') AND due_at <= ?1 ORDER BY due_at LIMIT ?2",
    )
    .bind(until.0)
    .bind(limit)
    .fetch_all(db.readers())
    .await?;
    Ok(times.into_iter().map(UnixMs).collect())
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: String,
    session_id: String,
    revision: i64,
    kind: String,
    before_ms: i64,
    user_id: String,
    due_at: i64,
    state: String,
    lease_until: Option<i64>,
}

impl JobRow {
    fn state(&self) -> JobState {
        match (self.state.as_str(), self.lease_until) {
            ("claimed", Some(until)) => JobState::Claimed {
                until: UnixMs(until),
            },
            ("due", _) => JobState::Due,
            _ => JobState::Done,
        }
    }

    fn into_job(self) -> Result<Job, StoreError> {
        let kind = JobKind::from_parts(&self.kind, self.before_ms);
        Ok(Job {
            id: self.id,
            session: self.session_id.into(),
            revision: self.revision.cast_unsigned(),
            kind: kind.ok_or_else(|| unreadable("a job"))?,
            user: Some(self.user_id.into()).filter(|user: &wire::UserId| !user.0.is_empty()),
            due_at: UnixMs(self.due_at),
        })
    }
}

pub(super) async fn claim_due(
    db: &Database,
    now: UnixMs,
    limit: u32,
) -> Result<Claimed, StoreError> {
    if !any_due(db, now).await? {
        return Ok(Claimed::default());
    }
    let mut tx = db.begin().await?;
    let rows: Vec<JobRow> = sqlx::query_as(
        "SELECT id, session_id, revision, kind, before_ms, user_id, due_at, state, lease_until \
         FROM jobs WHERE state IN ('due', 'claimed') AND due_at <= ?1 \
         AND (state = 'due' OR lease_until <= ?1) ORDER BY due_at, id LIMIT ?2",
    )
    .bind(now.0)
    .bind(limit)
    .fetch_all(&mut *tx)
    .await?;
    let mut claimed = Claimed {
        jobs: Vec::with_capacity(rows.len()),
        source_watermark: Inbox::source_watermark(&mut *tx, SIGNALING).await?,
    };
    for row in rows {
        let Ok(JobState::Claimed { until }) = row.state().claim(now) else {
            continue;
        };
        let job = row.into_job()?;
        sqlx::query("UPDATE jobs SET state = 'claimed', lease_until = ?2 WHERE id = ?1")
            .bind(&job.id)
            .bind(until.0)
            .execute(&mut *tx)
            .await?;
        if let Some(session) = rows::session(&mut tx, &job.session).await? {
            claimed.jobs.push(ClaimedJob {
                job,
                until,
                session,
            });
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Looks without the write lock: most looks find nothing.
async fn any_due(db: &Database, now: UnixMs) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM jobs WHERE state IN ('due', 'claimed') AND due_at <= ?1 \
         AND (state = 'due' OR lease_until <= ?1) LIMIT 1",
    )
    .bind(now.0)
    .fetch_optional(db.readers())
    .await?;
    Ok(found.is_some())
}

pub(super) async fn settle(
    db: &Database,
    now: UnixMs,
    decided: Vec<(ClaimedJob, JobAction)>,
) -> Result<Vec<Delivery>, StoreError> {
    let mut tx = db.begin().await?;
    let mut deliveries = Vec::new();
    for (claimed, effect) in decided {
        if finish(&mut tx, &claimed, &effect).await? {
            deliveries.extend(carry_out(&mut tx, &claimed, &effect, now).await?);
        }
    }
    tx.commit().await?;
    Ok(deliveries)
}

/// Notes what became of the job; false when the claim no longer holds.
async fn finish(
    connection: &mut SqliteConnection,
    claimed: &ClaimedJob,
    effect: &JobAction,
) -> Result<bool, StoreError> {
    let (state, reason, due_at) = match effect {
        JobAction::Miss(reason) => ("missed", Some(reason.name()), claimed.job.due_at),
        JobAction::RetryAt(at) => ("due", None, *at),
        JobAction::SendReminder
        | JobAction::AnnounceLobby
        | JobAction::MissReminders
        | JobAction::RecordNoShow
        | JobAction::Erase
        | JobAction::Nothing => ("done", None, claimed.job.due_at),
    };
    let finished = sqlx::query(
        "UPDATE jobs SET state = ?3, reason = ?4, due_at = ?5, lease_until = NULL \
         WHERE id = ?1 AND state = 'claimed' AND lease_until = ?2",
    )
    .bind(&claimed.job.id)
    .bind(claimed.until.0)
    .bind(state)
    .bind(reason)
    .bind(due_at.0)
    .execute(connection)
    .await?;
    Ok(finished.rows_affected() == 1)
}

async fn carry_out(
    connection: &mut SqliteConnection,
    claimed: &ClaimedJob,
    effect: &JobAction,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    let session = &claimed.session;
    match effect {
        JobAction::SendReminder => {
            timeline::append_reminder(connection, Reminder::of(&claimed.job), None, now).await?;
            tell(connection, claimed, NotificationKind::SessionReminder, now).await
        }
        JobAction::AnnounceLobby => {
            let opened = TimelineItem::new(EventType::SessionOpened, now);
            timeline::append_own(connection, &session.id, &opened).await?;
            tell(connection, claimed, NotificationKind::SessionOpened, now).await
        }
        JobAction::MissReminders => miss_reminders(connection, &session.id, now).await,
        JobAction::RecordNoShow => nobody_came(connection, &session.id, now).await,
        JobAction::Erase => erase(connection, &session.id).await,
        JobAction::Miss(reason) => {
            let reminder = Reminder::of(&claimed.job);
            timeline::append_reminder(connection, reminder, Some(*reason), now).await?;
            Ok(Vec::new())
        }
        JobAction::RetryAt(_) | JobAction::Nothing => Ok(Vec::new()),
    }
}

/// Tells the job's person, or both.
async fn tell(
    connection: &mut SqliteConnection,
    claimed: &ClaimedJob,
    kind: NotificationKind,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    let cause = format!("job:{}", claimed.job.id);
    let mut deliveries = Vec::new();
    for user in claimed.session.users() {
        if claimed.job.user.as_ref().is_none_or(|only| only == &user) {
            let session = &claimed.session;
            deliveries
                .extend(notifications::tell(connection, session, &user, kind, &cause, now).await?);
        }
    }
    Ok(deliveries)
}

async fn miss_reminders(
    connection: &mut SqliteConnection,
    session: &SessionId,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    let reason = MissReason::SessionStarted;
    let missed: Vec<(i64, i64, String)> = sqlx::query_as(
        "UPDATE jobs SET state = 'missed', reason = ?2, lease_until = NULL \
         WHERE session_id = ?1 AND kind = 'reminder' AND state IN ('due', 'claimed') \
         RETURNING revision, before_ms, user_id",
    )
    .bind(session.as_str())
    .bind(reason.name())
    .fetch_all(&mut *connection)
    .await?;
    for (revision, before_ms, user) in missed {
        let reminder = Reminder {
            session,
            revision: revision.cast_unsigned(),
            before_ms,
            user: Some(user.into()),
        };
        timeline::append_reminder(connection, reminder, Some(reason), now).await?;
    }
    Ok(Vec::new())
}

/// Reads the record again: somebody may have come since the job was claimed.
async fn nobody_came(
    connection: &mut SqliteConnection,
    id: &SessionId,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    if let Some(mut session) = rows::session(connection, id).await?
        && !session.record.anybody_came()
    {
        let absent = session.users().to_vec();
        let ended = SessionFact {
            reason: Some(EndReason::NoShow),
            absent: Some(absent.clone()),
            ..SessionFact::default()
        };
        session.record.note(now, Fact::NobodyCame { absent });
        rows::update_session(connection, &session).await?;
        let ended = TimelineItem::of_fact(EventType::SessionEnded, now, ended);
        timeline::append_own(connection, id, &ended).await?;
    }
    Ok(Vec::new())
}

async fn erase(
    connection: &mut SqliteConnection,
    session: &SessionId,
) -> Result<Vec<Delivery>, StoreError> {
    sqlx::query("DELETE FROM sessions WHERE id = ?1")
        .bind(session.as_str())
        .execute(connection)
        .await?;
    Ok(Vec::new())
}
