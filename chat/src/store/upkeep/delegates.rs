//! Upkeep by whoever holds another store.

use wire::{RoomId, UnixMs};

#[cfg(test)]
use crate::store::faulty::{FaultyStore, StoreFaults};
use crate::store::{
    MessageAge, MessageBackend, MessageStore, MessageUpkeep, StoreError, StorePair, TextRemoval,
    TextRemoved,
};

impl<R, M> MessageUpkeep for StorePair<R, M>
where
    M: MessageUpkeep,
    Self: MessageStore,
{
    async fn remove_texts(&self, removals: &[TextRemoval]) -> Result<Vec<TextRemoved>, StoreError> {
        self.messages.remove_texts(removals).await
    }

    async fn overdue(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        self.messages.overdue(now, limit).await
    }

    async fn oldest(&self, limit: u32) -> Result<Vec<MessageAge>, StoreError> {
        self.messages.oldest(limit).await
    }

    async fn begin_after(&self, room: &RoomId, through: u64) -> Result<(), StoreError> {
        self.messages.begin_after(room, through).await
    }

    async fn delete_before_beginning(&self, room: &RoomId, limit: u32) -> Result<bool, StoreError> {
        self.messages.delete_before_beginning(room, limit).await
    }

    async fn overwrite(&self, in_whole: bool) -> Result<(), StoreError> {
        self.messages.overwrite(in_whole).await
    }
}

impl MessageUpkeep for MessageBackend {
    async fn remove_texts(&self, removals: &[TextRemoval]) -> Result<Vec<TextRemoved>, StoreError> {
        match self {
            Self::Sql(sql) => sql.remove_texts(removals).await,
            Self::Mongo(mongo) => mongo.remove_texts(removals).await,
        }
    }

    async fn overdue(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        match self {
            Self::Sql(sql) => sql.overdue(now, limit).await,
            Self::Mongo(mongo) => mongo.overdue(now, limit).await,
        }
    }

    async fn oldest(&self, limit: u32) -> Result<Vec<MessageAge>, StoreError> {
        match self {
            Self::Sql(sql) => sql.oldest(limit).await,
            Self::Mongo(mongo) => mongo.oldest(limit).await,
        }
    }

    async fn begin_after(&self, room: &RoomId, through: u64) -> Result<(), StoreError> {
        match self {
            Self::Sql(sql) => sql.begin_after(room, through).await,
            Self::Mongo(mongo) => mongo.begin_after(room, through).await,
        }
    }

    async fn delete_before_beginning(&self, room: &RoomId, limit: u32) -> Result<bool, StoreError> {
        match self {
            Self::Sql(sql) => sql.delete_before_beginning(room, limit).await,
            Self::Mongo(mongo) => mongo.delete_before_beginning(room, limit).await,
        }
    }

    async fn overwrite(&self, in_whole: bool) -> Result<(), StoreError> {
        match self {
            Self::Sql(sql) => sql.overwrite(in_whole).await,
            Self::Mongo(mongo) => mongo.overwrite(in_whole).await,
        }
    }
}

#[cfg(test)]
impl<F: StoreFaults> MessageUpkeep for FaultyStore<F> {
    async fn remove_texts(&self, removals: &[TextRemoval]) -> Result<Vec<TextRemoved>, StoreError> {
        self.inner.remove_texts(removals).await
    }

    async fn overdue(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        self.inner.overdue(now, limit).await
    }

    async fn oldest(&self, limit: u32) -> Result<Vec<MessageAge>, StoreError> {
        self.inner.oldest(limit).await
    }

    async fn begin_after(&self, room: &RoomId, through: u64) -> Result<(), StoreError> {
        self.inner.begin_after(room, through).await
    }

    async fn delete_before_beginning(&self, room: &RoomId, limit: u32) -> Result<bool, StoreError> {
        self.inner.delete_before_beginning(room, limit).await
    }

    async fn overwrite(&self, in_whole: bool) -> Result<(), StoreError> {
        self.inner.overwrite(in_whole).await
    }
}
