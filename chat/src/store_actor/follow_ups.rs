//! What follows from stored messages and is not written yet. It is written with the next changes.

use std::collections::{BTreeMap, BTreeSet};

use chat_core::{MemberProgress, MessageRef};
use service::clock::now;
use tokio::time::{Duration, Instant};
use wire::chat::Message;
use wire::{Event, EventType, MessageUnread, RoomId, UnixMs, UserId};

use crate::store::{RoomChanges, SettledHead};
use crate::store_handle::UnreadNote;

/// How long it may wait to be batched with others; it bounds how late an event leaves.
const LINGER: Duration = Duration::from_millis(25);
/// Pause after a write that failed.
const RETRY: Duration = Duration::from_millis(500);
/// Messages whose consequences may wait while the store takes writes.
const MAX_UNSETTLED: usize = 512;
/// Messages whose consequences may wait while it does not; above it no message is taken, so that the start need not
/// look at more. They are 64 MiB at most.
pub(super) const MAX_WAITING: usize = 4_096;
/// Events that may wait meanwhile; above it no message is taken either.
const MAX_EVENTS: usize = 10_000;
/// Events of one transaction with what else waits: a second's work of a slow server, so that it is done in time.
const EVENTS_TOGETHER: usize = 2_000;

/// The consequences of stored messages, merged by room and by sender.
#[derive(Debug, Default)]
pub(super) struct FollowUps {
    heads: BTreeMap<RoomId, (u64, UnixMs)>,
    /// Who wrote them: how far they are then is known in memory, where the messages are told of.
    senders: BTreeSet<(RoomId, UserId)>,
    events: Vec<Event>,
    messages: usize,
    due: Option<Instant>,
}

impl FollowUps {
    /// Notes a stored message.
    pub(super) fn note(&mut self, message: &Message) {
        let head = self.heads.entry(message.room.clone()).or_default();
        *head = (*head).max((message.seq, message.sent_at));
        let sender = (message.room.clone(), message.from.clone());
        self.senders.insert(sender);
        self.messages += 1;
        self.due.get_or_insert_with(|| Instant::now() + LINGER);
    }

    /// Notes whom a message did not reach.
    pub(super) fn note_unread(&mut self, note: UnreadNote) {
        let UnreadNote { message, users } = note;
        let events = users.into_iter().map(|user_id| unread(&message, user_id));
        self.events.extend(events);
        self.due.get_or_insert_with(|| Instant::now() + LINGER);
    }

    /// True where something of the room waits.
    pub(super) fn concern(&self, room: &RoomId) -> bool {
        self.heads.contains_key(room)
    }

    /// When it must be written.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// True where it must be written before more messages are stored.
    pub(super) fn is_large(&self) -> bool {
        self.messages >= MAX_UNSETTLED
    }

    /// True where the store has not taken writes for too long.
    pub(super) fn is_overfull(&self) -> bool {
        self.events.len() >= MAX_EVENTS || self.messages >= MAX_WAITING
    }

    /// The rooms of the messages.
    pub(super) fn rooms(&self) -> impl Iterator<Item = &RoomId> {
        self.heads.keys()
    }

    /// Whose progress is written with it.
    pub(super) fn senders(&self) -> &BTreeSet<(RoomId, UserId)> {
        &self.senders
    }

    /// All of it as changes of rooms; `positions` is how far its senders are.
    pub(super) fn changes(&self, positions: Vec<MemberProgress>) -> RoomChanges {
        let settled = |(room, (last_seq, active_at)): (&RoomId, &(u64, UnixMs))| SettledHead {
            room: room.clone(),
            last_seq: *last_seq,
            active_at: *active_at,
        };
        RoomChanges {
            settled: self.heads.iter().map(settled).collect(),
            positions,
            events: self.events.clone(),
            ..RoomChanges::default()
        }
    }

    /// Events that are too many for one transaction with the rest: they are written before it. After a crash in
    /// between they are told again, which is better than never.
    pub(super) fn surplus(&self) -> Option<RoomChanges> {
        (self.events.len() > EVENTS_TOGETHER).then(|| RoomChanges {
            events: self.events[..EVENTS_TOGETHER].to_vec(),
            ..RoomChanges::default()
        })
    }

    /// The surplus is written.
    pub(super) fn forget_surplus(&mut self) {
        self.events.drain(..EVENTS_TOGETHER.min(self.events.len()));
    }

    /// The write failed: try again later.
    pub(super) fn failed(&mut self) {
        if self.due.is_some() {
            self.due = Some(Instant::now() + RETRY);
        }
    }

    /// All of it is written.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn unread(message: &MessageRef, user_id: UserId) -> Event {
    let data = MessageUnread {
        room_id: message.room.clone(),
        user_id,
        from: message.from.clone(),
        seq: message.seq,
        message_id: message.message_id.clone(),
    };
    Event {
        id: uuid::Uuid::now_v7().to_string(),
        kind: EventType::MessageUnread.name().to_owned(),
        occurred_at: now(),
        source: crate::SERVICE.to_owned(),
        subject: message.room.to_string(),
        revision: None,
        data: serde_json::to_value(data).expect("a struct of strings and numbers"),
    }
}
