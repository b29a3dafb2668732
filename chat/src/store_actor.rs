//! The one that writes: takes what is to be stored, writes it in groups, and tells what was committed.
//!
//! Messages are written first and answered at once. What follows from them (heads of rooms, the sender's
//! position, events) is written a little later with other changes, in what may be another database; after a crash
//! [`StoreActor::recover_unsettled`] makes up for it. While rooms can't be written messages are still taken, as many
//! as it would make up for.

mod batch;
mod changes;
mod circuit_breaker;
mod facts;
mod follow_ups;
mod housekeeping;
mod removed_texts;
mod startup_recovery;
mod unanswered;

use std::collections::BTreeSet;

use bus::Fanout;
use chat_core::{ChainSalt, Input, MessageDraft, Origin, WriteOutcome};
use service::clock::now;
use service::limits::Limit;
use service::quota::QuotaExceeded;
use service::telemetry::spans;
use tokio::time::{Duration, Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use wire::{ErrorCode, RoomId, UnixMs};

use crate::quotas::MessageQuotas;
use crate::registry::Registry;
use crate::room_loader::RoomLoader;
use crate::store::mongo::is_of_messages;
use crate::store::{Appended, NewMessage, StoreError, Stores};
use crate::store_handle::{AppendOutcome, Reply, StoreCommand, StoreQueue};
use batch::{CommandBatch, PendingAppend};
use circuit_breaker::StoreBreaker;
use follow_ups::FollowUps;
use housekeeping::UpkeepSchedule;

/// Commands of one batch: at 50,000 rows a second a commit of them takes 10 ms.
const MAX_BATCH: usize = 512;
/// Rooms that are kept although nothing of theirs waits, while the store does not take what waits for others.
const MAX_KEPT: usize = 2 * MAX_BATCH;
/// Pause before a scrub that failed is tried again: who reads for so long keeps writers waiting at each try.
const SCRUB_AGAIN: Duration = Duration::from_secs(20);
/// When to try again after the store failed, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// When to try again where a room is full, in milliseconds: something of it may be gone by then.
const FULL_RETRY_MS: u64 = 60_000;

/// Owns everything that writes. `F` takes what was committed to whoever is connected.
#[derive(Debug)]
pub(crate) struct StoreActor<S, F = Registry> {
    quotas: MessageQuotas,
    rooms: RoomLoader<S>,
    fanout: F,
    queue: StoreQueue,
    follow_ups: FollowUps,
    /// Of the room store.
    breaker: StoreBreaker,
    /// Of the message store.
    messages_breaker: StoreBreaker,
    /// Rooms that stay in memory, until what follows from their messages is written.
    kept: BTreeSet<RoomId>,
    /// When the store is to be scrubbed: at the start too, because an earlier process may not have come to it.
    scrub_due: Option<Instant>,
    housekeeping: UpkeepSchedule,
    /// Rooms in memory of which something may be stored that nobody was told of.
    unanswered: BTreeSet<RoomId>,
    last_sent_at: UnixMs,
}

impl<S: Stores, F: Fanout<WriteOutcome>> StoreActor<S, F> {
    pub(crate) fn new(
        rooms: RoomLoader<S>,
        fanout: F,
        queue: StoreQueue,
        quotas: MessageQuotas,
    ) -> Self {
        Self {
            quotas,
            rooms,
            fanout,
            queue,
            follow_ups: FollowUps::default(),
            breaker: StoreBreaker::default(),
            messages_breaker: StoreBreaker::default(),
            kept: BTreeSet::new(),
            scrub_due: Some(Instant::now()),
            housekeeping: UpkeepSchedule::default(),
            unanswered: BTreeSet::new(),
            last_sent_at: UnixMs(0),
        }
    }

    /// Serves commands until `stop`, then those that are left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let due = self
                .follow_ups
                .due()
                .into_iter()
                .chain(self.scrub_due)
                .chain(self.housekeeping.due())
                .min();
            let first = tokio::select! {
                biased;
                command = self.queue.recv() => command,
                () = until(due) => None,
                () = stop.cancelled() => break,
            };
            self.serve(first).await;
        }
        while let Some(command) = self.queue.try_recv() {
            self.serve(Some(command)).await;
        }
        // Asked once more, even if it did not answer a moment ago.
        self.breaker = StoreBreaker::default();
        self.write(CommandBatch::default()).await;
    }

    async fn serve(&mut self, first: Option<StoreCommand>) {
        let mut batch = CommandBatch::default();
        let mut next = first;
        let mut taken = 0;
        while let Some(command) = next {
            batch.add(command);
            taken += 1;
            next = match taken < MAX_BATCH {
                true => self.queue.try_recv(),
                false => None,
            };
        }
        for note in std::mem::take(&mut batch.unsent) {
            self.follow_ups.note_unread(note);
        }
        self.append(std::mem::take(&mut batch.appends)).await;
        self.delete(std::mem::take(&mut batch.deletions)).await;
        let is_due = self
            .follow_ups
            .due()
            .is_some_and(|due| due <= Instant::now());
        if is_due || self.follow_ups.is_large() || batch.needs_writing() {
            self.write(batch).await;
        }
        self.keep_house().await;
        self.release_rooms();
        if self.scrub_due.is_some_and(|due| due <= Instant::now()) {
            self.scrub().await;
        }
    }

    async fn scrub(&mut self) {
        let scrubbed = self.rooms.stores().scrub().await;
        self.scrub_due = scrubbed.err().map(|error| {
            metrics::counter!("chat_overwrites_failed_total").increment(1);
            tracing::warn!(%error, "what was erased may still stand in the store's file; it is tried again");
            Instant::now() + SCRUB_AGAIN
        });
    }

    /// Stores messages, then tells everybody.
    async fn append(&mut self, appends: Vec<PendingAppend>) {
        let appends = self.within_quotas(appends);
        if appends.is_empty() {
            return;
        }
        let begun = Instant::now();
        let commit = spans::commit(appends.len());
        match self.try_append(&appends).instrument(commit).await {
            Ok(outcomes) => {
                if outcomes.iter().any(is_unanswered) {
                    self.note_unanswered(&appends);
                }
                self.tell(appends, outcomes);
            }
            Err(error) => {
                self.note_unanswered(&appends);
                self.refuse(appends, &error);
            }
        }
        metrics::histogram!("chat_append_seconds").record(begun.elapsed().as_secs_f64());
    }

    /// Those that their person, room and application may still store; the others are refused.
    fn within_quotas(&mut self, appends: Vec<PendingAppend>) -> Vec<PendingAppend> {
        let mut refused = Vec::new();
        let mut within = Vec::with_capacity(appends.len());
        for append in appends {
            let PendingAppend { draft, tenant, .. } = &append;
            let whose = (&draft.from, &draft.room, tenant.as_ref());
            let Err(exceeded) = self.quotas.take(whose, draft.body.len(), now()) else {
                within.push(append);
                continue;
            };
            refused.extend(append.origin.map(|origin| WriteOutcome::Refused {
                origin,
                code: ErrorCode::QuotaExceeded,
                retry_after_ms: Some(exceeded.retry_after_ms),
            }));
            if let Some(reply) = append.reply {
                reply.send(Ok(Err(exceeded))).ok();
            }
        }
        if !refused.is_empty() {
            self.fanout.publish(refused);
        }
        within
    }

    /// What became of each, or why it was not taken.
    async fn try_append(
        &mut self,
        appends: &[PendingAppend],
    ) -> Result<Vec<Result<Appended, ErrorCode>>, StoreError> {
        if self.follow_ups.is_overfull() {
            return Err(StoreError::unavailable("too much waits to be written"));
        }
        let rooms = appends.iter().map(|append| append.draft.room.clone());
        let rooms: BTreeSet<RoomId> = rooms.collect();
        self.keep_rooms(rooms.clone()).await?;
        if self.messages_breaker.is_open() {
            return Err(StoreBreaker::messages_error());
        }
        let begun = Instant::now();
        let told = self.tell_unanswered(&rooms).await;
        self.messages_breaker.note(begun, &told);
        told?;
        self.last_sent_at = self.last_sent_at.max(now());
        let new = |append: &PendingAppend| NewMessage {
            draft: append.draft.clone(),
            message_id: uuid::Uuid::now_v7().to_string(),
            sent_at: self.last_sent_at,
            salt: ChainSalt(rand::random()),
            room_bytes: self.quotas.room_bytes,
        };
        let checked: Vec<Result<(), ErrorCode>> = self.rooms.registry().ask(|broker| {
            let check = |draft: &MessageDraft| broker.check_append(&draft.room, &draft.from);
            appends.iter().map(|append| check(&append.draft)).collect()
        });
        let taken = appends
            .iter()
            .zip(&checked)
            .filter(|(_, check)| check.is_ok());
        let batch: Vec<NewMessage> = taken.map(|(append, _)| new(append)).collect();
        let mut stored = self.store(&batch).await?.into_iter();
        let stores = self.rooms.stores();
        let mut outcomes = Vec::with_capacity(appends.len());
        for (append, check) in appends.iter().zip(checked) {
            outcomes.push(match check {
                Ok(()) => stored.next().unwrap_or(Err(ErrorCode::Internal)),
                // Of a message that was stored before, whoever did not hear so does now.
                Err(code @ ErrorCode::RoomClosed) => match stores.repeat_of(&append.draft).await {
                    Ok(known) => known.ok_or(code),
                    Err(error) => Err(error.report()),
                },
                Err(code) => Err(code),
            });
        }
        Ok(outcomes)
    }

    /// What became of each message; where some failed together, that is reported once.
    async fn store(
        &mut self,
        batch: &[NewMessage],
    ) -> Result<Vec<Result<Appended, ErrorCode>>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let begun = Instant::now();
        let outcomes = self.rooms.stores().append(batch).await;
        let failure = outcomes.iter().find_map(|outcome| outcome.as_ref().err());
        self.messages_breaker.note_failure(begun, failure);
        if let Some(error) = failure {
            error.report();
        }
        let told = |outcome: Result<Appended, StoreError>| outcome.map_err(|error| error.code());
        Ok(outcomes.into_iter().map(told).collect())
    }

    fn tell(&mut self, appends: Vec<PendingAppend>, outcomes: Vec<Result<Appended, ErrorCode>>) {
        let mut published = Vec::with_capacity(appends.len());
        let mut replies = Vec::new();
        for (append, outcome) in appends.into_iter().zip(outcomes) {
            let PendingAppend { origin, reply, .. } = append;
            let (posted, repeat) = match outcome {
                Ok(Appended::Stored(message)) => (Ok(message), false),
                Ok(Appended::Repeat(message)) => (Ok(message), true),
                Ok(Appended::Conflict) => (Err(ErrorCode::Conflict), false),
                Ok(Appended::Full) => {
                    Limit::RoomBytes.hit();
                    (Err(ErrorCode::QuotaExceeded), false)
                }
                Err(code) => (Err(code), false),
            };
            match (&posted, origin) {
                (Ok(message), origin) => {
                    // A repeat may be the first that is heard of it: of a commit that nobody answered for.
                    self.follow_ups.note(message);
                    let message = message.clone();
                    published.push(WriteOutcome::Stored { message, origin });
                }
                (Err(code), Some(origin)) => published.push(WriteOutcome::Refused {
                    origin,
                    code: *code,
                    retry_after_ms: match code {
                        ErrorCode::QuotaExceeded => Some(FULL_RETRY_MS),
                        code => is_of_a_store(*code).then_some(RETRY_MS),
                    },
                }),
                (Err(_), None) => {}
            }
            if let Some(reply) = reply {
                let outcome = match posted {
                    Err(ErrorCode::QuotaExceeded) => Ok(Err(QuotaExceeded {
                        retry_after_ms: FULL_RETRY_MS,
                    })),
                    posted => posted.map(|message| Ok(AppendOutcome { message, repeat })),
                };
                replies.push((reply, outcome));
            }
        }
        metrics::counter!("chat_sends_total").increment(published.len() as u64);
        self.publish(published);
        for (reply, outcome) in replies {
            // Nobody waits any longer: the message is stored all the same.
            reply.send(outcome).ok();
        }
    }

    fn refuse(&self, appends: Vec<PendingAppend>, error: &StoreError) {
        let waiting = appends.into_iter();
        let waiting = waiting.map(|append| (append.origin, append.reply));
        self.refuse_all(waiting, error.report());
    }

    /// Tells whoever waits by a frame or for a reply that nothing was done.
    fn refuse_all<T>(
        &self,
        waiting: impl Iterator<Item = (Option<Origin>, Option<Reply<T>>)>,
        code: ErrorCode,
    ) {
        let mut published = Vec::new();
        for (origin, reply) in waiting {
            published.extend(origin.map(|origin| refused(origin, code)));
            if let Some(reply) = reply {
                reply.send(Err(code)).ok();
            }
        }
        self.fanout.publish(published);
    }

    /// Tells what was committed, and notes whom it did not reach before anything else is written.
    fn publish(&mut self, outcomes: Vec<WriteOutcome>) {
        self.fanout.publish(outcomes);
        for note in self.queue.take_unread() {
            self.follow_ups.note_unread(note);
        }
    }

    /// Brings rooms into memory that are to be written, and keeps them there: who reads one meanwhile can
    /// neither miss nor anticipate what will be told of it.
    async fn keep_rooms(&mut self, rooms: BTreeSet<RoomId>) -> Result<(), StoreError> {
        if !rooms.is_subset(&self.kept) {
            self.kept.extend(rooms.iter().cloned());
            let begun = Input::WriteBegun(rooms.clone());
            self.rooms.registry().handle(begun);
        }
        let all_known = self
            .rooms
            .registry()
            .ask(|broker| rooms.iter().all(|room| broker.knows(room)));
        if all_known {
            return Ok(());
        }
        if self.breaker.is_open() {
            return Err(StoreBreaker::rooms_error());
        }
        if self.messages_breaker.is_open() {
            return Err(StoreBreaker::messages_error());
        }
        let begun = Instant::now();
        let loaded = self.rooms.load(rooms).await;
        // A room is read from both stores.
        match loaded.as_ref().is_err_and(is_of_messages) {
            true => self.messages_breaker.note(begun, &loaded),
            false => self.breaker.note(begun, &loaded),
        }
        loaded
    }

    /// Lets rooms go once all is written. As long as something waits, it is written soon, and they stay.
    fn release_rooms(&mut self) {
        let is_done = self.follow_ups.due().is_none();
        if !is_done && self.kept.len() <= MAX_KEPT {
            return;
        }
        let follow_ups = &self.follow_ups;
        let done: BTreeSet<RoomId> = self
            .kept
            .extract_if(.., |room| !follow_ups.concern(room))
            .collect();
        if !done.is_empty() {
            self.rooms.registry().handle(Input::WriteDone(done));
        }
    }
}

fn refused(origin: Origin, code: ErrorCode) -> WriteOutcome {
    WriteOutcome::Refused {
        origin,
        code,
        retry_after_ms: Some(RETRY_MS),
    }
}

/// Nobody knows what became of it.
fn is_unanswered(outcome: &Result<Appended, ErrorCode>) -> bool {
    outcome.as_ref().is_err_and(|code| is_of_a_store(*code))
}

/// Whoever is told so may try again.
fn is_of_a_store(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::StorageUnavailable | ErrorCode::StorageFull)
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
