//! Jobs and their claims.

use scheduler_core::{Job, JobKind, JobState, JobUpdate, MissReason, NewJob};
use storage::{FromRow, Row, Value, query};
use wire::{SessionId, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{JobQueries, JobRepository, Settled, StoreError, StoreFuture, StoredJob};

impl JobQueries for SqlStore {
    fn any_claimable(&self, now: UnixMs) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let found: Option<(String,)> = query(
                "SELECT id FROM jobs WHERE open_at <= ?1 \
                 AND (state = 'due' OR lease_until <= ?1) ORDER BY open_at, id LIMIT 1",
            )
            .bind(now)
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            Ok(found.is_some())
        })
    }

    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>> {
        Box::pin(async move {
            let times: Vec<(UnixMs,)> = query(
                "SELECT DISTINCT GREATEST(open_at, COALESCE(lease_until, 0)) FROM jobs \
                 WHERE open_at <= ?1 ORDER BY 1 LIMIT ?2",
            )
            .bind(until)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(times.into_iter().map(|(at,)| at).collect())
        })
    }
}

impl JobRepository for SqlUnitOfWork {
    fn claimable(&mut self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<StoredJob>> {
        Box::pin(async move {
            let rows: Vec<JobRow> = query(
                "SELECT id, session_id, revision, kind, before_ms, user_id, due_at, state, lease_until, term \
                 FROM jobs WHERE open_at <= ?1 AND (state = 'due' OR lease_until <= ?1) \
                 ORDER BY open_at, id LIMIT ?2 FOR UPDATE SKIP LOCKED",
            )
            .bind(now)
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            rows.into_iter().map(JobRow::into_stored).collect()
        })
    }

    fn claim<'a>(&'a mut self, jobs: &'a [(Job, UnixMs)]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            // All of them are there, so that nothing is inserted. MariaDB would look through the whole table for
            // UPDATE … WHERE id IN (a list), and wait for the claims of others on its way.
            query(
                "INSERT INTO jobs (id, session_id, revision, kind, before_ms, user_id, due_at, state, lease_until, term) \
                 VALUES ?rows ON CONFLICT (id) DO UPDATE SET \
                 state = excluded.state, lease_until = excluded.lease_until, term = excluded.term",
            )
            .bind_rows(jobs.iter().map(claimed_row))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn settle<'a>(
        &'a mut self,
        id: &'a str,
        term: u64,
        update: JobUpdate,
    ) -> StoreFuture<'a, Settled> {
        Box::pin(async move {
            let (state, reason) = words(update.state);
            let written = query(
                "UPDATE jobs SET state = ?1, reason = ?2, due_at = ?3, lease_until = NULL \
                 WHERE id = ?4 AND state = 'claimed' AND term = ?5",
            )
            .bind(state)
            .bind(reason)
            .bind(update.due_at)
            .bind(id)
            .bind(term)
            .execute(&mut self.tx)
            .await?;
            if written == 1 {
                return Ok(Settled::Written);
            }
            let now_under: Option<(u64,)> = query("SELECT term FROM jobs WHERE id = ?1")
                .bind(id)
                .fetch_optional(&mut self.tx)
                .await?;
            Ok(match now_under {
                Some((newer,)) if newer > term => Settled::TakenOver,
                _ => Settled::Closed,
            })
        })
    }

    fn insert<'a>(&'a mut self, jobs: &'a [NewJob]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO jobs (id, session_id, revision, kind, before_ms, user_id, due_at, state, reason) \
                 VALUES ?rows",
            )
            .bind_rows(jobs.iter().map(row))
            .execute(&mut self.tx)
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
            query(
                "UPDATE jobs SET state = ?1 \
                 WHERE session_id = ?2 AND kind <> ?3 AND state IN ('due', 'claimed')",
            )
            .bind(words(JobState::Cancelled).0)
            .bind(session.as_str())
            .bind(except.name())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn cancel<'a>(
        &'a mut self,
        session: &'a SessionId,
        kind: JobKind,
        user: Option<&'a UserId>,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "UPDATE jobs SET state = ?1 WHERE session_id = ?2 AND kind = ?3 AND before_ms = ?4 \
                 AND user_id = ?5 AND state IN ('due', 'claimed')",
            )
            .bind(words(JobState::Cancelled).0)
            .bind(session.as_str())
            .bind(kind.name())
            .bind(kind.before_ms())
            .bind(user.map_or("", UserId::as_str))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn open_reminders<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, Vec<Job>> {
        Box::pin(async {
            let rows: Vec<JobRow> = query(
                "SELECT id, session_id, revision, kind, before_ms, user_id, due_at, state, lease_until, term \
                 FROM jobs WHERE session_id = ?1 AND kind = 'reminder' \
                 AND state IN ('due', 'claimed') ORDER BY due_at, id FOR UPDATE",
            )
            .bind(session.as_str())
            .fetch_all(&mut self.tx)
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
            let (state, reason) = words(JobState::Missed(reason));
            query(
                "UPDATE jobs SET state = ?1, reason = ?2, lease_until = NULL \
                 WHERE session_id = ?3 AND kind = 'reminder' AND state IN ('due', 'claimed')",
            )
            .bind(state)
            .bind(reason)
            .bind(session.as_str())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

/// A new job, in the order of the columns.
fn row(job: &NewJob) -> [Value<'_>; 9] {
    let planned = &job.planned;
    let (state, reason) = words(planned.state());
    [
        job.id.as_str().into(),
        job.session.as_str().into(),
        job.revision.into(),
        planned.kind.name().into(),
        planned.kind.before_ms().into(),
        planned.user.as_ref().map_or("", UserId::as_str).into(),
        planned.due_at.into(),
        state.into(),
        reason.into(),
    ]
}

/// A job with its new claim, in the order of the columns.
fn claimed_row((job, until): &(Job, UnixMs)) -> [Value<'_>; 10] {
    [
        job.id.as_str().into(),
        job.session.as_str().into(),
        job.revision.into(),
        job.kind.name().into(),
        job.kind.before_ms().into(),
        job.user.as_ref().map_or("", UserId::as_str).into(),
        job.due_at.into(),
        words(JobState::Claimed { until: *until }).0.into(),
        (*until).into(),
        job.term.into(),
    ]
}

struct JobRow {
    id: String,
    session_id: String,
    revision: u64,
    kind: String,
    before_ms: i64,
    user_id: String,
    due_at: UnixMs,
    state: String,
    lease_until: Option<UnixMs>,
    term: u64,
}

impl FromRow for JobRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            id: row.get("id")?,
            session_id: row.get("session_id")?,
            revision: row.get("revision")?,
            kind: row.get("kind")?,
            before_ms: row.get("before_ms")?,
            user_id: row.get("user_id")?,
            due_at: row.get("due_at")?,
            state: row.get("state")?,
            lease_until: row.get("lease_until")?,
            term: row.get("term")?,
        })
    }
}

impl JobRow {
    fn into_stored(self) -> Result<StoredJob, StoreError> {
        let state = match (self.state.as_str(), self.lease_until) {
            ("claimed", Some(until)) => JobState::Claimed { until },
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
            revision: self.revision,
            kind: kind.ok_or_else(|| unreadable("a job"))?,
            user: Some(UserId(self.user_id)).filter(|user| !user.0.is_empty()),
            due_at: self.due_at,
            term: self.term,
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
