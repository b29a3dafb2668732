//! When sessions keep their people busy: a row for each person of a session that is not over.

use scheduler_core::{Busy, OccupiedSpan, SessionOccupancy};
use storage::{Value, query};
use wire::{SessionId, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use crate::store::{Around, OccupancyRepository, StoreFuture};

impl OccupancyRepository for SqlUnitOfWork {
    fn insert<'a>(&'a mut self, occupancy: &'a SessionOccupancy) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let span = occupancy.span;
            let row = |user: &'a UserId| -> [Value<'a>; 6] {
                [
                    occupancy.session.as_str().into(),
                    user.as_str().into(),
                    span.starts_at.into(),
                    span.ends_at.into(),
                    span.busy_until.into(),
                    occupancy.latest_end_at.into(),
                ]
            };
            query(
                "INSERT INTO occupancies (session_id, user_id, starts_at, ends_at, busy_until, latest_end_at) \
                 VALUES ?rows",
            )
            .bind_rows(occupancy.users.iter().map(row))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn remove<'a>(&'a mut self, session: &'a SessionId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("DELETE FROM occupancies WHERE session_id = ?1")
                .bind(session.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn overlapping<'a>(
        &'a mut self,
        around: &'a Around,
        span: OccupiedSpan,
    ) -> StoreFuture<'a, Option<Busy>> {
        Box::pin(async move {
            let found: Option<(String, String)> = query(
                "SELECT user_id, session_id FROM occupancies \
                 WHERE user_id IN (?1..) AND latest_end_at > ?2 AND busy_until > ?2 AND starts_at < ?3 \
                 AND (?4 IS NULL OR session_id <> ?4) ORDER BY starts_at, session_id, user_id LIMIT 1",
            )
            .bind_list(around.users.iter().map(UserId::as_str))
            .bind(span.starts_at)
            .bind(span.busy_until)
            .bind(around.except.as_ref().map(SessionId::as_str))
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(found.map(|(user, session)| Busy {
                user: UserId(user),
                session: SessionId(session),
            }))
        })
    }

    fn next_start<'a>(
        &'a mut self,
        around: &'a Around,
        from: UnixMs,
    ) -> StoreFuture<'a, Option<UnixMs>> {
        Box::pin(async move {
            let found: Option<(UnixMs,)> = query(
                "SELECT starts_at FROM occupancies \
                 WHERE user_id IN (?1..) AND latest_end_at > ?2 AND starts_at >= ?2 \
                 AND (?3 IS NULL OR session_id <> ?3) ORDER BY starts_at LIMIT 1",
            )
            .bind_list(around.users.iter().map(UserId::as_str))
            .bind(from)
            .bind(around.except.as_ref().map(SessionId::as_str))
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(found.map(|(at,)| at))
        })
    }

    fn followed<'a>(
        &'a mut self,
        around: &'a Around,
        starts_at: UnixMs,
        limit: u32,
    ) -> StoreFuture<'a, Vec<SessionId>> {
        Box::pin(async move {
            let found: Vec<(String,)> = query(
                "SELECT DISTINCT session_id FROM occupancies \
                 WHERE user_id IN (?1..) AND latest_end_at > ?2 AND ends_at <= ?2 \
                 AND (?3 IS NULL OR session_id <> ?3) ORDER BY session_id LIMIT ?4",
            )
            .bind_list(around.users.iter().map(UserId::as_str))
            .bind(starts_at)
            .bind(around.except.as_ref().map(SessionId::as_str))
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(found.into_iter().map(|(id,)| SessionId(id)).collect())
        })
    }
}
