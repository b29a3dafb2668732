//! All messages of a store, looked at one by one: whether each is what was stored, follows the one before, and is there.

use chat_core::{ChainWalk, StoredMessage, Verdict};
use wire::RoomId;

use super::sql::SqlRooms;
use super::{ChainedMessages, StoreError};
use crate::lost_tail::behind_after;

/// Messages that are read together: 8 MiB at most.
const TOGETHER: u32 = 500;
/// Faults that are told of one by one; the others are counted.
const MAX_LISTED: usize = 100;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainReport {
    /// Rooms that have messages.
    pub rooms: u64,
    /// Messages that are there.
    pub messages: u64,
    /// Those of them from before there were chains, of which nobody can say anything.
    pub unchained: u64,
    /// How many messages are damaged or gone.
    pub faults: u64,
    /// The first of them.
    pub first: Vec<ChainFault>,
}

/// Something that is not as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFault {
    /// The room that it is in.
    pub room: RoomId,
    /// The message, or the first of several.
    pub seq: u64,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// What is wrong with messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not what was stored.
    Corrupt,
    /// It does not follow the one before it.
    Broken,
    /// From it on to this one they are not there.
    Missing {
        /// The last of them.
        through: u64,
    },
}

impl ChainReport {
    fn add(&mut self, room: &RoomId, seq: u64, kind: FaultKind) {
        self.faults += match kind {
            FaultKind::Missing { through } => through - seq + 1,
            FaultKind::Corrupt | FaultKind::Broken => 1,
        };
        if self.first.len() < MAX_LISTED {
            let room = room.clone();
            self.first.push(ChainFault { room, seq, kind });
        }
    }
}

/// Reads every message, and compares with what the rooms know of them. Memory is bounded whatever there is.
///
/// # Errors
/// When a store does not answer.
pub async fn verify_messages(
    rooms: &SqlRooms,
    messages: &impl ChainedMessages,
) -> Result<ChainReport, StoreError> {
    let mut report = ChainReport::default();
    let mut at: Option<(RoomId, u64, ChainWalk)> = None;
    loop {
        let place = at.as_ref().map(|(room, seq, _)| (room, *seq));
        let found = messages.stored_after(place, TOGETHER).await?;
        if found.is_empty() {
            break;
        }
        for stored in found {
            let room = stored.message.room.clone();
            let walk = match at.take() {
                Some((known, _, walk)) if known == room => walk,
                _ => {
                    report.rooms += 1;
                    let anchors = messages.anchors(std::slice::from_ref(&room)).await?;
                    let anchor = anchors.get(&room).copied().unwrap_or_default();
                    ChainWalk::new(Some(anchor), Some(0))
                }
            };
            at = Some(step(&mut report, walk, room, &stored));
        }
    }
    compare_with_rooms(&mut report, rooms, messages).await?;
    Ok(report)
}

fn step(
    report: &mut ChainReport,
    mut walk: ChainWalk,
    room: RoomId,
    stored: &StoredMessage,
) -> (RoomId, u64, ChainWalk) {
    let seq = stored.message.seq;
    let found = walk.step(stored);
    if let Some(missing) = found.missing {
        let through = *missing.end();
        report.add(&room, *missing.start(), FaultKind::Missing { through });
    }
    report.messages += 1;
    match found.verdict {
        Verdict::Sound => {}
        Verdict::Unchained => report.unchained += 1,
        Verdict::Corrupt => report.add(&room, seq, FaultKind::Corrupt),
        Verdict::Broken => report.add(&room, seq, FaultKind::Broken),
    }
    (room, seq, walk)
}

/// What a room's row knows of and its messages do not have is gone.
async fn compare_with_rooms(
    report: &mut ChainReport,
    rooms: &SqlRooms,
    messages: &impl ChainedMessages,
) -> Result<(), StoreError> {
    let mut after = None;
    while let Some(found) = behind_after(rooms, messages, &mut after).await? {
        for behind in found {
            let through = behind.room.last_seq;
            let kind = FaultKind::Missing { through };
            report.add(&behind.room.id, behind.found + 1, kind);
        }
    }
    Ok(())
}
