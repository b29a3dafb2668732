//! What is done of itself, a little at a time between what people ask for: texts whose time has come, messages that are too
//! old, and what is left of either in files of ours.

use std::collections::{BTreeMap, BTreeSet};

use bus::Fanout;
use chat_core::{MemberProgress, Room, WriteOutcome};
use service::clock::now;
use tokio::time::{Duration, Instant};
use wire::RoomId;

use super::StoreActor;
use super::removed_texts::TEXTS_TOGETHER;
use crate::retention_age::RetentionAge;
use crate::store::{
    MessageAge, RoomChanges, StoreError, Stores, TextEnd, TextRemoval, TextRemoved,
};

/// Messages that are looked at for one step.
const TOGETHER: u32 = 200;
/// Rooms of one step: each costs a server of MongoDB some answers, and a file two commits.
const MAX_ROOMS: usize = 8;
/// Between two looks for what is due. Nobody is told what is due and not found yet.
const EVERY: Duration = Duration::from_secs(1);
/// Between two steps while there is more: sending goes first.
const PAUSE: Duration = Duration::from_millis(25);
/// From a text that was taken away until no log has it: those of a few seconds go together.
const CUT_LOG_AFTER: Duration = Duration::from_secs(2);
/// From then until the file is written anew, which keeps who sends waiting for up to seconds.
const REWRITE_AFTER: Duration = Duration::from_secs(60 * 60);
/// Pause before an overwriting that failed is tried again.
const OVERWRITE_AGAIN: Duration = Duration::from_secs(20);

/// When what is to be done.
#[derive(Debug)]
pub(super) struct UpkeepSchedule {
    retention: Option<RetentionAge>,
    look_at: Instant,
    cut_log_at: Option<Instant>,
    rewrite_at: Option<Instant>,
}

impl Default for UpkeepSchedule {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            retention: None,
            look_at: now,
            // An earlier process may not have come to it.
            cut_log_at: None,
            rewrite_at: Some(now),
        }
    }
}

impl UpkeepSchedule {
    pub(super) fn due(&self) -> Option<Instant> {
        let overwriting = self.cut_log_at.into_iter().chain(self.rewrite_at);
        overwriting.chain([self.look_at]).min()
    }

    /// Notes that something of a file is to be overwritten.
    pub(super) fn note_removal(&mut self) {
        let now = Instant::now();
        self.cut_log_at.get_or_insert(now + CUT_LOG_AFTER);
        self.rewrite_at.get_or_insert(now + REWRITE_AFTER);
    }

    /// True once for each time it is due; `in_whole` says which.
    fn take_overwriting(&mut self) -> Option<bool> {
        let now = Instant::now();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if is_due(self.rewrite_at) {
            (self.rewrite_at, self.cut_log_at) = (None, None);
            return Some(true);
        }
        if is_due(self.cut_log_at) {
            self.cut_log_at = None;
            return Some(false);
        }
        None
    }

    fn overwriting_failed(&mut self, in_whole: bool) {
        let again = Some(Instant::now() + OVERWRITE_AGAIN);
        match in_whole {
            true => self.rewrite_at = again,
            false => self.cut_log_at = again,
        }
    }
}

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    /// The same, which deletes messages that are older than that.
    pub(crate) fn keeping_messages_for(mut self, age: Option<RetentionAge>) -> Self {
        self.housekeeping.retention = age;
        self
    }

    /// Takes the next step, if one is due.
    pub(super) async fn keep_house(&mut self) {
        if self.housekeeping.look_at <= Instant::now() {
            let pause = match self.step().await {
                Ok(true) => PAUSE,
                Ok(false) => EVERY,
                Err(error) => {
                    metrics::counter!("chat_housekeeping_failures_total").increment(1);
                    tracing::warn!(%error, "housekeeping is tried again");
                    EVERY
                }
            };
            self.housekeeping.look_at = Instant::now() + pause;
        }
        if let Some(in_whole) = self.housekeeping.take_overwriting()
            && let Err(error) = self.rooms.stores().overwrite(in_whole).await
        {
            metrics::counter!("chat_overwrites_failed_total").increment(1);
            tracing::warn!(%error, "what was taken away may still stand in the store's files; it is tried again");
            self.housekeeping.overwriting_failed(in_whole);
        }
    }

    /// True where there is more to be done.
    pub(super) async fn step(&mut self) -> Result<bool, StoreError> {
        // Whoever waits for a store that is away would keep everybody waiting.
        if self.messages_breaker.is_open() || self.breaker.is_open() {
            return Ok(false);
        }
        let more_texts = self.expire_texts().await?;
        let more_messages = self.delete_old_messages().await?;
        Ok(more_texts || more_messages)
    }

    async fn expire_texts(&mut self) -> Result<bool, StoreError> {
        let begun = Instant::now();
        let due = self.rooms.stores().overdue(now(), TEXTS_TOGETHER).await;
        self.messages_breaker.note(begun, &due);
        let due = due?;
        if due.is_empty() {
            return Ok(false);
        }
        let removal = |(room, seq)| TextRemoval {
            room,
            seq,
            end: TextEnd::Expired,
            at: now(),
        };
        let removals: Vec<TextRemoval> = due.into_iter().map(removal).collect();
        let removed = self.remove_texts(&removals).await?;
        let mut changed: BTreeMap<RoomId, u64> = BTreeMap::new();
        for (removal, removed) in removals.iter().zip(removed) {
            if let TextRemoved::Now { changes } = removed {
                metrics::counter!("chat_texts_expired_total").increment(1);
                changed.insert(removal.room.clone(), changes);
            }
        }
        let told = changed.into_iter();
        let told = told.map(|(room, changes)| WriteOutcome::TextsExpired { room, changes });
        self.publish(told.collect());
        Ok(removals.len() >= TEXTS_TOGETHER as usize)
    }

    /// Rooms begin later first, then their members have read up to there, then messages go: whatever is done last before a
    /// process dies, the next one finds the same messages too old, and does it again.
    async fn delete_old_messages(&mut self) -> Result<bool, StoreError> {
        let mut old = self.too_old().await?;
        let mut ends: BTreeMap<RoomId, u64> = BTreeMap::new();
        for MessageAge { room, seq, .. } in &old {
            let end = ends.entry(room.clone()).or_default();
            *end = (*end).max(*seq);
        }
        while ends.len() > MAX_ROOMS {
            ends.pop_last();
        }
        if ends.is_empty() {
            return Ok(false);
        }
        old.retain(|message| ends.contains_key(&message.room));
        let ids: BTreeSet<RoomId> = ends.keys().cloned().collect();
        self.keep_rooms(ids.clone()).await?;
        for (room, through) in &ends {
            self.rooms.stores().begin_after(room, *through).await?;
        }
        let rooms = self.rooms.read(ids).await?;
        let changes = RoomChanges {
            positions: rooms.iter().flat_map(moved_to_beginning).collect(),
            ..RoomChanges::default()
        };
        if !changes.positions.is_empty() {
            let begun = Instant::now();
            let applied = self.rooms.stores().apply(&changes).await;
            self.breaker.note(begun, &applied);
            applied?;
        }
        // Before they are gone nobody is to read them any more.
        let changed = true;
        let told = rooms.into_iter();
        let told = told.map(|room| WriteOutcome::RoomOpened { room, changed });
        self.publish(told.collect());
        for room in ends.keys() {
            let stores = self.rooms.stores();
            stores.delete_before_beginning(room, TOGETHER).await?;
        }
        self.housekeeping.note_removal();
        metrics::counter!("chat_messages_aged_out_total").increment(old.len() as u64);
        Ok(true)
    }

    async fn too_old(&mut self) -> Result<Vec<MessageAge>, StoreError> {
        let Some(age) = self.housekeeping.retention else {
            return Ok(Vec::new());
        };
        let oldest = age.oldest();
        let is_old = |message: &MessageAge| message.sent_at < oldest;
        let first = self.rooms.stores().oldest(1).await?;
        if !first.iter().any(is_old) {
            return Ok(Vec::new());
        }
        let mut found = self.rooms.stores().oldest(TOGETHER).await?;
        found.retain(is_old);
        Ok(found)
    }
}

/// How far those are who have read to a room's beginning.
fn moved_to_beginning(room: &Room) -> Vec<MemberProgress> {
    let members = room.members.iter();
    let moved = members.filter(|member| member.read_seq + 1 == room.min_seq);
    moved.map(|member| member.progress(&room.id)).collect()
}
