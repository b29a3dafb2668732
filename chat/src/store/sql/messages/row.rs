//! A row of messages as it was found: a broken file may have anything in it.

use chat_core::StoredMessage;
use storage::{Error, FromRow, FromValue, Row};
use wire::chat::Message;
use wire::{RoomId, UnixMs, UserId};

use crate::store::FoundHead;
use crate::store::chain::{LinkTexts, stored};

/// `None` where not even its room and number can be read.
pub(super) struct MessageRow(pub(super) Option<StoredMessage>);

impl FromRow for MessageRow {
    fn from_row(row: Row) -> Result<Self, Error> {
        let mut columns = Columns { row, broken: false };
        let (room, seq) = (columns.get("room_id")?, columns.get("seq")?);
        if columns.broken {
            return Ok(Self(None));
        }
        let message = Message {
            room: RoomId(room),
            seq,
            message_id: columns.get("message_id")?,
            from: UserId(columns.get("sender")?),
            client_id: columns.get("client_id")?,
            body: columns.get("body")?,
            sent_at: UnixMs(columns.get("sent_at")?),
            expires_at: columns.get("expires_at")?,
            deleted: columns.get::<Option<UnixMs>>("deleted_at")?.is_some(),
            corrupt: false,
        };
        let link = LinkTexts {
            salt: columns.get("salt")?,
            digest: columns.get("digest")?,
            previous: columns.get("previous")?,
            chain: columns.get("chain")?,
        };
        let mut stored = stored(message, &link);
        stored.message.corrupt |= columns.broken;
        Ok(Self(Some(stored)))
    }
}

impl FromRow for FoundHead {
    fn from_row(row: Row) -> Result<Self, Error> {
        Ok(Self {
            room: RoomId(row.get("id")?),
            first_seq: row.get("first_seq")?,
            begins_after: row.get::<Option<u64>>("begins_after")?.unwrap_or(0),
            changes: row.get::<Option<u64>>("changes")?.unwrap_or(0),
            last: match row.get::<Option<u64>>("first_seq")? {
                Some(_) => MessageRow::from_row(row)?.0,
                None => None,
            },
        })
    }
}

struct Columns {
    row: Row,
    /// One of them could not be read.
    broken: bool,
}

impl Columns {
    fn get<T: FromValue + Default>(&mut self, name: &str) -> Result<T, Error> {
        match self.row.get(name) {
            Err(Error::Corrupt(_)) => {
                self.broken = true;
                Ok(T::default())
            }
            read => read,
        }
    }
}
