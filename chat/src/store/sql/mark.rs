//! The high-water mark: a small file beside the messages' that says up to where they are. It is written after each commit
//! and before anybody is told, so that a start sees when the end of the messages is gone: SQLite reads a write-ahead log up
//! to the first frame that is damaged, and says nothing of what stood behind it.
//!
//! It is written in place, into two slots in turn, and synced each second. That is enough: what a process wrote outlives it
//! in the page cache, and after a loss of power the mark is a lower bound of what was committed.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wire::RoomId;
use wire::chat::Message;

use super::messages::RoomEnds;
use crate::store::Appended;
use crate::store::chain::hash_text;

/// What the name of the messages' file is followed by.
const SUFFIX: &str = "-mark";
/// Bytes of a slot: the longest ids of a room and a message fit, and a page of memory is written at once.
const SLOT_BYTES: usize = 4_096;
/// Between two syncs.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The last message that was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Of two slots the higher one counts.
    number: u64,
    pub(crate) room: RoomId,
    pub(crate) seq: u64,
    pub(crate) message_id: String,
    pub(crate) chain: String,
}

/// Where the mark of a file stands.
pub(crate) fn path_beside(messages: &Path) -> PathBuf {
    let mut name = messages.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

/// The mark beside a file of messages, if there is one. One that can't be read is none, and told of.
pub(crate) fn read_beside(messages: &Path) -> io::Result<Option<Mark>> {
    let path = path_beside(messages);
    let content = match std::fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mark = content
        .chunks(SLOT_BYTES)
        .filter_map(decoded)
        .max_by_key(|mark| mark.number);
    if mark.is_none() && content.iter().any(|byte| *byte != 0) {
        tracing::error!(path = %path.display(), "the high-water mark of the messages can't be read: nobody knows whether some are lost");
    }
    Ok(mark)
}

/// An open mark.
#[derive(Debug)]
pub(crate) struct MarkFile {
    file: Arc<File>,
    state: Mutex<MarkState>,
}

#[derive(Debug)]
struct MarkState {
    number: u64,
    is_synced: bool,
}

impl MarkFile {
    /// Opens the mark beside a file of messages, whose last one is `last`, with its chain: that is written where no mark
    /// can be read, and where what one says is not to count any more.
    pub(crate) fn open(
        messages: &Path,
        last: Option<(&Message, &str)>,
        anew: bool,
    ) -> io::Result<Self> {
        let known = read_beside(messages)?;
        let path = path_beside(messages);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        let number = known.as_ref().map_or(0, |mark| mark.number);
        let mark = Self {
            file: Arc::new(file),
            state: Mutex::new(MarkState {
                number,
                is_synced: true,
            }),
        };
        if known.is_none() || anew {
            mark.file.set_len(0)?;
            mark.file.set_len(2 * SLOT_BYTES as u64)?;
            if let Some((message, chain)) = last {
                mark.write(message, chain)?;
            }
            mark.file.sync_all()?;
            if let Some(folder) = path.parent() {
                File::open(folder)?.sync_all()?;
            }
        }
        Ok(mark)
    }

    /// Notes the last message of a batch that was committed; `ends` are the chains of its rooms.
    pub(super) fn note(&self, appended: &[Appended], ends: &RoomEnds) {
        let last = appended.iter().rev().find_map(|outcome| match outcome {
            Appended::Stored(message) => Some(message),
            Appended::Repeat(_) | Appended::Conflict | Appended::Full => None,
        });
        let Some((message, end)) = last.and_then(|last| Some((last, ends.get(&last.room)?))) else {
            return;
        };
        // The message is durable whatever becomes of the mark, which stays a lower bound.
        if let Err(error) = self.write(message, &hash_text(&end.chain)) {
            metrics::counter!("chat_mark_failures_total").increment(1);
            tracing::warn!(%error, "the high-water mark of the messages was not written");
        }
    }

    /// Syncs it each second, for ever: whoever writes messages does not wait for that.
    pub(super) async fn keep_synced(&self) {
        loop {
            tokio::time::sleep(SYNC_EVERY).await;
            self.sync().await;
        }
    }

    /// Returns once the disk has it.
    pub(super) async fn sync(&self) {
        if std::mem::replace(&mut self.state().is_synced, true) {
            return;
        }
        let file = Arc::clone(&self.file);
        let synced = service::run_blocking(move || file.sync_data()).await;
        if let Err(error) = synced.unwrap_or_else(|stopped| Err(io::Error::other(stopped))) {
            self.state().is_synced = false;
            metrics::counter!("chat_mark_failures_total").increment(1);
            tracing::warn!(%error, "the high-water mark of the messages was not synced");
        }
    }

    fn write(&self, message: &Message, chain: &str) -> io::Result<()> {
        let mut state = self.state();
        state.number += 1;
        state.is_synced = false;
        let slot = state.number % 2 * SLOT_BYTES as u64;
        let mark = Mark {
            number: state.number,
            room: message.room.clone(),
            seq: message.seq,
            message_id: message.message_id.clone(),
            chain: chain.to_owned(),
        };
        self.file.write_all_at(&encoded(&mark)?, slot)
    }

    fn state(&self) -> MutexGuard<'_, MarkState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot: the SHA-256 of a JSON object in hex, a blank, and the object, filled up with blanks.
fn encoded(mark: &Mark) -> io::Result<Vec<u8>> {
    let json = serde_json::to_string(mark)?;
    let mut slot = format!("{} {json}", checksum(json.as_bytes())).into_bytes();
    if slot.len() > SLOT_BYTES {
        return Err(io::Error::other("its ids are too long"));
    }
    slot.resize(SLOT_BYTES, b' ');
    Ok(slot)
}

fn decoded(slot: &[u8]) -> Option<Mark> {
    let text = std::str::from_utf8(slot).ok()?.trim_end_matches(' ');
    let (sum, json) = text.split_once(' ')?;
    if checksum(json.as_bytes()) != sum {
        return None;
    }
    serde_json::from_str(json).ok()
}

fn checksum(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use wire::UnixMs;

    use super::*;

    fn message(seq: u64) -> Message {
        Message {
            room: "r".into(),
            seq,
            message_id: format!("m-{seq}"),
            from: "ann".into(),
            client_id: "c".to_owned(),
            body: String::new(),
            sent_at: UnixMs(1),
            expires_at: None,
            deleted: false,
            corrupt: false,
        }
    }

    fn seq(messages: &Path) -> Option<u64> {
        read_beside(messages).unwrap().map(|mark| mark.seq)
    }

    #[test]
    fn cht_120_of_two_slots_the_last_whole_one_counts() {
        let folder = tempfile::tempdir().unwrap();
        let messages = folder.path().join("chat.db");
        assert_eq!(seq(&messages), None);
        let mark = MarkFile::open(&messages, Some((&message(1), "x")), false).unwrap();
        for at in 2..=5 {
            mark.write(&message(at), "x").unwrap();
            assert_eq!(seq(&messages), Some(at));
        }
        drop(mark);
        let mark = MarkFile::open(&messages, Some((&message(9), "x")), false).unwrap();
        assert_eq!(seq(&messages), Some(5), "what is known counts");
        mark.write(&message(6), "x").unwrap();
        // Torn in the middle of the next one.
        let whole = std::fs::read(path_beside(&messages)).unwrap();
        mark.write(&message(7), "x").unwrap();
        let next = std::fs::read(path_beside(&messages)).unwrap();
        let slot = (0..2).find(|at| {
            whole[at * SLOT_BYTES..][..SLOT_BYTES] != next[at * SLOT_BYTES..][..SLOT_BYTES]
        });
        let slot = slot.unwrap() * SLOT_BYTES;
        let mut torn = whole;
        torn[slot..slot + 90].copy_from_slice(&next[slot..slot + 90]);
        std::fs::write(path_beside(&messages), &torn).unwrap();
        assert_eq!(seq(&messages), Some(6));
        std::fs::write(path_beside(&messages), b"nothing of ours").unwrap();
        assert_eq!(seq(&messages), None);
        MarkFile::open(&messages, Some((&message(8), "x")), false).unwrap();
        assert_eq!(seq(&messages), Some(8));
        MarkFile::open(&messages, Some((&message(3), "x")), true).unwrap();
        assert_eq!(seq(&messages), Some(3), "the loss was accepted");
    }
}
