//! The rooms, their members, and the events of other services that they come from.

mod changes;
mod loss;
mod read;

use storage::{Database, Outbox, query, retry_on_conflict};
use wire::{RoomId, SessionId, UnixMs, UserId};

use self::changes::RowsToWrite;
use crate::removals::Removal;
use crate::store::{Erasure, RoomChanges, RoomPosition, RoomStore, StoreError, StoredRoom};

const ROOMS_OF: &str =
    "SELECT rooms.active_at, rooms.room_id FROM members JOIN rooms USING (room_id)
     WHERE user_id = ?1 AND (rooms.active_at, rooms.room_id) < (?2, ?3)
     ORDER BY rooms.active_at DESC, rooms.room_id DESC LIMIT ?4";

/// What is behind a member's position less what they wrote there themselves.
const UNREAD_OF: &str = "SELECT rooms.room_id,
         rooms.last_seq - members.read_seq - coalesce(sent, 0) + coalesce(sent_read, 0) AS unread
     FROM members JOIN rooms ON rooms.room_id = members.room_id
     LEFT JOIN sent_counts ON sent_counts.room_id = members.room_id
         AND sent_counts.user_id = members.user_id
     WHERE members.user_id = ?1
         AND rooms.last_seq - members.read_seq - coalesce(sent, 0) + coalesce(sent_read, 0) > 0
     ORDER BY rooms.active_at DESC, rooms.room_id DESC LIMIT ?2";

const REMOVED: &str = "SELECT session_id, user_id, removed_at FROM removals WHERE removed_at >= ?1";

const ROOM_IDS_OF: &str = "SELECT room_id FROM members WHERE user_id = ?1 AND room_id > ?2
     ORDER BY room_id LIMIT ?3";

const ERASED: &str = "SELECT user_id, erased_at FROM people WHERE erased_at >= ?1";

/// Sorts after every id: no id is as high a character.
const AFTER_ANY_ID: &str = "\u{10ffff}";

/// Rooms in a database of [`storage::Schema::chat`], with the events that other services are told and have told.
/// Clones share it.
#[derive(Debug, Clone)]
pub struct SqlRooms {
    pub(super) database: Database,
    outbox: Outbox,
}

impl SqlRooms {
    /// The rooms of a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let outbox = Outbox::new(database.clone());
        Self { database, outbox }
    }

    /// Its events for other services.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }

    async fn write(&self, rows: &RowsToWrite<'_>) -> Result<(), storage::Error> {
        let mut transaction = self.database.begin().await?;
        rows.write(&mut transaction).await?;
        if rows.has_erasures() {
            transaction.note_erasure().await?;
        }
        transaction.commit().await
    }
}

impl RoomStore for SqlRooms {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        let rows = RowsToWrite::of(changes);
        retry_on_conflict("rooms", || self.write(&rows)).await?;
        if !changes.events.is_empty() {
            self.outbox.wake();
        }
        Ok(())
    }

    async fn room_ids_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomId>, StoreError> {
        let found: Vec<(String,)> = query(ROOM_IDS_OF)
            .bind(user.as_str())
            .bind(after.map_or("", RoomId::as_str))
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().map(|(id,)| RoomId(id)).collect())
    }

    async fn unread_of(&self, user: &UserId, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        let found: Vec<(String, u64)> = query(UNREAD_OF)
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found
            .into_iter()
            .map(|(id, unread)| (RoomId(id), unread))
            .collect())
    }

    async fn erasures(&self, since: UnixMs) -> Result<Vec<Erasure>, StoreError> {
        let rows: Vec<(String, UnixMs)> = query(ERASED)
            .bind(since.max(UnixMs(1)))
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let erasure = |(user, at)| Erasure {
            user: UserId(user),
            at,
        };
        Ok(rows.into_iter().map(erasure).collect())
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        self.database.scrub().await?;
        Ok(())
    }

    async fn removals(&self, since: UnixMs) -> Result<Vec<Removal>, StoreError> {
        let rows: Vec<(String, String, UnixMs)> = query(REMOVED)
            .bind(since)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let removal = |(session, user, at): (String, String, UnixMs)| Removal {
            session: (!session.is_empty()).then_some(SessionId(session)),
            user: UserId(user),
            at,
        };
        Ok(rows.into_iter().map(removal).collect())
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        Ok(read::rooms(&mut self.database.read().await?, ids).await?)
    }

    async fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomPosition>,
        limit: u32,
    ) -> Result<Vec<RoomPosition>, StoreError> {
        let (active_at, room) = after.map_or((i64::MAX, AFTER_ANY_ID), |after| {
            (after.active_at.0, after.room.as_str())
        });
        let found: Vec<(UnixMs, String)> = query(ROOMS_OF)
            .bind(user.as_str())
            .bind(active_at)
            .bind(room)
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let position = |(active_at, room)| RoomPosition {
            active_at,
            room: RoomId(room),
        };
        Ok(found.into_iter().map(position).collect())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let written = self.database.probe_writable().await;
        written.map_err(StoreError::unavailable)
    }
}
