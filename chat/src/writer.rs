//! The one writer: takes what is to be stored, writes it in groups, and tells the hub what was committed.
//!
//! Messages are written first and answered at once. What follows from them (heads of rooms, the sender's
//! position, events) is written a little later with other changes; after a crash [`Desk::settle_leftovers`]
//! makes up for it. Rooms come into the hub only from here, between two commits.

mod desk;
mod pending;
mod rooms;

pub(crate) use desk::Desk;

use std::time::Duration;

use chat_core::{Draft, Move, Origin};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use wire::chat::Message;
use wire::{ChatRoomGrant, ErrorCode, EventBatch, RoomId};

use crate::caller::Caller;

/// Commands that may wait: some seconds of work on a slow disk.
const QUEUE: usize = 4_096;
/// Longest wait for an answer; above it the caller is told that the store is unavailable.
const ANSWER_LIMIT: Duration = Duration::from_secs(8);

/// How a wish ends.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, ErrorCode>>;

/// One wish.
#[derive(Debug)]
pub(crate) enum Command {
    /// Store a message; its room is in memory and its sender a member.
    Append {
        draft: Draft,
        origin: Option<Origin>,
        reply: Option<Answer<Posted>>,
    },
    /// Store a position that the hub has found to be one.
    Move {
        to: Move,
        origin: Option<Origin>,
        reply: Option<Answer<()>>,
    },
    /// Open the rooms that a ticket grants, and bring those of its person into memory.
    Enter {
        caller: Caller,
        grants: Vec<ChatRoomGrant>,
        reply: Answer<()>,
    },
    /// Bring a room into memory, if there is one.
    Load { room: RoomId, reply: Answer<()> },
    /// Take what another service tells.
    Take {
        batch: EventBatch,
        reply: Answer<()>,
    },
}

/// What became of a posted message.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) message: Message,
    /// It had been stored before.
    pub(crate) repeat: bool,
}

impl Command {
    /// Which frame asked for it, if it was one.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        match self {
            Command::Append { origin, .. } | Command::Move { origin, .. } => origin.as_ref(),
            Command::Enter { .. } | Command::Load { .. } | Command::Take { .. } => None,
        }
    }
}

/// Gives commands to the [`Desk`]. Clones share its queue.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Command>,
}

impl Writer {
    /// One, and what its desk takes from.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Command>) {
        let (queue, commands) = mpsc::channel(QUEUE);
        (Self { queue }, commands)
    }

    /// Gives a command without waiting; gives it back where the queue is full.
    pub(crate) fn try_submit(&self, command: Command) -> Result<(), Box<Command>> {
        self.queue.try_send(command).map_err(|refused| {
            metrics::counter!("chat_writer_full_total").increment(1);
            match refused {
                mpsc::error::TrySendError::Full(command)
                | mpsc::error::TrySendError::Closed(command) => Box::new(command),
            }
        })
    }

    /// Gives a command and waits for its answer.
    pub(crate) async fn ask<T>(
        &self,
        command: impl FnOnce(Answer<T>) -> Command,
    ) -> Result<T, ErrorCode> {
        let (reply, answer) = oneshot::channel();
        self.try_submit(command(reply))
            .map_err(|_| ErrorCode::StorageUnavailable)?;
        match timeout(ANSWER_LIMIT, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(ErrorCode::StorageUnavailable),
        }
    }
}
