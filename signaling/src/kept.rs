//! What is known of a session that nobody is in, and how everything known becomes a store's row.

use signaling_core::Snapshot;
use wire::{SessionId, SessionSpec, UnixMs};

use crate::store::{KeptAs, Row};

/// Tickets are honoured a little longer than they say, for clocks that differ; a row outlives them.
const FORGET_AFTER_LAST_TICKET_MS: i64 = 10 * 60_000;

/// What a session's row says.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    /// On: a restart goes on from here.
    Open(Box<Snapshot>),
    /// Over; joins are refused by what the snapshot says.
    Over(Box<Snapshot>),
    /// Booked anew before anybody joined; newer than tickets may be.
    Booked(Box<SessionSpec>),
}

/// A row that is not JSON yet.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) session: SessionId,
    pub(crate) kept: Kept,
    pub(crate) forget_at: UnixMs,
}

/// A row of the store that this version can't read.
#[derive(Debug, thiserror::Error)]
#[error("the row of session {session} can't be read: {cause}")]
pub(crate) struct UnreadableRow {
    session: SessionId,
    cause: serde_json::Error,
}

impl Draft {
    pub(crate) fn into_row(self) -> Row {
        let (kept_as, body) = match &self.kept {
            Kept::Open(snapshot) => (KeptAs::Open, serde_json::to_string(snapshot)),
            Kept::Over(snapshot) => (KeptAs::Over, serde_json::to_string(snapshot)),
            Kept::Booked(spec) => (KeptAs::Booked, serde_json::to_string(spec)),
        };
        Row {
            session: self.session,
            kept_as,
            body: body.expect("snapshots and bookings have string keys and no failing field"),
            forget_at: self.forget_at,
        }
    }

    pub(crate) fn from_row(row: Row) -> Result<Self, UnreadableRow> {
        let read = match row.kept_as {
            KeptAs::Open => serde_json::from_str(&row.body).map(Kept::Open),
            KeptAs::Over => serde_json::from_str(&row.body).map(Kept::Over),
            KeptAs::Booked => serde_json::from_str(&row.body).map(Kept::Booked),
        };
        let kept = read.map_err(|cause| UnreadableRow {
            session: row.session.clone(),
            cause,
        })?;
        Ok(Self {
            session: row.session,
            kept,
            forget_at: row.forget_at,
        })
    }
}

/// When no ticket for this booking can be good any longer.
pub(crate) fn forget_at(spec: &SessionSpec) -> UnixMs {
    spec.latest_end() + FORGET_AFTER_LAST_TICKET_MS
}
