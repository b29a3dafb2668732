//! Whether the end of the messages is there at a start: what was acknowledged and is gone is named, and nothing is changed
//! until somebody has said what is to be done.
//!
//! A file of messages is held against the [mark](crate::store::sql) beside it, before anything else opens it. Messages that
//! are not in the rooms' file are held against what the rooms know of them.

mod acceptance;
mod rooms;

use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use storage::{Error, FileReader, query};
use wire::RoomId;

use crate::store::sql::mark::{self, Mark};

pub(crate) use acceptance::{accept_in_file, give_up_lost};
pub(crate) use rooms::{behind_after, find_behind};

/// Hexadecimal digits of a loss's name.
const NAME_DIGITS: usize = 16;

const ROW: &str = "SELECT message_id, chain FROM messages WHERE room_id = ?1 AND seq = ?2";
const ANCHOR: &str = "SELECT seq FROM chain_anchors WHERE room_id = ?1";
const LAST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM messages WHERE room_id = ?1";

/// Messages that were acknowledged and are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostTail {
    /// The database that they are to be in.
    pub(crate) database: String,
    /// One room that lacks some: the last that was written to.
    pub(crate) room: RoomId,
    /// Up to where it was.
    pub(crate) expected: u64,
    /// Up to where it is.
    pub(crate) found: u64,
    /// By what this very loss can be accepted.
    pub(crate) name: String,
}

impl LostTail {
    fn new(database: String, room: RoomId, seqs: (u64, u64), identity: &str) -> Self {
        let (expected, found) = seqs;
        let what = format!("{room} {expected} {identity}");
        let mut name = format!("{:x}", Sha256::digest(what.as_bytes()));
        name.truncate(NAME_DIGITS);
        Self {
            database,
            room,
            expected,
            found,
            name,
        }
    }

    /// What it is called in `chat.accepted_loss`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether somebody has said that it is to be so.
    #[must_use]
    pub fn is_accepted(&self, names: &[String]) -> bool {
        names.contains(&self.name)
    }
}

impl fmt::Display for LostTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            database,
            room,
            expected,
            found,
            name,
        } = self;
        let is = match found < expected {
            true => format!("{found} is the last that is there"),
            false => "that is another message".to_owned(),
        };
        write!(
            f,
            "storage_lost_tail: {database} ends before what was acknowledged: room {room} had message {expected}, and {is}. \
             Nothing was changed. Put back its files as they were, or restore a backup; \
             to go on with what is there, accept this loss by its name: chat.accepted_loss = [\"{name}\"]. \
             Step by step: \"Messages that are gone\" in docs/OPERATIONS.md"
        )
    }
}

/// Holds a file of messages, which no service has open, against the mark beside it. It, its write-ahead log and the mark
/// stay as they are. Without a mark nothing is known, and nothing found.
///
/// # Errors
/// When the file or its mark can't be read.
pub async fn find_lost_tail(messages: &Path) -> Result<Option<LostTail>, Error> {
    let mark = mark::read_beside(messages);
    let Some(mark) = mark.map_err(|error| Error::Unavailable(error.into()))? else {
        return Ok(None);
    };
    let found = match FileReader::open(messages).await? {
        Some(mut file) => {
            let found = end_of(&mut file, &mark).await;
            file.close().await?;
            found?
        }
        None => Some(0),
    };
    let file = PathBuf::from(messages);
    Ok(found.map(|found| {
        let identity = format!("{} {}", mark.message_id, mark.chain);
        let database = file.display().to_string();
        LostTail::new(database, mark.room, (mark.seq, found), &identity)
    }))
}

/// Up to where the room of the mark is, if its message is not there.
async fn end_of(file: &mut FileReader, mark: &Mark) -> Result<Option<u64>, Error> {
    if !file.has_column("messages", "seq").await? {
        return Ok(Some(0));
    }
    // A file without chains is older than the mark.
    if file.has_column("messages", "chain").await? {
        let row: Option<storage::Row> = query(ROW)
            .bind(mark.room.as_str())
            .bind(mark.seq)
            .fetch_optional(file)
            .await?;
        let is = |row: &storage::Row, column, text: &String| {
            row.get::<String>(column).is_ok_and(|found| found == *text)
        };
        // Either of them may be damaged: that is a damaged message, and no lost one.
        let is_there = row.is_some_and(|row| {
            is(&row, "message_id", &mark.message_id) || is(&row, "chain", &mark.chain)
        });
        let pruned: Option<(u64,)> = query(ANCHOR)
            .bind(mark.room.as_str())
            .fetch_optional(file)
            .await?;
        if is_there || pruned.is_some_and(|(seq,)| seq >= mark.seq) {
            return Ok(None);
        }
    }
    let (last,): (u64,) = query(LAST_SEQ)
        .bind(mark.room.as_str())
        .fetch_one(file)
        .await?;
    Ok(Some(last))
}

#[cfg(test)]
mod tests;
