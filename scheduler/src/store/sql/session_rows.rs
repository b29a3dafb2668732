//! Sessions with their participants, as rows of one query.

use scheduler_core::{BookedParticipant, BookedSession};
use storage::{FromRow, Row};
use wire::{MatchId, RoomId, SessionId, UserId};

use crate::store::StoreError;

/// A query of whole sessions: each with its two participants, in order.
macro_rules! select_sessions {
    ($($rest:literal),+) => {
        concat!(
            "SELECT s.id, s.application, s.revision, COALESCE(m.room_id, s.room_id) AS room, ms.match_id, s.terms, s.record, s.cancelled, s.created_at, \
             a.user_id AS a_user, ua.external_id AS a_external, a.name AS a_name, a.generation AS a_generation, \
             b.user_id AS b_user, ub.external_id AS b_external, b.name AS b_name, b.generation AS b_generation \
             FROM sessions s \
             JOIN participants a ON a.session_id = s.id AND a.position = 0 \
             JOIN users ua ON ua.id = a.user_id \
             JOIN participants b ON b.session_id = s.id AND b.position = 1 \
             JOIN users ub ON ub.id = b.user_id \
             LEFT JOIN match_sessions ms ON ms.session_id = s.id \
             LEFT JOIN matches m ON m.id = ms.match_id ",
            $($rest),+
        )
    };
}

pub(super) use select_sessions;

/// A whole session, still as text and numbers.
pub(super) struct BookedSessionRow(Row);

impl FromRow for BookedSessionRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(row))
    }
}

impl BookedSessionRow {
    pub(super) fn into_session(self) -> Result<BookedSession, StoreError> {
        let Self(row) = self;
        let (terms, record): (String, String) = (row.get("terms")?, row.get("record")?);
        let match_id: Option<String> = row.get("match_id")?;
        let first = BookedParticipant {
            user_id: UserId(row.get("a_user")?),
            external_id: row.get("a_external")?,
            name: row.get("a_name")?,
            generation: row.get("a_generation")?,
        };
        let second = BookedParticipant {
            user_id: UserId(row.get("b_user")?),
            external_id: row.get("b_external")?,
            name: row.get("b_name")?,
            generation: row.get("b_generation")?,
        };
        Ok(BookedSession {
            id: SessionId(row.get("id")?),
            application: row.get("application")?,
            revision: row.get("revision")?,
            room_id: RoomId(row.get("room")?),
            match_id: match_id.map(MatchId),
            participants: [first, second],
            terms: serde_json::from_str(&terms)?,
            record: serde_json::from_str(&record)?,
            cancelled: row.get("cancelled")?,
            created_at: row.get("created_at")?,
        })
    }
}
