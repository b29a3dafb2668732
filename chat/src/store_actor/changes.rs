//! Everything but messages: rooms are opened, positions moved, events taken, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use bus::Fanout;
use chat_core::{MemberProgress, PositionKind, Room, SentCount, WriteOutcome};
use service::clock::now;
use tokio::time::Instant;
use wire::{ChatRoomGrant, ErrorCode, RoomId, UnixMs, UserId};

use super::batch::{CommandBatch, PendingOpening, PendingPosition};
use super::circuit_breaker::StoreBreaker;
use super::{StoreActor, facts, refused};
use crate::store::{Opening, RoomChanges, StoreError, Stores};
use crate::store_handle::Reply;

/// Rooms that are opened, closed or left, as they were before.
type Before = BTreeMap<RoomId, Option<Room>>;

/// What was written beside positions and events.
struct WrittenChanges {
    before: Before,
    erased: Vec<(UserId, UnixMs)>,
    /// Who blocks, or does no more, and whom.
    blocks: Vec<(UserId, UserId)>,
    /// Who left a group by themselves, with which revision of it.
    left: Vec<(RoomId, u64, UserId)>,
    /// Of each position of the batch: how many of the member's own messages lie up to it.
    sent_read: Vec<u64>,
}

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    /// Writes what follows from messages and what the batch wants, in one transaction; then tells everybody.
    pub(super) async fn write(&mut self, batch: CommandBatch) {
        if self.breaker.is_open() {
            self.follow_ups.failed();
            self.refuse_batch(batch, StoreBreaker::rooms_error().code());
            return;
        }
        match self.try_write(&batch).await {
            Ok(mut applied) => {
                self.follow_ups.clear();
                self.tell_of_people(&mut applied);
                self.tell_written(batch, applied).await;
            }
            Err(error) => {
                self.follow_ups.failed();
                self.refuse_batch(batch, error.report());
            }
        }
    }

    async fn try_write(&mut self, batch: &CommandBatch) -> Result<WrittenChanges, StoreError> {
        while let Some(surplus) = self.follow_ups.surplus() {
            self.apply(&surplus).await?;
            self.follow_ups.forget_surplus();
        }
        let mut changes = self.follow_ups.changes(self.progress_of_senders());
        let taken = batch.events.iter().map(|events| events.batch.clone());
        changes.taken.extend(taken);
        for events in &batch.events {
            for event in &events.batch.events {
                facts::take(event, &mut changes);
            }
        }
        for pending in &batch.removals {
            changes.removals.push(pending.removal.clone());
            changes.events.push(pending.told.clone());
        }
        self.keep_rooms(rooms_of(&changes, batch)).await?;
        let sent_read = self.count_sent(&batch.positions).await?;
        let moved = batch.positions.iter().zip(&sent_read);
        changes
            .positions
            .extend(moved.map(|(moving, sent_read)| progress(moving, *sent_read)));
        changes.openings.extend(self.openings_of(&batch.openings));
        let opened = changes.openings.iter().map(|opening| &opening.room);
        let closed = changes.closings.iter().map(|closing| &closing.room);
        let grouped = changes.groups.iter().map(|group| &group.room);
        let opened = opened.chain(closed).chain(grouped);
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
        let erased = changes
            .erasures
            .into_iter()
            .map(|erasure| (erasure.user, erasure.at));
        let blocks = changes
            .blocks
            .into_iter()
            .map(|change| (change.by, change.user));
        let left = changes
            .groups
            .into_iter()
            .filter_map(|group| Some((group.room, group.revision, group.left?)));
        Ok(WrittenChanges {
            left: left.collect(),
            before,
            erased: erased.collect(),
            blocks: blocks.collect(),
            sent_read,
        })
    }

    /// How far those are whose messages are told of and not followed up, or were found when their room was read.
    pub(super) fn progress_of_senders(&self) -> Vec<MemberProgress> {
        self.rooms.registry().ask(|broker| {
            let rooms = self.follow_ups.rooms().filter_map(|room| broker.room(room));
            let uncounted =
                rooms.flat_map(|room| room.uncounted.iter().map(move |user| (&room.id, user)));
            let senders = self.follow_ups.senders().iter();
            let senders: BTreeSet<_> = senders
                .map(|(room, user)| (room, user))
                .chain(uncounted)
                .collect();
            let progress = |(room, user)| Some(broker.room(room)?.member(user)?.progress(room));
            senders.into_iter().filter_map(progress).collect()
        })
    }

    /// Of each position: how many messages of their own its member has read then. All that are stored are told of.
    async fn count_sent(&self, positions: &[PendingPosition]) -> Result<Vec<u64>, StoreError> {
        let counts: Vec<SentCount> = self.rooms.registry().ask(|broker| {
            let count = |PendingPosition { update, .. }: &PendingPosition| {
                let room = broker.room(&update.room)?;
                let member = room.member(&update.user)?;
                Some(member.sent_through(update.seq, room.last_seq))
            };
            let counts = positions.iter().map(count);
            counts
                .map(|count| count.unwrap_or(SentCount::Known(0)))
                .collect()
        });
        let mut sent_read = Vec::with_capacity(counts.len());
        for (count, PendingPosition { update, .. }) in counts.into_iter().zip(positions) {
            let between = match (count.between(), update.kind) {
                (Some((after, through)), PositionKind::Read) => {
                    let stores = self.rooms.stores();
                    let counted =
                        stores.count_written_by(&update.user, &update.room, after, through);
                    counted.await?
                }
                _ => 0,
            };
            sent_read.push(count.with_between(between));
        }
        Ok(sent_read)
    }

    /// Tells of blocks and erasures, and adds the rooms in memory that they change: of those that are read meanwhile,
    /// none is taken from before they were written.
    fn tell_of_people(&mut self, applied: &mut WrittenChanges) {
        if applied.erased.is_empty() && applied.blocks.is_empty() {
            return;
        }
        self.rooms.registry().erase(&applied.erased);
        let erased = applied.erased.iter().map(|(user, _)| user.clone());
        let mut told: Vec<_> = erased
            .map(|user| WriteOutcome::UserErased { user })
            .collect();
        if !applied.blocks.is_empty() {
            told.push(WriteOutcome::BlocksChanged);
        }
        self.publish(told);
        if !applied.erased.is_empty() {
            self.scrub_due = Some(Instant::now());
        }
        self.rooms.registry().ask(|broker| {
            let of_erased = applied
                .erased
                .iter()
                .flat_map(|(user, _)| broker.rooms_of(user, None));
            let of_pairs = applied.blocks.iter().flat_map(|(by, user)| {
                let rooms = broker.rooms_of(by, None).into_iter();
                rooms.filter(move |room| room.members.len() == 2 && room.member(user).is_some())
            });
            for room in of_erased.chain(of_pairs) {
                applied.before.insert(room.id.clone(), Some(room.clone()));
            }
        });
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
            revision: grant.revision,
            at: now(),
        };
        self.rooms.registry().ask(|broker| {
            let is_new = |grant: &&ChatRoomGrant| !broker.has_members(&grant.id, &grant.members);
            grants.filter(is_new).map(opening).collect()
        })
    }

    async fn tell_written(&mut self, batch: CommandBatch, applied: WrittenChanges) {
        let WrittenChanges {
            mut before,
            left,
            sent_read,
            ..
        } = applied;
        let opened = self.rooms.read(before.keys().cloned().collect()).await;
        // They are stored. Who is told that they are not asks again: then they are read, and told to everybody.
        let (opened, outcome) = match opened {
            Ok(opened) => (opened, Ok(())),
            Err(error) => (Vec::new(), Err(error.report())),
        };
        let mut published = Vec::new();
        for mut room in opened {
            let known = before.remove(&room.id).flatten();
            let since = known.as_ref().map_or(0, |known| known.revision);
            // What an older fact says of somebody a newer one has overtaken.
            let counts = |revision: u64| revision > since && revision <= room.revision;
            let of_room = left
                .iter()
                .filter(|(id, revision, _)| *id == room.id && counts(*revision));
            let of_room: Vec<UserId> = of_room.map(|(.., user)| user.clone()).collect();
            room.note_left(of_room);
            let changed = known.is_none_or(|known| room.differs_from(&known));
            published.push(WriteOutcome::RoomOpened { room, changed });
        }
        let mut moved = Vec::new();
        for (moving, sent_read) in batch.positions.into_iter().zip(sent_read) {
            let PendingPosition {
                update,
                origin,
                reply,
            } = moving;
            published.push(WriteOutcome::PositionMoved {
                update,
                sent_read,
                origin,
            });
            moved.extend(reply);
        }
        let events = batch.events.into_iter().map(|events| events.reply);
        let openings = batch.openings.into_iter().map(|opening| opening.reply);
        self.publish(published);
        answer(moved, Ok(()));
        let removed = batch.removals.into_iter().map(|removal| removal.reply);
        answer(removed.collect(), Ok(()));
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
        replies.extend(batch.removals.into_iter().map(|removal| removal.reply));
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

/// A position as it is stored. Who has read a message also has it.
fn progress(PendingPosition { update, .. }: &PendingPosition, sent_read: u64) -> MemberProgress {
    let is_read = update.kind == PositionKind::Read;
    MemberProgress {
        room: update.room.clone(),
        user: update.user.clone(),
        read_seq: if is_read { update.seq } else { 0 },
        delivered_seq: update.seq,
        sent: 0,
        sent_read: if is_read { sent_read } else { 0 },
    }
}

/// The rooms whose members or positions change.
fn rooms_of(changes: &RoomChanges, batch: &CommandBatch) -> BTreeSet<RoomId> {
    let opened = changes.openings.iter().map(|opening| &opening.room);
    let closed = changes.closings.iter().map(|closing| &closing.room);
    let grouped = changes.groups.iter().map(|group| &group.room);
    let followed_up = changes.positions.iter().map(|progress| &progress.room);
    let moved = batch.positions.iter().map(|moving| &moving.update.room);
    let grants = batch.openings.iter().flat_map(|opening| &opening.grants);
    let granted = grants.map(|grant| &grant.id);
    let changed = opened.chain(closed).chain(grouped).chain(followed_up);
    changed.chain(moved).chain(granted).cloned().collect()
}
