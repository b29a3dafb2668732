//! What is known of a session that nobody is in, and how everything known becomes a store's row.

use signaling_core::Snapshot;
use wire::{MediaBackend, SessionId, SessionSpec, UnixMs};

use crate::store::{RoomClosing, RowKind, SnapshotRow};

/// Tickets are honoured a little longer than they say, for clocks that differ; a row outlives them.
const FORGET_AFTER_LAST_TICKET_MS: i64 = 10 * 60_000;

/// What a session's row says.
#[derive(Debug, Clone)]
pub(crate) enum StoredSession {
    /// On: a restart goes on from here.
    Open(Box<Snapshot>),
    /// Over; joins are refused by what the snapshot says.
    Over(Box<Snapshot>),
    /// Booked anew before anybody joined; newer than tickets may be.
    Booked(Box<SessionSpec>),
}

/// A row that is not JSON yet.
#[derive(Debug, Clone)]
pub(crate) struct PendingSnapshot {
    pub(crate) session: SessionId,
    pub(crate) stored: StoredSession,
    pub(crate) forget_at: UnixMs,
}

/// A row of the store that this version can't read.
#[derive(Debug, thiserror::Error)]
#[error("the row of session {session} can't be read: {cause}")]
pub(crate) struct UnreadableRow {
    session: SessionId,
    cause: serde_json::Error,
}

impl PendingSnapshot {
    /// Of a session that is over and had a media room: that the room is to be removed.
    pub(crate) fn room_closing(&self, now: UnixMs) -> Option<RoomClosing> {
        let StoredSession::Over(snapshot) = &self.stored else {
            return None;
        };
        let spec = &snapshot.spec;
        (spec.media != MediaBackend::P2p).then(|| RoomClosing {
            session: self.session.clone(),
            kind: spec.media,
            revision: spec.revision,
            ended_at: now,
        })
    }

    pub(crate) fn into_row(self) -> SnapshotRow {
        let (kind, body) = match &self.stored {
            StoredSession::Open(snapshot) => (RowKind::Open, serde_json::to_string(snapshot)),
            StoredSession::Over(snapshot) => (RowKind::Over, serde_json::to_string(snapshot)),
            StoredSession::Booked(spec) => (RowKind::Booked, serde_json::to_string(spec)),
        };
        SnapshotRow {
            session: self.session,
            kind,
            body: body.expect("snapshots and bookings have string keys and no failing field"),
            forget_at: self.forget_at,
        }
    }

    pub(crate) fn from_row(row: SnapshotRow) -> Result<Self, UnreadableRow> {
        let read = match row.kind {
            RowKind::Open => serde_json::from_str(&row.body).map(StoredSession::Open),
            RowKind::Over => serde_json::from_str(&row.body).map(StoredSession::Over),
            RowKind::Booked => serde_json::from_str(&row.body).map(StoredSession::Booked),
        };
        let stored = read.map_err(|cause| UnreadableRow {
            session: row.session.clone(),
            cause,
        })?;
        Ok(Self {
            session: row.session,
            stored,
            forget_at: row.forget_at,
        })
    }
}

/// When no ticket for this booking can be good any longer.
pub(crate) fn forget_at(spec: &SessionSpec) -> UnixMs {
    spec.latest_end() + FORGET_AFTER_LAST_TICKET_MS
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn spec() -> SessionSpec {
        serde_json::from_value(json!({
            "id": "s", "revision": 1,
            "participants": [{"user_id": "a", "name": "A"}, {"user_id": "b", "name": "B"}],
            "lobby_opens_at": 0, "starts_at": 0, "closes_at": 1_000, "countdown_ms": 0,
            "duration_ms": 1_000, "extension_ms": 0, "max_extensions": 0, "connect_ms": 0,
            "on_loss": "run", "max_pause_ms": 0, "duplicate": "takeover", "media": "p2p",
            "ice": "all",
        }))
        .unwrap()
    }

    #[test]
    fn sig_105_a_row_reads_back_as_what_was_kept() {
        let pending = PendingSnapshot {
            session: SessionId::from("s"),
            stored: StoredSession::Booked(Box::new(spec())),
            forget_at: UnixMs(7),
        };
        let row = pending.clone().into_row();
        let back = PendingSnapshot::from_row(row.clone()).unwrap();
        assert_eq!(back.clone().into_row(), row);
        assert_eq!(back.forget_at, pending.forget_at);
        let unreadable = SnapshotRow {
            body: "{}".to_owned(),
            ..row
        };
        assert!(PendingSnapshot::from_row(unreadable).is_err());
    }
}
