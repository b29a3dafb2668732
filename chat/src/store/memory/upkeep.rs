//! Texts that are taken away, and messages that are too old.

use chat_core::{ChainAnchor, ChainHash};
use wire::{RoomId, UnixMs};

use super::MemoryStore;
use super::tables::MemoryTables;
use crate::store::{MessageAge, MessageUpkeep, StoreError, TextEnd, TextRemoval, TextRemoved};

impl MessageUpkeep for MemoryStore {
    async fn remove_texts(&self, removals: &[TextRemoval]) -> Result<Vec<TextRemoved>, StoreError> {
        let mut tables = self.tables();
        let removed = removals.iter().map(|removal| tables.remove_text(removal));
        Ok(removed.collect())
    }

    async fn overdue(&self, now: UnixMs, limit: u32) -> Result<Vec<(RoomId, u64)>, StoreError> {
        let tables = self.tables();
        let due = tables.messages.iter().filter(|stored| {
            let expires_at = stored.message.expires_at;
            !stored.is_gone() && expires_at.is_some_and(|at| at <= now)
        });
        let mut due: Vec<_> = due.map(|stored| &stored.message).collect();
        due.sort_by_key(|message| message.expires_at);
        due.truncate(limit as usize);
        let place = |message: &wire::chat::Message| (message.room.clone(), message.seq);
        Ok(due.into_iter().map(place).collect())
    }

    async fn oldest(&self, limit: u32) -> Result<Vec<MessageAge>, StoreError> {
        let tables = self.tables();
        let oldest = tables.messages.iter().take(limit as usize);
        let age = oldest.map(|stored| MessageAge {
            room: stored.message.room.clone(),
            seq: stored.message.seq,
            sent_at: stored.message.sent_at,
        });
        Ok(age.collect())
    }

    async fn begin_after(&self, room: &RoomId, through: u64) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let mut messages = tables.messages.iter();
        let found = messages.find(|m| &m.message.room == room && m.message.seq == through);
        let Some(found) = found else {
            return Ok(());
        };
        let chain = found.link.map_or(ChainHash::GENESIS, |link| link.chain);
        let known = tables.begins_after.entry(room.clone()).or_default();
        if through > *known {
            *known = through;
            let anchor = ChainAnchor {
                seq: through,
                chain,
            };
            tables.anchors.insert(room.clone(), anchor);
        }
        Ok(())
    }

    async fn delete_before_beginning(&self, room: &RoomId, limit: u32) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let begins_after = tables.begins_after.get(room).copied().unwrap_or(0);
        let mut left = limit;
        tables.messages.retain(|stored| {
            let message = &stored.message;
            let goes = left > 0 && &message.room == room && message.seq <= begins_after;
            left -= u32::from(goes);
            !goes
        });
        Ok(left == 0)
    }

    async fn overwrite(&self, _in_whole: bool) -> Result<(), StoreError> {
        Ok(())
    }
}

impl MemoryTables {
    fn remove_text(&mut self, removal: &TextRemoval) -> TextRemoved {
        let mut messages = self.messages.iter_mut();
        let found =
            messages.find(|m| m.message.room == removal.room && m.message.seq == removal.seq);
        let Some(stored) = found else {
            return TextRemoved::NotThere;
        };
        if let Some(outcome) = removal.refused(stored) {
            return outcome;
        }
        let changes = self.changes.entry(removal.room.clone()).or_default();
        if !removal.changes(stored) {
            return TextRemoved::Before { changes: *changes };
        }
        stored.forget_text();
        stored.message.deleted |= matches!(removal.end, TextEnd::Deleted(_));
        *changes += 1;
        TextRemoved::Now { changes: *changes }
    }
}
