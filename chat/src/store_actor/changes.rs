//! Everything but messages: rooms are opened, positions moved, events taken, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use bus::Fanout;
use chat_core::{Room, WriteOutcome, check_id, check_participant};
use serde::Deserialize as _;
use service::clock::now;
use tokio::time::Instant;
use wire::{ChatRoomGrant, ErrorCode, Event, EventType, RoomId, SessionBooked};

use super::batch::{CommandBatch, PendingOpening, PendingPosition};
use super::circuit_breaker::RoomStoreBreaker;
use super::{StoreActor, refused};
use crate::removals::Removal;
use crate::store::{Opening, RoomChanges, StoreError, Stores};
use crate::store_handle::Reply;

/// Rooms that are opened, as they were before.
type Before = BTreeMap<RoomId, Option<Room>>;

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    /// Writes what follows from messages and what the batch wants, in one transaction; then tells everybody.
    pub(super) async fn write(&mut self, batch: CommandBatch) {
        if self.breaker.is_open() {
            self.follow_ups.failed();
            self.refuse_batch(batch, RoomStoreBreaker::error().code());
            return;
        }
        match self.try_write(&batch).await {
            Ok(before) => {
                self.follow_ups.clear();
                self.tell_written(batch, before).await;
            }
            Err(error) => {
                self.follow_ups.failed();
                self.refuse_batch(batch, error.report());
            }
        }
    }

    async fn try_write(&mut self, batch: &CommandBatch) -> Result<Before, StoreError> {
        while let Some(surplus) = self.follow_ups.surplus() {
            self.apply(&surplus).await?;
            self.follow_ups.forget_surplus();
        }
        let mut changes = self.follow_ups.changes();
        let taken = batch.events.iter().map(|events| events.batch.clone());
        changes.taken.extend(taken);
        let events = changes.taken.iter().flat_map(|batch| &batch.events);
        let openings: Vec<Opening> = events.clone().filter_map(opening_of).collect();
        changes.removals = events.filter_map(Removal::of).collect();
        changes.openings.extend(openings);
        let positions = batch.positions.iter().map(|moving| moving.update.clone());
        changes.positions.extend(positions);
        self.keep_rooms(rooms_of(&changes, &batch.openings)).await?;
        changes.openings.extend(self.openings_of(&batch.openings));
        let opened = changes.openings.iter().map(|opening| &opening.room);
        // What is there already must be known, so that only what changes is told of.
        let before = self.rooms.registry().ask(|broker| {
            let known = |room: &RoomId| (room.clone(), broker.room(room).cloned());
            opened.map(known).collect()
        });
        if changes != RoomChanges::default() {
            self.apply(&changes).await?;
        }
        if !changes.removals.is_empty() {
            self.rooms.registry().remove(&changes.removals);
        }
        Ok(before)
    }

    async fn apply(&mut self, changes: &RoomChanges) -> Result<(), StoreError> {
        let begun = Instant::now();
        let applied = self.rooms.stores().apply(changes).await;
        self.breaker.note(begun, &applied);
        applied
    }

    /// The rooms of tickets that are not there, or lack a member.
    fn openings_of(&self, openings: &[PendingOpening]) -> Vec<Opening> {
        let grants = openings.iter().flat_map(|opening| &opening.grants);
        let opening = |grant: &ChatRoomGrant| Opening {
            room: grant.id.clone(),
            epoch: uuid::Uuid::now_v7().to_string(),
            members: grant.members.clone(),
            revision: None,
            at: now(),
        };
        self.rooms.registry().ask(|broker| {
            let is_new = |grant: &&ChatRoomGrant| !broker.has_members(&grant.id, &grant.members);
            grants.filter(is_new).map(opening).collect()
        })
    }

    async fn tell_written(&mut self, batch: CommandBatch, mut before: Before) {
        let opened = self.rooms.read(before.keys().cloned().collect()).await;
        // They are stored. Who is told that they are not asks again: then they are read, and told to everybody.
        let (opened, outcome) = match opened {
            Ok(opened) => (opened, Ok(())),
            Err(error) => (Vec::new(), Err(error.report())),
        };
        let mut published = Vec::new();
        for room in opened {
            let known = before.remove(&room.id).flatten();
            let changed = known.is_none_or(|known| !known.has_same_people(&room));
            published.push(WriteOutcome::RoomOpened { room, changed });
        }
        let mut moved = Vec::new();
        for moving in batch.positions {
            let PendingPosition {
                update,
                origin,
                reply,
            } = moving;
            published.push(WriteOutcome::PositionMoved { update, origin });
            moved.extend(reply);
        }
        let events = batch.events.into_iter().map(|events| events.reply);
        let openings = batch.openings.into_iter().map(|opening| opening.reply);
        self.publish(published);
        answer(moved, Ok(()));
        answer(events.chain(openings).collect(), outcome);
    }

    fn refuse_batch(&self, batch: CommandBatch, code: ErrorCode) {
        let mut published = Vec::new();
        let mut replies = Vec::new();
        for PendingPosition { origin, reply, .. } in batch.positions {
            published.extend(origin.map(|origin| refused(origin, code)));
            replies.extend(reply);
        }
        replies.extend(batch.openings.into_iter().map(|opening| opening.reply));
        replies.extend(batch.events.into_iter().map(|events| events.reply));
        self.fanout.publish(published);
        answer(replies, Err(code));
    }
}

/// Nobody may wait any longer: it is written, or not, all the same.
fn answer(replies: Vec<Reply<()>>, outcome: Result<(), ErrorCode>) {
    for reply in replies {
        reply.send(outcome).ok();
    }
}

/// The rooms whose members or positions change.
fn rooms_of(changes: &RoomChanges, openings: &[PendingOpening]) -> BTreeSet<RoomId> {
    let opened = changes.openings.iter().map(|opening| &opening.room);
    let moved = changes.positions.iter().map(|update| &update.room);
    let grants = openings.iter().flat_map(|opening| &opening.grants);
    let granted = grants.map(|grant| &grant.id);
    opened.chain(moved).chain(granted).cloned().collect()
}

/// The room of a booking. A cancelled one has it too: events may come in any order.
fn opening_of(event: &Event) -> Option<Opening> {
    match EventType::from_name(&event.kind)? {
        EventType::SessionScheduled
        | EventType::SessionRescheduled
        | EventType::SessionCancelled => {}
        _ => return None,
    }
    let booked = match booked(event) {
        Ok(booked) => booked,
        Err(problem) => {
            metrics::counter!("chat_events_skipped_total").increment(1);
            tracing::warn!(event = ?event.id, kind = ?event.kind, problem, "skipped an event");
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

/// What an event says of a booking, or why it makes no sense.
fn booked(event: &Event) -> Result<SessionBooked, String> {
    let booked = SessionBooked::deserialize(&event.data).map_err(|error| error.to_string())?;
    check_id(booked.room_id.as_str()).map_err(|bad| format!("room_id: {bad}"))?;
    for participant in &booked.session.participants {
        check_participant(participant).map_err(|bad| format!("a participant: {bad}"))?;
    }
    Ok(booked)
}
