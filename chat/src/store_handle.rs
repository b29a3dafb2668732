//! The way to the store actor: its commands, their bounded queue, and how their replies come back.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_core::{Deletion, MessageDraft, MessageRef, Origin, PositionUpdate, WriteRequest};
use service::quota::QuotaExceeded;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use wire::chat::Message;
use wire::{ChatRoomGrant, ErrorCode, Event, EventBatch, UserId};

use crate::removals::Removal;

/// Commands that may wait: some seconds of work on a slow disk.
const QUEUE: usize = 4_096;
/// Longest wait for a reply; above it the caller is told that the store is unavailable.
const REPLY_LIMIT: Duration = Duration::from_secs(8);

/// Takes the outcome of a command to who asked for it.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, ErrorCode>>;

/// One thing to be written.
#[derive(Debug)]
pub(crate) enum StoreCommand {
    /// Store a message; its sender is a member of the room.
    Append {
        draft: MessageDraft,
        /// The application whose person the sender is, where their ticket said so.
        tenant: Option<String>,
        origin: Option<Origin>,
        reply: Option<AppendReply>,
    },
    /// Take a message back, if it is of who asks.
    Delete {
        deletion: Deletion,
        origin: Option<Origin>,
        reply: Option<Reply<()>>,
    },
    /// Store a position that the broker has found to be one.
    MovePosition {
        update: PositionUpdate,
        origin: Option<Origin>,
        reply: Option<Reply<()>>,
    },
    /// Tell of messages that were not sent after all.
    NoteUnsent(Vec<UnreadNote>),
    /// Open the rooms that a ticket grants, or add the members that they lack.
    OpenRooms {
        grants: Vec<ChatRoomGrant>,
        reply: Reply<()>,
    },
    /// Remove a person, as an operator wants, and tell the audit log of it.
    Remove {
        removal: Removal,
        told: Event,
        reply: Reply<()>,
    },
    /// Take what another service tells.
    TakeEvents { batch: EventBatch, reply: Reply<()> },
}

/// What became of a message that was taken, or why it was not.
pub(crate) type AppendReply = Reply<Result<AppendOutcome, QuotaExceeded>>;

/// What became of a posted message.
#[derive(Debug)]
pub(crate) struct AppendOutcome {
    pub(crate) message: Message,
    /// It had been stored before.
    pub(crate) repeat: bool,
}

/// A stored message, and the members whom it did not reach.
#[derive(Debug)]
pub(crate) struct UnreadNote {
    pub(crate) message: MessageRef,
    pub(crate) users: Vec<UserId>,
}

/// Gives commands to the store actor. Clones share its queue.
#[derive(Debug, Clone)]
pub(crate) struct StoreHandle {
    queue: mpsc::Sender<StoreCommand>,
    unread: UnreadNotes,
}

/// What the store actor takes from.
#[derive(Debug)]
pub(crate) struct StoreQueue {
    commands: mpsc::Receiver<StoreCommand>,
    unread: UnreadNotes,
}

/// Notes beside the queue, so that one is there before the actor writes what else follows from its message.
/// They come while the actor tells what it wrote, and it takes them right after: as many as its group holds.
#[derive(Debug, Clone, Default)]
struct UnreadNotes(Arc<Mutex<Vec<UnreadNote>>>);

impl StoreHandle {
    /// A handle, and the actor's end of its queue.
    pub(crate) fn new() -> (Self, StoreQueue) {
        let (queue, commands) = mpsc::channel(QUEUE);
        let unread = UnreadNotes::default();
        let handle = Self {
            queue,
            unread: unread.clone(),
        };
        (handle, StoreQueue { commands, unread })
    }

    /// Takes what the broker asks for, without waiting.
    ///
    /// # Errors
    /// The frame to be refused, where the queue is full.
    pub(crate) fn submit(
        &self,
        request: WriteRequest,
        tenant: Option<String>,
    ) -> Result<(), Box<Origin>> {
        let (command, origin) = match request {
            WriteRequest::Append { origin, draft } => {
                let command = StoreCommand::Append {
                    draft,
                    tenant,
                    origin: Some(origin.clone()),
                    reply: None,
                };
                (command, origin)
            }
            WriteRequest::Delete { origin, deletion } => {
                let command = StoreCommand::Delete {
                    deletion,
                    origin: Some(origin.clone()),
                    reply: None,
                };
                (command, origin)
            }
            WriteRequest::MovePosition { origin, update } => {
                let command = StoreCommand::MovePosition {
                    update,
                    origin: Some(origin.clone()),
                    reply: None,
                };
                (command, origin)
            }
            WriteRequest::NoteUnread { message, users } => {
                self.unread.lock().push(UnreadNote { message, users });
                return Ok(());
            }
            WriteRequest::NoteUnsent { messages, user } => {
                let note = |message| UnreadNote {
                    message,
                    users: vec![user.clone()],
                };
                let notes = messages.into_iter().map(note).collect();
                // Where the queue is full, that is counted, and they are unread all the same.
                self.send(StoreCommand::NoteUnsent(notes)).ok();
                return Ok(());
            }
        };
        self.send(command).map_err(|_| Box::new(origin))
    }

    /// Gives a command and waits for its reply.
    ///
    /// # Errors
    /// `storage_unavailable` where the queue is full or no reply comes in time, else the reply's own.
    pub(crate) async fn ask<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> StoreCommand,
    ) -> Result<T, ErrorCode> {
        let (reply, outcome) = oneshot::channel();
        self.send(command(reply))?;
        match timeout(REPLY_LIMIT, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(ErrorCode::StorageUnavailable),
        }
    }

    fn send(&self, command: StoreCommand) -> Result<(), ErrorCode> {
        self.queue.try_send(command).map_err(|_| {
            metrics::counter!("chat_writer_full_total").increment(1);
            ErrorCode::StorageUnavailable
        })
    }
}

impl StoreQueue {
    /// The next command; `None` once nobody can give another.
    pub(crate) async fn recv(&mut self) -> Option<StoreCommand> {
        self.commands.recv().await
    }

    /// The next command, if it waits already.
    pub(crate) fn try_recv(&mut self) -> Option<StoreCommand> {
        self.commands.try_recv().ok()
    }

    /// The notes that came since the last call.
    pub(crate) fn take_unread(&self) -> Vec<UnreadNote> {
        mem::take(&mut *self.unread.lock())
    }
}

impl UnreadNotes {
    fn lock(&self) -> MutexGuard<'_, Vec<UnreadNote>> {
        // A push or a take can't panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
