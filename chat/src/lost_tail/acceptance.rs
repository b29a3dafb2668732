//! Going on without what was lost, once somebody has said so. What comes next takes numbers that were given before: rooms get
//! a new epoch, so that whoever holds messages of the old one reads the history again.

use uuid::Uuid;

use super::rooms::{RoomBehind, behind_after};
use crate::store::sql::SqlRooms;
use crate::store::{ChainedMessages, StoreError, StoredRoom};

/// The file of the messages, and of the rooms if they are there too, was set back as a whole.
///
/// # Errors
/// When the store does not answer: to be done again.
pub(crate) async fn accept_in_file(rooms: &SqlRooms) -> Result<(), StoreError> {
    tracing::warn!("messages were lost, which is accepted: every room gets a new epoch");
    rooms.renew_epochs(&Uuid::now_v7().to_string()).await
}

/// Sets rooms back to the messages that they have.
///
/// # Errors
/// When a store does not answer: to be done again.
pub(crate) async fn give_up_lost(
    rooms: &SqlRooms,
    messages: &impl ChainedMessages,
) -> Result<(), StoreError> {
    let mut after = None;
    while let Some(found) = behind_after(rooms, messages, &mut after).await? {
        for behind in found {
            tracing::warn!(
                room = %behind.room.id,
                expected = behind.room.last_seq,
                found = behind.found,
                "messages were lost, which is accepted: the room gets a new epoch"
            );
            let set_back = set_back(messages, behind).await?;
            rooms.set_back(&set_back).await?;
        }
    }
    Ok(())
}

/// The room as it is with the messages that are left.
async fn set_back(
    messages: &impl ChainedMessages,
    behind: RoomBehind,
) -> Result<StoredRoom, StoreError> {
    let RoomBehind { mut room, found } = behind;
    room.last_seq = found;
    room.epoch = Uuid::now_v7().to_string();
    for member in &mut room.members {
        member.from_seq = member.from_seq.min(found + 1);
        member.read_seq = member.read_seq.min(found);
        member.delivered_seq = member.delivered_seq.min(found);
        let written = |through| messages.count_written_by(&member.user_id, &room.id, 0, through);
        member.sent = written(found).await?;
        member.sent_read = written(member.read_seq).await?;
    }
    Ok(room)
}
