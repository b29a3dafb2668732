//! News for those without a WebSocket: what changed in whose rooms since a cursor. Nothing is kept for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wire::chat::{ChatServerFrame, Cursor, Delivered, Member, Read, Removed, RemovedReason};
use wire::{RoomId, UnixMs, UserId};

use crate::recovery::{Recovery, recover};
use crate::{Membership, MissedRange, PresenceTracker, Room, RoomBroker};

/// How far somebody is in all of their rooms; opaque to clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncCursor {
    /// Whose it is.
    pub user: String,
    /// Room by room.
    pub rooms: BTreeMap<RoomId, SyncMark>,
}

/// How far somebody is in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncMark {
    /// The room's epoch.
    #[serde(rename = "e")]
    pub epoch: String,
    /// The last message.
    #[serde(rename = "s")]
    pub seq: u64,
    /// Sum of all positions: they only rise, so that another sum means that one moved.
    #[serde(rename = "p")]
    pub positions: u64,
    /// How many members.
    #[serde(rename = "m")]
    pub members: usize,
    /// Whether it takes no more messages.
    #[serde(rename = "c", default)]
    pub closed: bool,
    /// The revision of a group's name and members.
    #[serde(rename = "r", default)]
    pub revision: u64,
    /// How often a text was taken away.
    #[serde(rename = "t", default)]
    pub changes: u64,
}

/// What is to be answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncPlan {
    /// Frames that come first.
    pub frames: Vec<ChatServerFrame>,
    /// Messages that follow, to be read from the store.
    pub missed: Vec<MissedRange>,
    /// Frames that come last: positions, which must not run ahead of messages.
    pub marks: Vec<ChatServerFrame>,
    /// Where the client is then.
    pub cursor: SyncCursor,
}

impl SyncPlan {
    /// True when there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.missed.is_empty() && self.marks.is_empty()
    }
}

impl SyncMark {
    fn of(room: &Room, user: &UserId, small_room: usize) -> Self {
        let sum = |total: u64, one: u64| total.wrapping_add(one);
        let positions = told_of(room, user, small_room)
            .into_iter()
            .flat_map(|m| [m.read_seq, m.delivered_seq]);
        Self {
            epoch: room.epoch.clone(),
            seq: room.last_seq,
            positions: positions.fold(0, sum),
            members: room.members.len(),
            closed: room.closed,
            revision: room.revision,
            changes: room.changes,
        }
    }

    /// True where whoever was here is told of the room's messages and positions alone.
    fn is_of_same(&self, room: &Room) -> bool {
        let shown = (room.members.len(), room.closed, room.revision);
        self.epoch == room.epoch && (self.members, self.closed, self.revision) == shown
    }
}

impl<P: PresenceTracker> RoomBroker<P> {
    /// What to answer to somebody who was at `since`, or who comes for the first time.
    #[must_use]
    pub fn news(
        &self,
        now: UnixMs,
        user: &UserId,
        only: Option<&BTreeSet<RoomId>>,
        since: Option<&SyncCursor>,
    ) -> SyncPlan {
        let rooms = self.rooms_of(user, only);
        let small_room = self.small_room();
        let mut plan = SyncPlan::default();
        plan.cursor.user = user.to_string();
        plan.cursor.rooms = rooms
            .iter()
            .map(|room| (room.id.clone(), SyncMark::of(room, user, small_room)))
            .collect();
        let Some(since) = since else {
            let (welcome, _) = self.welcome(now, user, only, &BTreeMap::new());
            plan.frames.push(welcome.into());
            return plan;
        };
        for (id, mark) in &since.rooms {
            // A room that is not in memory keeps its place: only one that is and isn't theirs is gone.
            match self.knows(id) {
                true if !plan.cursor.rooms.contains_key(id) => {
                    let has_left = self.room(id).is_some_and(|room| room.left.contains(user));
                    let reason = match has_left {
                        true => RemovedReason::Left,
                        false => RemovedReason::Removed,
                    };
                    let room = id.clone();
                    plan.frames.push(Removed { room, reason }.into());
                }
                true => {}
                false => {
                    plan.cursor.rooms.insert(id.clone(), mark.clone());
                }
            }
        }
        let mut budget = self.max_sync_messages();
        for room in rooms {
            let mark = since.rooms.get(&room.id);
            news_of((now, user), room, small_room, mark, &mut budget, &mut plan);
        }
        plan
    }
}

/// Whose positions somebody is told: in a large room their own.
fn told_of(room: &Room, user: &UserId, small_room: usize) -> Vec<Member> {
    match room.members.len() <= small_room {
        true => room.members_for(user),
        false => room
            .member(user)
            .map(Membership::shown)
            .into_iter()
            .collect(),
    }
}

fn news_of(
    (now, user): (UnixMs, &UserId),
    room: &Room,
    small_room: usize,
    mark: Option<&SyncMark>,
    budget: &mut u64,
    plan: &mut SyncPlan,
) {
    let same_room = mark.filter(|mark| mark.is_of_same(room));
    let cursor = same_room.map(|mark| Cursor {
        epoch: mark.epoch.clone(),
        seq: mark.seq,
    });
    let Recovery::From(after) = recover(cursor.as_ref(), room, user, *budget) else {
        plan.frames
            .extend(room.view(now, user, false).map(ChatServerFrame::from));
        return;
    };
    if mark.is_some_and(|mark| mark.changes != room.changes) {
        let view = room.view(now, user, true);
        plan.frames.extend(view.map(ChatServerFrame::from));
    }
    if after < room.last_seq {
        *budget -= room.last_seq - after;
        plan.missed.push(MissedRange {
            room: room.id.clone(),
            after,
            through: room.last_seq,
        });
    }
    if mark.is_some_and(|mark| mark.positions != SyncMark::of(room, user, small_room).positions) {
        for member in told_of(room, user, small_room) {
            let (room, user_id) = (room.id.clone(), member.user_id.clone());
            let read = Read {
                room: room.clone(),
                user_id: user_id.clone(),
                seq: member.read_seq,
            };
            let delivered = Delivered {
                room,
                user_id,
                seq: member.delivered_seq,
            };
            plan.marks.extend([read.into(), delivered.into()]);
        }
    }
}
