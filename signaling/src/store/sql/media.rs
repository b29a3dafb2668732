//! The webhook inbox and the room closings.

use storage::{SqlConnection, query};
use wire::{MediaBackend, SessionId, UnixMs};

use super::SqlStore;
use crate::store::media::{
    DUPLICATES_KNOWN_FOR_MS, EVENTS_PER_PAGE, InsertOutcome, MAX_WAITING_EVENTS, MediaStore,
    StateChange, UNREADABLE_KEPT_FOR_MS, WebhookEvent, WebhookEventState,
};
use crate::store::{RoomClosing, StoreError};

impl MediaStore for SqlStore {
    async fn insert_event(
        &self,
        server: MediaBackend,
        key: &str,
        now: UnixMs,
        body: &str,
    ) -> Result<InsertOutcome, StoreError> {
        let limit = MAX_WAITING_EVENTS as u64;
        let mut transaction = self.database.begin().await?;
        let (known, waiting): (bool, u64) = query(
            "SELECT EXISTS (SELECT 1 FROM media_inbox WHERE server = ?1 AND event_key = ?2),
                    (SELECT count(*)
                     FROM (SELECT 1 FROM media_inbox WHERE state = 'new' LIMIT ?3) AS waiting)",
        )
        .bind(server.name())
        .bind(key)
        .bind(limit)
        .fetch_one(&mut transaction)
        .await?;
        if known {
            return Ok(InsertOutcome::Duplicate);
        }
        if waiting >= limit {
            return Ok(InsertOutcome::Full);
        }
        query(
            "INSERT INTO media_inbox (server, event_key, received_at, body, state)
             VALUES (?1, ?2, ?3, ?4, 'new')",
        )
        .bind(server.name())
        .bind(key)
        .bind(now)
        .bind(body)
        .execute(&mut transaction)
        .await?;
        transaction.commit().await?;
        Ok(InsertOutcome::New)
    }

    async fn events(
        &self,
        server: MediaBackend,
        state: WebhookEventState,
        after: i64,
    ) -> Result<Vec<WebhookEvent>, StoreError> {
        let found: Vec<(i64, UnixMs, String)> = query(
            "SELECT position, received_at, body FROM media_inbox
             WHERE state = ?1 AND server = ?2 AND position > ?3 ORDER BY position LIMIT ?4",
        )
        .bind(state.name())
        .bind(server.name())
        .bind(after)
        .bind(EVENTS_PER_PAGE as u64)
        .fetch_all(&mut self.database.read().await?)
        .await?;
        let event = |(position, received_at, body)| WebhookEvent {
            position,
            received_at,
            body,
        };
        Ok(found.into_iter().map(event).collect())
    }

    async fn change_states(&self, changes: &[StateChange]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.database.begin().await?;
        for change in changes {
            query("UPDATE media_inbox SET state = ?2, why = ?3 WHERE position = ?1")
                .bind(change.position)
                .bind(change.state.name())
                .bind(change.why.as_ref())
                .execute(&mut transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn prune_events(&self, now: UnixMs) -> Result<(), StoreError> {
        let old = query(
            "DELETE FROM media_inbox WHERE received_at <= ?1 AND state = 'done'
                                        OR received_at <= ?2 AND state = 'dead'",
        );
        let old = old
            .bind(now - DUPLICATES_KNOWN_FOR_MS)
            .bind(now - UNREADABLE_KEPT_FOR_MS);
        self.database.execute(old).await?;
        Ok(())
    }

    async fn replay_unreadable(&self) -> Result<u64, StoreError> {
        let all = query("UPDATE media_inbox SET state = 'new', why = NULL WHERE state = 'dead'");
        Ok(self.database.execute(all).await?)
    }

    async fn has_event_with(&self, text: &str) -> Result<bool, StoreError> {
        let (found,): (bool,) =
            query("SELECT EXISTS (SELECT 1 FROM media_inbox WHERE instr(body, ?1) > 0)")
                .bind(text)
                .fetch_one(&mut self.database.read().await?)
                .await?;
        Ok(found)
    }

    async fn room_closings(&self, kind: MediaBackend) -> Result<Vec<RoomClosing>, StoreError> {
        let found: Vec<(String, u64, UnixMs)> =
            query("SELECT session, revision, ended_at FROM media_closings WHERE kind = ?1")
                .bind(kind.name())
                .fetch_all(&mut self.database.read().await?)
                .await?;
        let closing = |(session, revision, ended_at)| RoomClosing {
            session: SessionId(session),
            kind,
            revision,
            ended_at,
        };
        Ok(found.into_iter().map(closing).collect())
    }

    async fn forget_room_closing(&self, session: &SessionId) -> Result<(), StoreError> {
        let gone = query("DELETE FROM media_closings WHERE session = ?1").bind(session.as_str());
        self.database.execute(gone).await?;
        Ok(())
    }
}

/// Notes that rooms are to be removed, in the transaction of whatever ends their sessions.
pub(super) async fn insert_closings(
    connection: &mut dyn SqlConnection,
    closings: &[RoomClosing],
) -> Result<(), StoreError> {
    if closings.is_empty() {
        return Ok(());
    }
    let values = closings.iter().map(|closing| {
        [
            closing.session.as_str().into(),
            closing.kind.name().into(),
            closing.revision.into(),
            closing.ended_at.into(),
        ]
    });
    query(
        "INSERT INTO media_closings (session, kind, revision, ended_at) VALUES ?rows
         ON CONFLICT (session) DO NOTHING",
    )
    .bind_rows(values)
    .execute(connection)
    .await?;
    Ok(())
}

/// Empties what media servers told of a session of somebody who was erased, whose name may stand in it. What is new is
/// applied in a moment.
pub(super) async fn forget_person(
    connection: &mut dyn SqlConnection,
    user: &str,
) -> Result<(), StoreError> {
    query("UPDATE media_inbox SET body = '' WHERE state <> 'new' AND body LIKE ?1")
        .bind(format!("%{user}%"))
        .execute(connection)
        .await?;
    Ok(())
}
