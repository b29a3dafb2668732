//! Rows, and what they mean.

use scheduler_core::{Record, Terms};
use sqlx::{FromRow, SqliteConnection};
use wire::{EndReason, SessionId, UnixMs};

use crate::store::StoreError;
use scheduler_core::{BookedParticipant, BookedSession};

/// A query of whole sessions: with their two people, in order.
macro_rules! select_sessions {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.application, s.revision, s.room_id, s.terms, s.record, s.cancelled, s.created_at, \
             a.user_id AS a_user, ua.external_id AS a_external, a.name AS a_name, a.generation AS a_generation, \
             b.user_id AS b_user, ub.external_id AS b_external, b.name AS b_name, b.generation AS b_generation \
             FROM sessions s \
             JOIN participants a ON a.session_id = s.id AND a.position = 0 \
             JOIN users ua ON ua.id = a.user_id \
             JOIN participants b ON b.session_id = s.id AND b.position = 1 \
             JOIN users ub ON ub.id = b.user_id ",
            $rest
        )
    };
}

pub(super) use select_sessions;

#[derive(FromRow)]
pub(super) struct SessionRow {
    id: String,
    application: String,
    revision: i64,
    room_id: String,
    terms: String,
    record: String,
    cancelled: bool,
    created_at: i64,
    a_user: String,
    a_external: String,
    a_name: String,
    a_generation: u32,
    b_user: String,
    b_external: String,
    b_name: String,
    b_generation: u32,
}

impl SessionRow {
    pub(super) fn into_session(self) -> Result<BookedSession, StoreError> {
        let terms: Terms = serde_json::from_str(&self.terms)?;
        let record: Record = serde_json::from_str(&self.record)?;
        let first = BookedParticipant {
            user_id: self.a_user.into(),
            external_id: self.a_external,
            name: self.a_name,
            generation: self.a_generation,
        };
        let second = BookedParticipant {
            user_id: self.b_user.into(),
            external_id: self.b_external,
            name: self.b_name,
            generation: self.b_generation,
        };
        Ok(BookedSession {
            id: self.id.into(),
            application: self.application,
            revision: self.revision.cast_unsigned(),
            room_id: self.room_id.into(),
            participants: [first, second],
            terms,
            record,
            cancelled: self.cancelled,
            created_at: UnixMs(self.created_at),
        })
    }
}

/// One session, as the connection sees it.
pub(super) async fn session(
    connection: &mut SqliteConnection,
    id: &SessionId,
) -> Result<Option<BookedSession>, StoreError> {
    sqlx::query_as::<_, SessionRow>(select_sessions!("WHERE s.id = ?1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?
        .map(SessionRow::into_session)
        .transpose()
}

/// Writes what may change of a session.
pub(super) async fn update_session(
    connection: &mut SqliteConnection,
    session: &BookedSession,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sessions SET revision = ?2, status = ?3, starts_at = ?4, lobby_opens_at = ?5, \
         terms = ?6, record = ?7, cancelled = ?8 WHERE id = ?1",
    )
    .bind(session.id.as_str())
    .bind(session.revision.cast_signed())
    .bind(status(session))
    .bind(session.terms.starts_at.0)
    .bind(session.terms.lobby_opens_at().0)
    .bind(serde_json::to_string(&session.terms)?)
    .bind(serde_json::to_string(&session.record)?)
    .bind(session.cancelled)
    .execute(connection)
    .await?;
    Ok(())
}

/// The part of a session's state that does not depend on the time.
pub(super) fn status(session: &BookedSession) -> &'static str {
    match session.status().outcome() {
        Some(outcome) if outcome.reason == EndReason::Cancelled => "cancelled",
        Some(_) => "ended",
        None if session.record.started_at().is_some() => "live",
        None => "booked",
    }
}
