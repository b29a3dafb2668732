//! The one writer: takes what is to be stored, writes it in groups, and tells the broker what was committed.
//!
//! Messages are written first and answered at once. What follows from them (heads of rooms, the sender's
//! position, events) is written a little later with other changes; after a crash
//! [`StoreActor::settle_leftovers`] makes up for it. Rooms come into the broker only from here, between two
//! commits.

mod follow_ups;
mod rooms;

use std::sync::Arc;

use chat_core::{Input, MessageDraft, Origin, Output, PositionUpdate};
use service::clock::now;
use service::telemetry::spans;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use wire::{ErrorCode, UnixMs};

use crate::registry::Registry;
use crate::store::{Appended, NewMessage, StoreError, Stores};
use crate::store_handle::{AppendOutcome, Reply, StoreCommand};
use follow_ups::FollowUps;
use rooms::{IncomingBatch, OpenRequest};

/// Commands of one group: at 50,000 rows a second a commit of them takes 10 ms.
const MAX_GROUP: usize = 512;
/// When to try again after the store failed, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// Owns everything that writes.
#[derive(Debug)]
pub(crate) struct StoreActor<S> {
    stores: Arc<S>,
    registry: Registry,
    commands: mpsc::Receiver<StoreCommand>,
    pending: FollowUps,
    last_sent_at: UnixMs,
}

/// A message and who waits for it.
struct Append {
    draft: MessageDraft,
    origin: Option<Origin>,
    reply: Option<Reply<AppendOutcome>>,
}

/// A position and who waits for it.
struct PendingPosition {
    to: PositionUpdate,
    origin: Option<Origin>,
    reply: Option<Reply<()>>,
}

/// Commands by what they need.
#[derive(Default)]
struct CommandBatch {
    appends: Vec<Append>,
    moves: Vec<PendingPosition>,
    entries: Vec<OpenRequest>,
    batches: Vec<IncomingBatch>,
}

impl<S: Stores> StoreActor<S> {
    pub(crate) fn new(
        stores: Arc<S>,
        registry: Registry,
        commands: mpsc::Receiver<StoreCommand>,
    ) -> Self {
        Self {
            stores,
            registry,
            commands,
            pending: FollowUps::default(),
            last_sent_at: UnixMs(0),
        }
    }

    /// Serves commands until `stop`, then those that are left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let due = self.pending.due();
            let first = tokio::select! {
                biased;
                command = self.commands.recv() => command,
                () = until(due) => None,
                () = stop.cancelled() => break,
            };
            self.serve(first).await;
        }
        while let Ok(command) = self.commands.try_recv() {
            self.serve(Some(command)).await;
        }
        self.write(CommandBatch::default()).await;
    }

    async fn serve(&mut self, first: Option<StoreCommand>) {
        let mut group = CommandBatch::default();
        let mut next = first;
        let mut taken = 0;
        while let Some(command) = next {
            group.add(command);
            taken += 1;
            next = match taken < MAX_GROUP {
                true => self.commands.try_recv().ok(),
                false => None,
            };
        }
        self.append(std::mem::take(&mut group.appends)).await;
        let is_due = self.pending.due().is_some_and(|due| due <= Instant::now());
        if is_due || self.pending.is_large() || group.needs_writing() {
            self.write(group).await;
        }
    }

    /// Stores messages, then tells everybody.
    async fn append(&mut self, appends: Vec<Append>) {
        if appends.is_empty() {
            return;
        }
        let begun = Instant::now();
        let commit = spans::commit(appends.len());
        match self.try_append(&appends).instrument(commit).await {
            Ok(outcomes) => self.tell(appends, outcomes),
            Err(error) => self.refuse(appends, &error),
        }
        metrics::histogram!("chat_append_seconds").record(begun.elapsed().as_secs_f64());
    }

    async fn try_append(&mut self, appends: &[Append]) -> Result<Vec<Appended>, StoreError> {
        if self.pending.is_overfull() {
            return Err(StoreError::Unavailable(
                "too much waits to be written".into(),
            ));
        }
        let rooms = appends.iter().map(|append| append.draft.room.clone());
        self.load(rooms.collect()).await?;
        self.last_sent_at = self.last_sent_at.max(now());
        let new = |append: &Append| NewMessage {
            draft: append.draft.clone(),
            message_id: uuid::Uuid::now_v7().to_string(),
            sent_at: self.last_sent_at,
        };
        let batch: Vec<NewMessage> = appends.iter().map(new).collect();
        self.stores.append(&batch).await
    }

    fn tell(&mut self, appends: Vec<Append>, outcomes: Vec<Appended>) {
        let mut inputs = Vec::with_capacity(appends.len());
        let mut replies = Vec::new();
        for (append, outcome) in appends.into_iter().zip(outcomes) {
            let Append { origin, reply, .. } = append;
            let (posted, repeat) = match outcome {
                Appended::Stored(message) => (Ok(message), false),
                Appended::Repeat(message) => (Ok(message), true),
                Appended::Conflict => (Err(ErrorCode::Conflict), false),
            };
            match (&posted, origin) {
                (Ok(message), origin) => {
                    // A repeat may be the first that is heard of it: of a commit that nobody answered for.
                    self.pending.note(message);
                    let message = message.clone();
                    inputs.push(Input::Stored { message, origin });
                }
                (Err(code), Some(origin)) => inputs.push(Input::Refused {
                    origin,
                    code: *code,
                    retry_after_ms: None,
                }),
                (Err(_), None) => {}
            }
            if let Some(reply) = reply {
                replies.push((
                    reply,
                    posted.map(|message| AppendOutcome { message, repeat }),
                ));
            }
        }
        metrics::counter!("chat_sends_total").increment(inputs.len() as u64);
        let left = self.registry.handle_all(inputs);
        self.note_unread(left);
        for (reply, posted) in replies {
            // Nobody waits any longer: the message is stored all the same.
            reply.send(posted).ok();
        }
    }

    fn note_unread(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            if let Output::Unread { message, users } = output {
                self.pending.note_unread(&message, users);
            }
        }
    }

    fn refuse(&self, appends: Vec<Append>, error: &StoreError) {
        let code = failure(error);
        let mut inputs = Vec::new();
        for append in appends {
            inputs.extend(append.origin.map(|origin| refusal(origin, code)));
            if let Some(reply) = append.reply {
                reply.send(Err(code)).ok();
            }
        }
        self.registry.handle_all(inputs);
    }
}

impl CommandBatch {
    fn add(&mut self, command: StoreCommand) {
        match command {
            StoreCommand::Append {
                draft,
                origin,
                reply,
            } => {
                self.appends.push(Append {
                    draft,
                    origin,
                    reply,
                });
            }
            StoreCommand::MovePosition { to, origin, reply } => {
                self.moves.push(PendingPosition { to, origin, reply })
            }
            StoreCommand::Enter {
                caller,
                grants,
                reply,
            } => {
                self.entries
                    .push(OpenRequest::of_ticket(caller, grants, reply));
            }
            StoreCommand::Load { room, reply } => {
                self.entries.push(OpenRequest::of_room(room, reply))
            }
            StoreCommand::Take { batch, reply } => {
                self.batches.push(IncomingBatch { batch, reply })
            }
        }
    }

    fn needs_writing(&self) -> bool {
        !(self.moves.is_empty() && self.entries.is_empty() && self.batches.is_empty())
    }
}

/// What the one who asked is told; the cause is for the log alone.
fn failure(error: &StoreError) -> ErrorCode {
    metrics::counter!("storage_errors_total").increment(1);
    tracing::error!(%error, "the store failed");
    match error {
        StoreError::Full => ErrorCode::StorageFull,
        StoreError::Unavailable(_) => ErrorCode::StorageUnavailable,
    }
}

fn refusal(origin: Origin, code: ErrorCode) -> Input {
    Input::Refused {
        origin,
        code,
        retry_after_ms: Some(RETRY_MS),
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
