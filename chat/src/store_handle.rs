//! The way to the store actor: its commands, their bounded queue, and how their replies come back.

use std::time::Duration;

use chat_core::{MessageDraft, Origin, PositionUpdate};
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
pub(crate) type Reply<T> = oneshot::Sender<Result<T, ErrorCode>>;

/// One wish.
#[derive(Debug)]
pub(crate) enum StoreCommand {
    /// Store a message; its room is in memory and its sender a member.
    Append {
        draft: MessageDraft,
        origin: Option<Origin>,
        reply: Option<Reply<AppendOutcome>>,
    },
    /// Store a position that the broker has found to be one.
    MovePosition {
        to: PositionUpdate,
        origin: Option<Origin>,
        reply: Option<Reply<()>>,
    },
    /// Open the rooms that a ticket grants, and bring those of its person into memory.
    Enter {
        caller: Caller,
        grants: Vec<ChatRoomGrant>,
        reply: Reply<()>,
    },
    /// Bring a room into memory, if there is one.
    Load { room: RoomId, reply: Reply<()> },
    /// Take what another service tells.
    Take { batch: EventBatch, reply: Reply<()> },
}

/// What became of a posted message.
#[derive(Debug)]
pub(crate) struct AppendOutcome {
    pub(crate) message: Message,
    /// It had been stored before.
    pub(crate) repeat: bool,
}

impl StoreCommand {
    /// Which frame asked for it, if it was one.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        match self {
            StoreCommand::Append { origin, .. } | StoreCommand::MovePosition { origin, .. } => {
                origin.as_ref()
            }
            StoreCommand::Enter { .. } | StoreCommand::Load { .. } | StoreCommand::Take { .. } => {
                None
            }
        }
    }
}

/// Gives commands to the [`StoreActor`](crate::store_actor::StoreActor). Clones share its queue.
#[derive(Debug, Clone)]
pub(crate) struct StoreHandle {
    queue: mpsc::Sender<StoreCommand>,
}

impl StoreHandle {
    /// One, and what the store actor takes from.
    pub(crate) fn new() -> (Self, mpsc::Receiver<StoreCommand>) {
        let (queue, commands) = mpsc::channel(QUEUE);
        (Self { queue }, commands)
    }

    /// Gives a command without waiting; gives it back where the queue is full.
    pub(crate) fn try_submit(&self, command: StoreCommand) -> Result<(), Box<StoreCommand>> {
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
        command: impl FnOnce(Reply<T>) -> StoreCommand,
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
