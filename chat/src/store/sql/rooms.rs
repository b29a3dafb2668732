//! The rooms, their members, and the events of other services that they come from.

use chat_core::{PositionKind, PositionUpdate};
use storage::{Inbox, Outbox, SqlConnection, query};
use wire::chat::Member;
use wire::{RoomId, SessionId, UnixMs, UserId};

use super::SqlChatStore;
use crate::removals::{KEPT_MS, Removal};
use crate::store::{
    Opening, RoomChanges, RoomPosition, RoomStore, SettledHead, StoreError, StoredRoom,
};

const OPEN: &str = "INSERT INTO rooms (room_id, epoch, active_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (room_id) DO NOTHING";

const ADD_MEMBERS: &str = "INSERT INTO members (room_id, user_id, name) VALUES ?rows
     ON CONFLICT (room_id, user_id) DO NOTHING";

const NAME_MEMBER: &str = "UPDATE members SET name = ?3 WHERE room_id = ?1 AND user_id = ?2
     AND (SELECT revision FROM rooms WHERE room_id = ?1) <= ?4";

const REVISE: &str = "UPDATE rooms SET revision = GREATEST(revision, ?2) WHERE room_id = ?1";

const MOVE: &str = "UPDATE members SET read_seq = GREATEST(read_seq, ?3),
     delivered_seq = GREATEST(delivered_seq, ?4) WHERE room_id = ?1 AND user_id = ?2";

const SETTLE: &str = "UPDATE rooms SET last_seq = GREATEST(last_seq, ?2),
     active_at = GREATEST(active_at, ?3) WHERE room_id = ?1";

/// In one statement: a room and its members are of the same commit.
const ROOMS: &str = "SELECT rooms.room_id, epoch, last_seq, active_at,
     user_id, name, read_seq, delivered_seq
     FROM (?1..) AS ids JOIN rooms ON rooms.room_id = ids.value
     LEFT JOIN members ON members.room_id = rooms.room_id
     ORDER BY rooms.room_id, user_id";

const ROOMS_OF: &str =
    "SELECT rooms.active_at, rooms.room_id FROM members JOIN rooms USING (room_id)
     WHERE user_id = ?1 AND (rooms.active_at, rooms.room_id) < (?2, ?3)
     ORDER BY rooms.active_at DESC, rooms.room_id DESC LIMIT ?4";

const REMOVE: &str = "INSERT INTO removals (session_id, user_id, removed_at) VALUES ?rows
     ON CONFLICT (session_id, user_id) DO UPDATE SET removed_at = GREATEST(removed_at, excluded.removed_at)";

const FORGET_REMOVED: &str = "DELETE FROM removals WHERE removed_at < ?1";

const REMOVED: &str = "SELECT session_id, user_id, removed_at FROM removals WHERE removed_at >= ?1";

/// Sorts after every id: no id is as high a character.
const AFTER_ANY_ID: &str = "\u{10ffff}";

/// A room's columns and those of one of its members, if it has any.
type MemberRow = (
    String,
    String,
    u64,
    UnixMs,
    Option<String>,
    Option<String>,
    Option<u64>,
    Option<u64>,
);

impl RoomStore for SqlChatStore {
    async fn apply(&self, changes: &RoomChanges) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        for opening in &changes.openings {
            open(&mut transaction, opening).await?;
        }
        for update in &changes.positions {
            move_to(&mut transaction, update).await?;
        }
        for settled in &changes.settled {
            settle(&mut transaction, settled).await?;
        }
        if !changes.removals.is_empty() {
            remove(&mut transaction, &changes.removals).await?;
        }
        Outbox::append_all(&mut transaction, &changes.events).await?;
        for batch in &changes.taken {
            for event in &batch.events {
                Inbox::take(&mut transaction, event, service::clock::now()).await?;
            }
            Inbox::advance(&mut transaction, batch, service::clock::now()).await?;
        }
        transaction.commit().await?;
        if !changes.events.is_empty() {
            self.outbox.wake();
        }
        Ok(())
    }

    async fn removals(&self, since: UnixMs) -> Result<Vec<Removal>, StoreError> {
        let rows: Vec<(String, String, UnixMs)> = query(REMOVED)
            .bind(since)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let removal = |(session, user, at)| Removal {
            session: SessionId(session),
            user: UserId(user),
            at,
        };
        Ok(rows.into_iter().map(removal).collect())
    }

    async fn rooms(&self, ids: &[RoomId]) -> Result<Vec<StoredRoom>, StoreError> {
        let rows: Vec<MemberRow> = query(ROOMS)
            .bind_list(ids.iter().map(RoomId::as_str))
            .fetch_all(&mut self.database.read().await?)
            .await?;
        let mut rooms: Vec<StoredRoom> = Vec::new();
        for (id, epoch, last_seq, active_at, user_id, name, read_seq, delivered_seq) in rows {
            if rooms.last().is_none_or(|room| room.id.as_str() != id) {
                rooms.push(StoredRoom {
                    id: RoomId(id),
                    epoch,
                    last_seq,
                    active_at,
                    members: Vec::new(),
                });
            }
            if let (Some(room), Some(user_id)) = (rooms.last_mut(), user_id) {
                room.members.push(Member {
                    user_id: UserId(user_id),
                    name: name.unwrap_or_default(),
                    read_seq: read_seq.unwrap_or(0),
                    delivered_seq: delivered_seq.unwrap_or(0),
                });
            }
        }
        Ok(rooms)
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
        written.map_err(|error| StoreError::Unavailable(error.into()))
    }
}

async fn open(connection: &mut dyn SqlConnection, opening: &Opening) -> Result<(), storage::Error> {
    let room = opening.room.as_str();
    query(OPEN)
        .bind(room)
        .bind(&opening.epoch)
        .bind(opening.at)
        .execute(connection)
        .await?;
    if !opening.members.is_empty() {
        let members = opening.members.iter().map(|member| {
            let user = member.user_id.as_str();
            [room.into(), user.into(), (&member.name).into()]
        });
        query(ADD_MEMBERS)
            .bind_rows(members)
            .execute(connection)
            .await?;
    }
    let Some(revision) = opening.revision else {
        return Ok(());
    };
    for member in &opening.members {
        query(NAME_MEMBER)
            .bind(room)
            .bind(member.user_id.as_str())
            .bind(&member.name)
            .bind(revision)
            .execute(connection)
            .await?;
    }
    query(REVISE)
        .bind(room)
        .bind(revision)
        .execute(connection)
        .await?;
    Ok(())
}

async fn remove(
    connection: &mut dyn SqlConnection,
    removals: &[Removal],
) -> Result<(), storage::Error> {
    let rows = removals.iter().map(|removal| {
        let (session, user) = (removal.session.as_str(), removal.user.as_str());
        [session.into(), user.into(), removal.at.into()]
    });
    query(REMOVE).bind_rows(rows).execute(connection).await?;
    let oldest = service::clock::now() + -KEPT_MS;
    query(FORGET_REMOVED)
        .bind(oldest)
        .execute(connection)
        .await?;
    Ok(())
}

async fn move_to(
    connection: &mut dyn SqlConnection,
    update: &PositionUpdate,
) -> Result<(), storage::Error> {
    // Who has read a message also has it.
    let read_seq = match update.kind {
        PositionKind::Read => update.seq,
        PositionKind::Delivered => 0,
    };
    query(MOVE)
        .bind(update.room.as_str())
        .bind(update.user.as_str())
        .bind(read_seq)
        .bind(update.seq)
        .execute(connection)
        .await?;
    Ok(())
}

async fn settle(
    connection: &mut dyn SqlConnection,
    settled: &SettledHead,
) -> Result<(), storage::Error> {
    query(SETTLE)
        .bind(settled.room.as_str())
        .bind(settled.last_seq)
        .bind(settled.active_at)
        .execute(connection)
        .await?;
    Ok(())
}
