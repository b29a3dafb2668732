//! The rooms, their members, and the events of other services that they come from.

use std::collections::HashMap;

use chat_core::{PositionKind, PositionUpdate};
use sqlx::SqliteConnection;
use storage::{Inbox, Outbox};
use wire::chat::Member;
use wire::{RoomId, UnixMs, UserId};

use super::messages::ids_json;
use super::{SqliteStore, signed, unsigned};
use crate::store::{
    Opening, RoomChanges, RoomPosition, RoomStore, SettledHead, StoreError, StoredRoom,
};

const OPEN: &str = "INSERT INTO rooms (room_id, epoch, active_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (room_id) DO NOTHING";

const ADD_MEMBER: &str = "INSERT INTO members (room_id, user_id, name) VALUES (?1, ?2, ?3)
     ON CONFLICT (room_id, user_id) DO NOTHING";

const NAME_MEMBER: &str = "UPDATE members SET name = ?3 WHERE room_id = ?1 AND user_id = ?2
     AND (SELECT revision FROM rooms WHERE room_id = ?1) <= ?4";

const REVISE: &str = "UPDATE rooms SET revision = max(revision, ?2) WHERE room_id = ?1";

const MOVE: &str = "UPDATE members SET read_seq = max(read_seq, ?3),
     delivered_seq = max(delivered_seq, ?4) WHERE room_id = ?1 AND user_id = ?2";

const SETTLE: &str = "UPDATE rooms SET last_seq = max(last_seq, ?2),
     active_at = max(active_at, ?3) WHERE room_id = ?1";

const ROOMS: &str = "SELECT room_id, epoch, last_seq, active_at
     FROM json_each(?1) AS ids JOIN rooms ON room_id = ids.value";

const MEMBERS: &str = "SELECT room_id, user_id, name, read_seq, delivered_seq
     FROM json_each(?1) AS ids JOIN members ON room_id = ids.value ORDER BY room_id, user_id";

const ROOMS_OF: &str =
    "SELECT rooms.active_at, rooms.room_id FROM members JOIN rooms USING (room_id)
     WHERE user_id = ?1 AND (rooms.active_at, rooms.room_id) < (?2, ?3)
     ORDER BY rooms.active_at DESC, rooms.room_id DESC LIMIT ?4";

/// Sorts after every id: no id is as high a character.
const AFTER_ANY_ID: &str = "\u{10ffff}";

impl RoomStore for SqliteStore {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        for opening in &changes.openings {
            open(&mut transaction, opening).await?;
        }
        for to in &changes.positions {
            move_to(&mut transaction, to).await?;
        }
        for settled in &changes.settled {
            settle(&mut transaction, settled).await?;
        }
        Outbox::append_all(&mut transaction, &changes.events).await?;
        for batch in &changes.taken {
            for event in &batch.events {
                Inbox::take(&mut transaction, event, service::clock::now()).await?;
            }
            Inbox::advance(&mut transaction, batch).await?;
        }
        transaction.commit().await?;
        if !changes.events.is_empty() {
            self.outbox.wake();
        }
        Ok(())
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        let ids = ids_json(ids);
        // One snapshot: a room and its members are of the same commit.
        let mut transaction = self.database.readers().begin().await?;
        let rooms: Vec<(String, String, i64, i64)> = sqlx::query_as(ROOMS)
            .bind(&ids)
            .fetch_all(&mut *transaction)
            .await?;
        let members: Vec<(String, String, String, i64, i64)> = sqlx::query_as(MEMBERS)
            .bind(&ids)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let mut by_room: HashMap<String, Vec<Member>> = HashMap::new();
        for (room, user_id, name, read_seq, delivered_seq) in members {
            by_room.entry(room).or_default().push(Member {
                user_id: user_id.into(),
                name,
                read_seq: unsigned(read_seq),
                delivered_seq: unsigned(delivered_seq),
            });
        }
        let stored = |(id, epoch, last_seq, active_at): (String, String, i64, i64)| StoredRoom {
            members: by_room.remove(&id).unwrap_or_default(),
            id: RoomId(id),
            epoch,
            last_seq: unsigned(last_seq),
            active_at: UnixMs(active_at),
        };
        Ok(rooms.into_iter().map(stored).collect())
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
        let found: Vec<(i64, String)> = sqlx::query_as(ROOMS_OF)
            .bind(user.as_str())
            .bind(active_at)
            .bind(room)
            .bind(limit)
            .fetch_all(self.database.readers())
            .await?;
        let position = |(active_at, room)| RoomPosition {
            active_at: UnixMs(active_at),
            room: RoomId(room),
        };
        Ok(found.into_iter().map(position).collect())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let written = self.database.probe_writable().await;
        written.map_err(|error| StoreError::Unavailable(error.into()))
    }
}

async fn open(connection: &mut SqliteConnection, opening: &Opening) -> Result<(), sqlx::Error> {
    let room = opening.room.as_str();
    sqlx::query(OPEN)
        .bind(room)
        .bind(&opening.epoch)
        .bind(opening.at.0)
        .execute(&mut *connection)
        .await?;
    for member in &opening.members {
        sqlx::query(ADD_MEMBER)
            .bind(room)
            .bind(member.user_id.as_str())
            .bind(&member.name)
            .execute(&mut *connection)
            .await?;
    }
    let Some(revision) = opening.revision else {
        return Ok(());
    };
    for member in &opening.members {
        sqlx::query(NAME_MEMBER)
            .bind(room)
            .bind(member.user_id.as_str())
            .bind(&member.name)
            .bind(signed(revision))
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(REVISE)
        .bind(room)
        .bind(signed(revision))
        .execute(connection)
        .await?;
    Ok(())
}

async fn move_to(
    connection: &mut SqliteConnection,
    to: &PositionUpdate,
) -> Result<(), sqlx::Error> {
    // Who has read a message also has it.
    let read_seq = match to.kind {
        PositionKind::Read => to.seq,
        PositionKind::Delivered => 0,
    };
    sqlx::query(MOVE)
        .bind(to.room.as_str())
        .bind(to.user.as_str())
        .bind(signed(read_seq))
        .bind(signed(to.seq))
        .execute(connection)
        .await?;
    Ok(())
}

async fn settle(
    connection: &mut SqliteConnection,
    settled: &SettledHead,
) -> Result<(), sqlx::Error> {
    sqlx::query(SETTLE)
        .bind(settled.room.as_str())
        .bind(signed(settled.last_seq))
        .bind(settled.active_at.0)
        .execute(connection)
        .await?;
    Ok(())
}
