//! Looking sessions up.

use storage::Database;
use wire::{SessionId, UserId};

use super::rows::{self, SessionRow, select_sessions};
use crate::store::{SessionFilter, SessionRoom, StoreError};
use scheduler_core::BookedSession;

pub(super) async fn session(
    db: &Database,
    id: SessionId,
) -> Result<Option<BookedSession>, StoreError> {
    let mut connection = db.readers().acquire().await?;
    rows::session(&mut connection, &id).await
}

pub(super) async fn sessions(
    db: &Database,
    filter: SessionFilter,
) -> Result<Vec<BookedSession>, StoreError> {
    let after = filter.after.as_ref();
    sqlx::query_as::<_, SessionRow>(select_sessions!(
        "WHERE s.application = ?1 \
         AND (?2 IS NULL OR s.starts_at >= ?2) AND (?3 IS NULL OR s.starts_at < ?3) \
         AND (?4 IS NULL OR s.starts_at > ?4 OR (s.starts_at = ?4 AND s.id > ?5)) \
         AND (?6 IS NULL OR s.status = ?6 \
              OR (?6 = 'scheduled' AND s.status = 'booked' AND s.lobby_opens_at > ?7) \
              OR (?6 = 'open' AND s.status = 'booked' AND s.lobby_opens_at <= ?7)) \
         ORDER BY s.starts_at, s.id LIMIT ?8"
    ))
    .bind(&filter.application)
    .bind(filter.from.map(|at| at.0))
    .bind(filter.to.map(|at| at.0))
    .bind(after.map(|(at, _)| at.0))
    .bind(after.map(|(_, id)| id.as_str()))
    .bind(filter.state.map(wire::SessionState::name))
    .bind(filter.now.0)
    .bind(filter.limit)
    .fetch_all(db.readers())
    .await?
    .into_iter()
    .map(SessionRow::into_session)
    .collect()
}

pub(super) async fn rooms_of(
    db: &Database,
    user: UserId,
    limit: u32,
) -> Result<Vec<SessionRoom>, StoreError> {
    let rows = sqlx::query_as::<_, SessionRow>(select_sessions!(
        "WHERE a.user_id = ?1 OR b.user_id = ?1 ORDER BY s.id DESC LIMIT ?2"
    ))
    .bind(user.as_str())
    .bind(limit)
    .fetch_all(db.readers())
    .await?;
    rows.into_iter()
        .map(|row| {
            let session = row.into_session()?;
            Ok(SessionRoom {
                id: session.room_id.clone(),
                members: session.members(),
            })
        })
        .collect()
}
