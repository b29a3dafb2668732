//! What is asked and done of rooms where messages of theirs were lost. Nobody else writes: it is at the start.

use storage::query;
use wire::RoomId;

use super::SqlRooms;
use crate::store::{StoreError, StoredRoom};

const NEWEST: &str = "SELECT room_id FROM rooms ORDER BY active_at DESC, room_id DESC LIMIT ?1";

const AFTER: &str = "SELECT room_id FROM rooms WHERE room_id > ?1 ORDER BY room_id LIMIT ?2";

const RENEW: &str = "UPDATE rooms SET epoch = ?1";

const SET_ROOM: &str = "UPDATE rooms SET epoch = ?2, last_seq = ?3 WHERE room_id = ?1";

const SET_MEMBER: &str = "UPDATE members SET read_seq = ?3, delivered_seq = ?4
     WHERE room_id = ?1 AND user_id = ?2";

const SET_JOINED: &str = "UPDATE group_members SET from_seq = ?3
     WHERE room_id = ?1 AND user_id = ?2";

const SET_SENT: &str = "UPDATE sent_counts SET sent = ?3, sent_read = ?4
     WHERE room_id = ?1 AND user_id = ?2";

impl SqlRooms {
    /// The ids of the rooms that were written to last, the newest first.
    pub(crate) async fn newest_ids(&self, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let found: Vec<(String,)> = query(NEWEST)
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().map(|(id,)| RoomId(id)).collect())
    }

    /// The ids of all rooms, rising, from the one after `after` on.
    pub(crate) async fn ids_after(
        &self,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomId>, StoreError> {
        let found: Vec<(String,)> = query(AFTER)
            .bind(after.map_or("", RoomId::as_str))
            .bind(limit)
            .fetch_all(&mut self.database.read().await?)
            .await?;
        Ok(found.into_iter().map(|(id,)| RoomId(id)).collect())
    }

    /// Makes the cursors of every room void.
    pub(crate) async fn renew_epochs(&self, epoch: &str) -> Result<(), StoreError> {
        self.database.execute(query(RENEW).bind(epoch)).await?;
        Ok(())
    }

    /// Writes a room as it is from now on: what else is written of one only rises.
    pub(crate) async fn set_back(&self, room: &StoredRoom) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let id = room.id.as_str();
        query(SET_ROOM)
            .bind(id)
            .bind(&room.epoch)
            .bind(room.last_seq)
            .execute(&mut transaction)
            .await?;
        for member in &room.members {
            let user = member.user_id.as_str();
            query(SET_MEMBER)
                .bind(id)
                .bind(user)
                .bind(member.read_seq)
                .bind(member.delivered_seq)
                .execute(&mut transaction)
                .await?;
            query(SET_JOINED)
                .bind(id)
                .bind(user)
                .bind(member.from_seq)
                .execute(&mut transaction)
                .await?;
            query(SET_SENT)
                .bind(id)
                .bind(user)
                .bind(member.sent)
                .bind(member.sent_read)
                .execute(&mut transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}
