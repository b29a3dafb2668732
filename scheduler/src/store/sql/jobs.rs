//! Jobs and their claims.

mod rows;

use std::collections::HashMap;

use scheduler_core::{Job, JobKind, JobPayload, JobState, JobUpdate, MissReason, NewJob};
use storage::query;
use wire::{JobView, RoomId, SessionId, UnixMs, UserId};

use self::rows::{JobRow, claimed_row, reason, row, select_jobs, settled_row, words};
use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{
    FoundJob, JobFilter, JobQueries, JobRepository, Settled, StoreFuture, StoredJob,
};

impl JobQueries for SqlStore {
    fn any_claimable(&self, now: UnixMs, furthest: UnixMs) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let found: Option<(String,)> = query(
                "SELECT id FROM due_jobs WHERE open_at <= ?1 \
                 AND (state = 'due' OR lease_until <= ?1 OR lease_until > ?2) ORDER BY open_at, id LIMIT 1",
            )
            .bind(now)
            .bind(furthest)
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            Ok(found.is_some())
        })
    }

    fn due_times(&self, until: UnixMs, limit: u32) -> StoreFuture<'_, Vec<UnixMs>> {
        Box::pin(async move {
            let times: Vec<(UnixMs,)> = query(
                "SELECT DISTINCT GREATEST(open_at, COALESCE(lease_until, 0)) FROM due_jobs \
                 WHERE open_at <= ?1 ORDER BY 1 LIMIT ?2",
            )
            .bind(until)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(times.into_iter().map(|(at,)| at).collect())
        })
    }

    fn list(&self, filter: JobFilter) -> StoreFuture<'_, Vec<JobView>> {
        Box::pin(async move {
            // Two texts, so that a server goes by the index of states where one is asked for.
            let statement = match filter.state {
                Some(state) => query(select_jobs!(
                    "WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR id < ?2) AND state = ?4 \
                     ORDER BY id DESC LIMIT ?3"
                ))
                .bind(filter.kind)
                .bind(filter.before)
                .bind(filter.limit)
                .bind(state.name()),
                None => query(select_jobs!(
                    "WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR id < ?2) \
                     ORDER BY id DESC LIMIT ?3"
                ))
                .bind(filter.kind)
                .bind(filter.before)
                .bind(filter.limit),
            };
            let rows: Vec<JobRow> = statement.fetch_all(&mut self.db.read().await?).await?;
            rows.into_iter().map(JobRow::into_view).collect()
        })
    }
}

impl JobRepository for SqlUnitOfWork {
    fn claimable(
        &mut self,
        now: UnixMs,
        furthest: UnixMs,
        limit: u32,
    ) -> StoreFuture<'_, Vec<FoundJob>> {
        Box::pin(async move {
            let rows: Vec<JobRow> = query(select_jobs!(
                "WHERE open_at <= ?1 AND (state = 'due' OR lease_until <= ?1 OR lease_until > ?2) \
                 ORDER BY open_at, id LIMIT ?3 FOR UPDATE SKIP LOCKED"
            ))
            .bind(now)
            .bind(furthest)
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(rows.into_iter().map(JobRow::into_found).collect())
        })
    }

    fn claim<'a>(&'a mut self, jobs: &'a [(Job, UnixMs)]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            // All of them are there, so that nothing is inserted. MariaDB would look through the whole table for
            // UPDATE … WHERE id IN (a list), and wait for the claims of others on its way.
            query(
                "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, \
                 state, lease_until, term) VALUES ?rows ON CONFLICT (id) DO UPDATE SET \
                 state = excluded.state, lease_until = excluded.lease_until, term = excluded.term",
            )
            .bind_rows(jobs.iter().map(claimed_row))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn settle<'a>(&'a mut self, jobs: &'a [(&'a Job, JobUpdate)]) -> StoreFuture<'a, Vec<Settled>> {
        Box::pin(async {
            let found: Vec<(String, String, u64)> = query(
                "SELECT id, state, term FROM due_jobs WHERE id IN (?1..) ORDER BY id FOR UPDATE",
            )
            .bind_list(jobs.iter().map(|(job, _)| job.id.as_str()))
            .fetch_all(&mut self.tx)
            .await?;
            let found: HashMap<_, _> = found
                .iter()
                .map(|(id, state, term)| (id.as_str(), (state.as_str(), *term)))
                .collect();
            let settled = |(job, _): &(&Job, JobUpdate)| match found.get(job.id.as_str()) {
                Some(("claimed", term)) if *term == job.term => Settled::Written,
                Some((_, term)) if *term > job.term => Settled::TakenOver,
                Some(_) | None => Settled::Closed,
            };
            let outcomes: Vec<_> = jobs.iter().map(settled).collect();
            let written = jobs.iter().zip(&outcomes);
            let written = written.filter(|(_, outcome)| **outcome == Settled::Written);
            // As claims are written, and for the same reason.
            query(
                "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, \
                 state, reason, attempts) VALUES ?rows ON CONFLICT (id) DO UPDATE SET state = excluded.state, \
                 reason = excluded.reason, due_at = excluded.due_at, attempts = excluded.attempts, lease_until = NULL",
            )
            .bind_rows(written.map(|(job, _)| settled_row(job)))
            .execute(&mut self.tx)
            .await?;
            Ok(outcomes)
        })
    }

    fn rewrite<'a>(&'a mut self, id: &'a str, update: JobUpdate) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "UPDATE due_jobs SET state = ?1, reason = ?2, due_at = ?3, attempts = ?4, lease_until = NULL \
                 WHERE id = ?5",
            )
            .bind(words(update.state).0)
            .bind(reason(update))
            .bind(update.due_at)
            .bind(update.attempts)
            .bind(id)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<JobView>> {
        Box::pin(async move {
            let row: Option<JobRow> = query(select_jobs!("WHERE id = ?1 FOR UPDATE"))
                .bind(id)
                .fetch_optional(&mut self.tx)
                .await?;
            row.map(JobRow::into_view).transpose()
        })
    }

    fn insert<'a>(&'a mut self, jobs: &'a [NewJob]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let rows: Result<Vec<_>, _> = jobs.iter().map(row).collect();
            query(
                "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, payload, \
                 due_at, state, reason) VALUES ?rows",
            )
            .bind_rows(rows?)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn newest_digest<'a>(
        &'a mut self,
        room: &'a RoomId,
        user: &'a UserId,
        quarter: u64,
    ) -> StoreFuture<'a, Option<StoredJob>> {
        Box::pin(async move {
            let row: Option<JobRow> = query(select_jobs!(
                "WHERE subject_kind = 'room' AND subject_id = ?1 AND revision >= ?2 \
                 AND kind = 'unread_digest' AND before_ms = 0 AND user_id = ?3 \
                 ORDER BY revision DESC LIMIT 1 FOR UPDATE"
            ))
            .bind(room.as_str())
            .bind(quarter)
            .bind(user.as_str())
            .fetch_optional(&mut self.tx)
            .await?;
            row.map(JobRow::into_stored).transpose()
        })
    }

    fn put_payload<'a>(&'a mut self, id: &'a str, payload: &'a JobPayload) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE due_jobs SET payload = ?1 WHERE id = ?2")
                .bind(serde_json::to_string(payload)?)
                .bind(id)
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
                "UPDATE due_jobs SET state = ?1 WHERE subject_kind = 'session' AND subject_id = ?2 \
                 AND kind <> ?3 AND state IN ('due', 'claimed', 'failed')",
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
                "UPDATE due_jobs SET state = ?1 WHERE subject_kind = 'session' AND subject_id = ?2 AND kind = ?3 \
                 AND before_ms = ?4 AND user_id = ?5 AND state IN ('due', 'claimed', 'failed')",
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
            let rows: Vec<JobRow> = query(select_jobs!(
                "WHERE subject_kind = 'session' AND subject_id = ?1 AND kind = 'reminder' \
                 AND state IN ('due', 'claimed') ORDER BY due_at, id FOR UPDATE"
            ))
            .bind(session.as_str())
            .fetch_all(&mut self.tx)
            .await?;
            // One that can't be read is missed with the others, and has no entry in the timeline.
            Ok(rows
                .into_iter()
                .filter_map(|row| row.into_job().ok())
                .collect())
        })
    }

    fn miss_reminders<'a>(
        &'a mut self,
        session: &'a SessionId,
        reason: MissReason,
    ) -> StoreFuture<'a, u64> {
        Box::pin(async move {
            let (state, reason) = words(JobState::Missed(reason));
            let missed = query(
                "UPDATE due_jobs SET state = ?1, reason = ?2, lease_until = NULL \
                 WHERE subject_kind = 'session' AND subject_id = ?3 AND kind = 'reminder' \
                 AND state IN ('due', 'claimed')",
            )
            .bind(state)
            .bind(reason)
            .bind(session.as_str())
            .execute(&mut self.tx)
            .await?;
            Ok(missed)
        })
    }
}
