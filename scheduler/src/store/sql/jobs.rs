//! Jobs and their claims.

use scheduler_core::{Job, JobKind, JobState, JobUpdate, MissReason, NewJob};
use wire::{SessionId, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{JobQueries, JobRepository, StoreError, StoreFuture, StoredJob};

impl JobQueries for SqlStore {
    fn any_claimable(&self, now: UnixMs) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let found: Option<i64> = sqlx::query_scalar(
                "SELECT 1 FROM jobs WHERE state IN ('due', 'claimed') AND due_at <= ?1 \
                 AND (state = 'due' OR lease_until <= ?1) LIMIT 1",
            )
            .bind(now.0)
            .fetch_optional(self.db.readers())
            .await?;
            Ok(found.is_some())
        })
    }

    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>> {
        Box::pin(async move {
            let times: Vec<i64> = sqlx::query_scalar(
                "SELECT DISTINCT due_at FROM jobs \
                 WHERE state IN ('due', 'claimed') AND due_at <= ?1 ORDER BY due_at LIMIT ?2",
            )
            .bind(until.0)
            .bind(limit)
            .fetch_all(self.db.readers())
            .await?;
            Ok(times.into_iter().map(UnixMs).collect())
        })
    }
}

impl JobRepository for SqlUnitOfWork {
    fn claimable(&mut self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<StoredJob>> {
        Box::pin(async move {
            let rows: Vec<JobRow> = sqlx::query_as(
                "SELECT id, session_id, revision, kind, before_ms, user_id, due_at, state, lease_until \
                 FROM jobs WHERE state IN ('due', 'claimed') AND due_at <= ?1 \
                 AND (state = 'due' OR lease_until <= ?1) ORDER BY due_at, id LIMIT ?2",
            )
            .bind(now.0)
            .bind(limit)
            .fetch_all(self.connection())
            .await?;
            rows.into_iter().map(JobRow::into_stored).collect()
        })
    }

    fn claim<'a>(&'a mut self, id: &'a str, until: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            sqlx::query("UPDATE jobs SET state = 'claimed', lease_until = ?1 WHERE id = ?2")
                .bind(until.0)
                .bind(id)
                .execute(self.connection())
                .await?;
            Ok(())
        })
    }

    fn settle<'a>(
        &'a mut self,
        id: &'a str,
        until: UnixMs,
        update: JobUpdate,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let (state, reason) = words(update.state);
            let settled = sqlx::query(
                "UPDATE jobs SET state = ?1, reason = ?2, due_at = ?3, lease_until = NULL \
                 WHERE id = ?4 AND state = 'claimed' AND lease_until = ?5",
            )
            .bind(state)
            .bind(reason)
            .bind(update.due_at.0)
            .bind(id)
            .bind(until.0)
            .execute(self.connection())
            .await?;
            Ok(settled.rows_affected() == 1)
        })
    }

    fn insert<'a>(&'a mut self, job: &'a NewJob) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let planned = &job.planned;
            let (state, reason) = words(planned.state());
            sqlx::query(
                "INSERT INTO jobs (id, session_id, revision, kind, before_ms, user_id, due_at, state, reason) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )
            .bind(&job.id)
            .bind(job.session.as_str())
            .bind(job.revision.cast_signed())
            .bind(planned.kind.name())
            .bind(planned.kind.before_ms())
            .bind(planned.user.as_ref().map_or("", UserId::as_str))
            .bind(planned.due_at.0)
            .bind(state)
            .bind(reason)
            .execute(self.connection())
            .await?;
            Ok(())
        })
    }

    fn cancel_open<'a>(
        &'a mut self,
        session: &'a SessionId,
        except: JobKind,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            sqlx::query(
                "UPDATE jobs SET state = 'cancelled' \
                 WHERE session_id = ?1 AND kind <> ?2 AND state IN ('due', 'claimed')",
            )
            .bind(session.as_str())
            .bind(except.name())
            .execute(self.connection())
            .await?;
            Ok(())
        })
    }

    fn open_reminders<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, Vec<Job>> {
        Box::pin(async {
            let rows: Vec<JobRow> = sqlx::query_as(
                "SELECT id, session_id, revision, kind, before_ms, user_id, due_at, state, lease_until \
                 FROM jobs WHERE session_id = ?1 AND kind = 'reminder' \
                 AND state IN ('due', 'claimed') ORDER BY due_at, id",
            )
            .bind(session.as_str())
            .fetch_all(self.connection())
            .await?;
            rows.into_iter().map(JobRow::into_job).collect()
        })
    }

    fn miss_reminders<'a>(
        &'a mut self,
        session: &'a SessionId,
        reason: MissReason,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            sqlx::query(
                "UPDATE jobs SET state = 'missed', reason = ?1, lease_until = NULL \
                 WHERE session_id = ?2 AND kind = 'reminder' AND state IN ('due', 'claimed')",
            )
            .bind(reason.name())
            .bind(session.as_str())
            .execute(self.connection())
            .await?;
            Ok(())
        })
    }
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
    fn into_stored(self) -> Result<StoredJob, StoreError> {
        let state = match (self.state.as_str(), self.lease_until) {
            ("claimed", Some(until)) => JobState::Claimed {
                until: UnixMs(until),
            },
            ("due", _) => JobState::Due,
            _ => return Err(unreadable("a job")),
        };
        let job = self.into_job()?;
        Ok(StoredJob { job, state })
    }

    fn into_job(self) -> Result<Job, StoreError> {
        let kind = JobKind::from_parts(&self.kind, self.before_ms);
        Ok(Job {
            id: self.id,
            session: self.session_id.into(),
            revision: self.revision.cast_unsigned(),
            kind: kind.ok_or_else(|| unreadable("a job"))?,
            user: Some(UserId(self.user_id)).filter(|user| !user.0.is_empty()),
            due_at: UnixMs(self.due_at),
        })
    }
}

/// The state's column, and the reason's.
fn words(state: JobState) -> (&'static str, Option<&'static str>) {
    match state {
        JobState::Due => ("due", None),
        JobState::Claimed { .. } => ("claimed", None),
        JobState::Done => ("done", None),
        JobState::Missed(reason) => ("missed", Some(reason.name())),
        JobState::Cancelled => ("cancelled", None),
    }
}
