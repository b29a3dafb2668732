//! Sessions with their participants, as rows of one query.

use scheduler_core::{Record, Terms};
use sqlx::FromRow;
use wire::UnixMs;

use crate::store::StoreError;
use scheduler_core::{BookedParticipant, BookedSession};

/// A query of whole sessions: each with its two participants, in order.
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
