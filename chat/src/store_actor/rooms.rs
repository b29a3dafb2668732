//! Rooms: opening them, moving positions in them, and bringing them into the broker.

use std::collections::{BTreeMap, BTreeSet};

use chat_core::{Input, Room};
use serde::Deserialize as _;
use service::clock::now;
use wire::{ChatRoomGrant, ErrorCode, Event, EventBatch, EventType, RoomId, SessionBooked};

use super::follow_ups::MAX_UNSETTLED;
use super::{CommandBatch, PendingPosition, StoreActor, failure, refusal};
use crate::caller::Caller;
use crate::store::{Changes, Head, Opening, StoreError, StoredRoom, Stores};
use crate::store_handle::Reply;

/// Rooms of a person that are brought into memory when they come; as many as a `welcome` has.
const ROOMS_OF_ENTRY: u32 = 100;
/// Messages that the start looks at: those of the last groups before a crash, and as many again.
const LEFTOVERS: u32 = 4 * MAX_UNSETTLED as u32;

/// Somebody who comes in, or a room that somebody names.
pub(super) struct OpenRequest {
    grants: Vec<ChatRoomGrant>,
    wanted: Wanted,
    reply: Reply<()>,
}

enum Wanted {
    RoomsOf(Caller),
    Room(RoomId),
}

/// A batch of another service's events.
pub(super) struct IncomingBatch {
    pub(super) batch: EventBatch,
    pub(super) reply: Reply<()>,
}

impl OpenRequest {
    pub(super) fn of_ticket(caller: Caller, grants: Vec<ChatRoomGrant>, reply: Reply<()>) -> Self {
        Self {
            grants,
            wanted: Wanted::RoomsOf(caller),
            reply,
        }
    }

    pub(super) fn of_room(room: RoomId, reply: Reply<()>) -> Self {
        Self {
            grants: Vec::new(),
            wanted: Wanted::Room(room),
            reply,
        }
    }
}

impl<S: Stores> StoreActor<S> {
    /// Writes what is pending and what the group wants, in one transaction; then tells everybody.
    pub(super) async fn write(&mut self, group: CommandBatch) {
        match self.try_write(&group).await {
            Ok(opened) => {
                self.pending.clear();
                self.tell_written(group, opened).await;
            }
            Err(error) => {
                self.pending.failed();
                self.refuse_group(group, failure(&error));
            }
        }
    }

    async fn try_write(&mut self, group: &CommandBatch) -> Result<BTreeSet<RoomId>, StoreError> {
        let mut changes = self.pending.changes();
        let batches = group.batches.iter();
        changes
            .taken
            .extend(batches.map(|taking| taking.batch.clone()));
        let events = changes.taken.iter().flat_map(|batch| &batch.events);
        changes.openings.extend(events.filter_map(opening_of));
        changes
            .openings
            .extend(self.openings_of(&group.entries).await?);
        changes
            .moves
            .extend(group.moves.iter().map(|moving| moving.to.clone()));
        let opened: BTreeSet<RoomId> = changes.openings.iter().map(|o| o.room.clone()).collect();
        // What is there already must be known, so that only what changes is told of.
        self.load(opened.clone()).await?;
        if changes != Changes::default() {
            self.stores.apply(&changes).await?;
        }
        Ok(opened)
    }

    /// The rooms of tickets that are not there, or lack a member.
    async fn openings_of(&self, entries: &[OpenRequest]) -> Result<Vec<Opening>, StoreError> {
        let grants = || entries.iter().flat_map(|entry| &entry.grants);
        self.load(grants().map(|grant| grant.id.clone()).collect())
            .await?;
        let is_new = |grant: &&ChatRoomGrant| {
            self.registry
                .ask(|broker| !broker.has_members(&grant.id, &grant.members))
        };
        let opening = |grant: &ChatRoomGrant| Opening {
            room: grant.id.clone(),
            epoch: uuid::Uuid::now_v7().to_string(),
            members: grant.members.clone(),
            revision: None,
            at: now(),
        };
        Ok(grants().filter(is_new).map(opening).collect())
    }

    async fn tell_written(&mut self, group: CommandBatch, opened: BTreeSet<RoomId>) {
        let reread = self.read(opened).await;
        let opened = reread.unwrap_or_else(|error| {
            // They are stored; whoever asks for them next brings them into memory.
            failure(&error);
            Vec::new()
        });
        let mut inputs: Vec<Input> = opened.into_iter().map(Input::Opened).collect();
        let mut replies = Vec::new();
        for PendingPosition { to, origin, reply } in group.moves {
            inputs.push(Input::PositionMoved { to, origin });
            replies.extend(reply);
        }
        replies.extend(group.batches.into_iter().map(|taking| taking.reply));
        self.registry.handle_all(inputs);
        for reply in replies {
            reply.send(Ok(())).ok();
        }
        for entry in group.entries {
            let outcome = self.enter(entry.wanted).await;
            let outcome = outcome.map_err(|error| failure(&error));
            entry.reply.send(outcome).ok();
        }
    }

    fn refuse_group(&self, group: CommandBatch, code: ErrorCode) {
        let mut inputs = Vec::new();
        let mut replies = Vec::new();
        for PendingPosition { origin, reply, .. } in group.moves {
            inputs.extend(origin.map(|origin| refusal(origin, code)));
            replies.extend(reply);
        }
        replies.extend(group.entries.into_iter().map(|entry| entry.reply));
        replies.extend(group.batches.into_iter().map(|taking| taking.reply));
        self.registry.handle_all(inputs);
        for reply in replies {
            reply.send(Err(code)).ok();
        }
    }

    async fn enter(&self, wanted: Wanted) -> Result<(), StoreError> {
        let rooms = match wanted {
            Wanted::Room(room) => [room].into(),
            Wanted::RoomsOf(Caller {
                only: Some(only), ..
            }) => only,
            Wanted::RoomsOf(Caller { user, only: None }) => {
                let newest = self.stores.rooms_of(&user, None, ROOMS_OF_ENTRY).await?;
                newest.into_iter().map(|position| position.room).collect()
            }
        };
        self.load(rooms).await
    }

    /// Brings those rooms into memory that are not there yet.
    pub(super) async fn load(&self, mut rooms: BTreeSet<RoomId>) -> Result<(), StoreError> {
        self.registry
            .ask(|broker| rooms.retain(|room| !broker.knows(room)));
        let found = self.read(rooms).await?;
        self.registry
            .handle_all(found.into_iter().map(Input::Loaded));
        Ok(())
    }

    async fn read(&self, rooms: BTreeSet<RoomId>) -> Result<Vec<Room>, StoreError> {
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RoomId> = rooms.into_iter().collect();
        let stored = self.stores.rooms(&ids).await?;
        let heads = self.stores.heads(&ids).await?;
        let mut heads: BTreeMap<RoomId, Head> = heads
            .into_iter()
            .map(|head| (head.last.room.clone(), head))
            .collect();
        let room = |stored: StoredRoom| {
            let head = heads.remove(&stored.id);
            room_of(stored, head)
        };
        Ok(stored.into_iter().map(room).collect())
    }

    /// Makes up for what an earlier process stored and did not follow up.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn settle_leftovers(&mut self) -> Result<(), StoreError> {
        let last = self.stores.last(LEFTOVERS).await?;
        let rooms: BTreeSet<RoomId> = last.iter().map(|message| message.room.clone()).collect();
        let ids: Vec<RoomId> = rooms.into_iter().collect();
        let stored = self.stores.rooms(&ids).await?;
        let settled: BTreeMap<RoomId, u64> = stored
            .iter()
            .map(|room| (room.id.clone(), room.last_seq))
            .collect();
        let leftovers: Vec<_> = last
            .into_iter()
            .filter(|message| {
                settled
                    .get(&message.room)
                    .is_some_and(|seq| message.seq > *seq)
            })
            .collect();
        if leftovers.is_empty() {
            return Ok(());
        }
        tracing::info!(
            messages = leftovers.len(),
            "following up what an earlier process stored"
        );
        let rooms = stored
            .into_iter()
            .map(|room| Input::Loaded(room_of(room, None)));
        self.registry.handle_all(rooms);
        let mut inputs = Vec::with_capacity(leftovers.len());
        for message in leftovers {
            self.pending.note(&message);
            inputs.push(Input::Stored {
                message,
                origin: None,
            });
        }
        let left = self.registry.handle_all(inputs);
        self.note_unread(left);
        self.stores.apply(&self.pending.changes()).await?;
        self.pending.clear();
        Ok(())
    }
}

/// The message store says how far a room is; the rooms' own copy may be behind.
fn room_of(stored: StoredRoom, head: Option<Head>) -> Room {
    let min_seq = head.as_ref().map_or(1, |head| head.min_seq);
    let last_message = head.map(|head| head.last);
    let last = last_message.as_ref();
    Room {
        last_seq: last.map_or(stored.last_seq, |last| last.seq),
        min_seq,
        active_at: last.map_or(stored.active_at, |last| stored.active_at.max(last.sent_at)),
        id: stored.id,
        epoch: stored.epoch,
        members: stored.members,
        last_message,
    }
}

/// The room of a booking. A cancelled one has it too: events may come in any order.
fn opening_of(event: &Event) -> Option<Opening> {
    match EventType::from_name(&event.kind)? {
        EventType::SessionScheduled
        | EventType::SessionRescheduled
        | EventType::SessionCancelled => {}
        _ => return None,
    }
    let booked = match SessionBooked::deserialize(&event.data) {
        Ok(booked) => booked,
        Err(error) => {
            metrics::counter!("chat_events_skipped_total").increment(1);
            tracing::warn!(event = event.id, kind = event.kind, %error, "skipped an event");
            return None;
        }
    };
    Some(Opening {
        room: booked.room_id,
        epoch: uuid::Uuid::now_v7().to_string(),
        members: booked.session.participants.to_vec(),
        revision: Some(event.revision.unwrap_or(booked.session.revision)),
        at: event.occurred_at,
    })
}
