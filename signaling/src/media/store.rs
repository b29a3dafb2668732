//! What outlives the process of media servers: their events, each once, and rooms that are to be removed.
//!
//! The closings are written elsewhere: in the transaction of their session's end, by [`insert_closings`].

use serde_json::json;
use sqlx::SqliteConnection;
use storage::Database;
use wire::{MediaBackend, SessionId, UnixMs};

use crate::store::{RoomClosing, StoreError};

/// Events that may wait to be applied; beyond it the media server is to try again. They are applied at
/// thousands a second.
const MAX_WAITING: i64 = 10_000;
/// How long an event that came before is known, in milliseconds; media servers try for some seconds.
const KNOWN_FOR_MS: i64 = 24 * 60 * 60_000;
/// How long one is kept that could not be read, in milliseconds.
const DEAD_FOR_MS: i64 = 30 * 24 * 60 * 60_000;
/// Rows of one reading.
const PAGE: i64 = 100;

/// The inbox and the closings of the service's SQLite file.
#[derive(Debug, Clone)]
pub(crate) struct MediaStore {
    database: Database,
}

/// What became of an event that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InsertOutcome {
    /// It is on disk.
    New,
    /// It was there already.
    Duplicate,
    /// Too many wait; it is not stored.
    Full,
}

/// An event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebhookEvent {
    pub(crate) position: i64,
    pub(crate) received_at: UnixMs,
    pub(crate) body: String,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookEventState {
    /// To be applied.
    New,
    /// Of a session that is not known here yet.
    Parked,
    /// Applied, or of no interest.
    Done,
    /// It can't be read.
    Dead,
}

impl WebhookEventState {
    fn name(self) -> &'static str {
        match self {
            WebhookEventState::New => "new",
            WebhookEventState::Parked => "parked",
            WebhookEventState::Done => "done",
            WebhookEventState::Dead => "dead",
        }
    }
}

impl MediaStore {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Stores an event; on disk when this returns.
    pub(crate) async fn take(
        &self,
        server: MediaBackend,
        key: &str,
        now: UnixMs,
        body: &str,
    ) -> Result<InsertOutcome, StoreError> {
        let mut transaction = self.database.begin().await?;
        let (known, waiting): (bool, i64) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM media_inbox WHERE server = ?1 AND event_key = ?2),
                    (SELECT count(*) FROM (SELECT 1 FROM media_inbox WHERE state = 'new' LIMIT ?3))",
        )
        .bind(server.name())
        .bind(key)
        .bind(MAX_WAITING)
        .fetch_one(&mut *transaction)
        .await?;
        if known {
            return Ok(InsertOutcome::Duplicate);
        }
        if waiting >= MAX_WAITING {
            return Ok(InsertOutcome::Full);
        }
        sqlx::query(
            "INSERT INTO media_inbox (server, event_key, received_at, body, state)
             VALUES (?1, ?2, ?3, ?4, 'new')",
        )
        .bind(server.name())
        .bind(key)
        .bind(now.0)
        .bind(body)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(InsertOutcome::New)
    }

    /// Events of a server in that state, oldest first, from after `after`; one reading's worth.
    pub(crate) async fn events(
        &self,
        server: MediaBackend,
        state: WebhookEventState,
        after: i64,
    ) -> Result<Vec<WebhookEvent>, StoreError> {
        let found: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT position, received_at, body FROM media_inbox
             WHERE state = ?1 AND server = ?2 AND position > ?3 ORDER BY position LIMIT ?4",
        )
        .bind(state.name())
        .bind(server.name())
        .bind(after)
        .bind(PAGE)
        .fetch_all(self.database.readers())
        .await?;
        let event = |(position, received_at, body)| WebhookEvent {
            position,
            received_at: UnixMs(received_at),
            body,
        };
        Ok(found.into_iter().map(event).collect())
    }

    /// Puts events into other states, in one transaction.
    pub(crate) async fn file(
        &self,
        outcomes: &[(i64, WebhookEventState, Option<String>)],
    ) -> Result<(), StoreError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.database.begin().await?;
        for (position, state, why) in outcomes {
            sqlx::query("UPDATE media_inbox SET state = ?2, why = ?3 WHERE position = ?1")
                .bind(position)
                .bind(state.name())
                .bind(why)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets what can't come again.
    pub(crate) async fn prune(&self, now: UnixMs) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM media_inbox WHERE received_at <= ?1 AND state = 'done'
                                        OR received_at <= ?2 AND state = 'dead'",
        )
        .bind(now.0 - KNOWN_FOR_MS)
        .bind(now.0 - DEAD_FOR_MS)
        .execute(self.database.writer())
        .await?;
        Ok(())
    }

    /// Makes every event new that could not be read; says how many.
    pub(crate) async fn replay(&self) -> Result<u64, StoreError> {
        let done =
            sqlx::query("UPDATE media_inbox SET state = 'new', why = NULL WHERE state = 'dead'")
                .execute(self.database.writer())
                .await?;
        Ok(done.rows_affected())
    }

    /// Whether an event holds this text.
    pub(crate) async fn has_heard_of(&self, text: &str) -> Result<bool, StoreError> {
        let (heard,): (bool,) =
            sqlx::query_as("SELECT EXISTS (SELECT 1 FROM media_inbox WHERE instr(body, ?1) > 0)")
                .bind(text)
                .fetch_one(self.database.readers())
                .await?;
        Ok(heard)
    }

    /// Sessions of a kind of server that are over and whose rooms are not known to be gone for good.
    pub(crate) async fn closings(
        &self,
        kind: MediaBackend,
    ) -> Result<Vec<RoomClosing>, StoreError> {
        let found: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT session, revision, ended_at FROM media_closings WHERE kind = ?1",
        )
        .bind(kind.name())
        .fetch_all(self.database.readers())
        .await?;
        let closing = |(session, revision, ended_at): (String, i64, i64)| RoomClosing {
            session: SessionId(session),
            kind,
            revision: revision.unsigned_abs(),
            ended_at: UnixMs(ended_at),
        };
        Ok(found.into_iter().map(closing).collect())
    }

    /// A session's rooms are gone for good.
    pub(crate) async fn forget_closing(&self, session: &SessionId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM media_closings WHERE session = ?1")
            .bind(session.as_str())
            .execute(self.database.writer())
            .await?;
        Ok(())
    }
}

/// Notes that rooms are to be removed, in the transaction of whatever ends their sessions.
pub(crate) async fn insert_closings(
    transaction: &mut SqliteConnection,
    closings: &[RoomClosing],
) -> Result<(), StoreError> {
    if closings.is_empty() {
        return Ok(());
    }
    let as_json = |closing: &RoomClosing| {
        json!([
            closing.session.as_str(),
            closing.kind.name(),
            closing.revision,
            closing.ended_at.0
        ])
    };
    let all: Vec<_> = closings.iter().map(as_json).collect();
    sqlx::query(
        "INSERT INTO media_closings (session, kind, revision, ended_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) WHERE true
         ON CONFLICT (session) DO NOTHING",
    )
    .bind(serde_json::Value::from(all).to_string())
    .execute(&mut *transaction)
    .await?;
    Ok(())
}
