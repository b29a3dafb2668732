//! The commands of one commit, by what they need.

use chat_core::{Deletion, MessageDraft, Origin, PositionUpdate};
use wire::{ChatRoomGrant, Event, EventBatch};

use crate::removals::Removal;
use crate::store_handle::{AppendReply, Reply, StoreCommand, UnreadNote};

/// Commands that are served together.
#[derive(Default)]
pub(super) struct CommandBatch {
    pub(super) appends: Vec<PendingAppend>,
    pub(super) deletions: Vec<PendingDeletion>,
    pub(super) positions: Vec<PendingPosition>,
    pub(super) openings: Vec<PendingOpening>,
    pub(super) events: Vec<PendingEvents>,
    pub(super) removals: Vec<PendingRemoval>,
    pub(super) unsent: Vec<UnreadNote>,
}

/// A message and who waits for it.
pub(super) struct PendingAppend {
    pub(super) draft: MessageDraft,
    pub(super) tenant: Option<String>,
    pub(super) origin: Option<Origin>,
    pub(super) reply: Option<AppendReply>,
}

/// A message that is taken back, and who waits for it.
pub(super) struct PendingDeletion {
    pub(super) deletion: Deletion,
    pub(super) origin: Option<Origin>,
    pub(super) reply: Option<Reply<()>>,
}

/// A position and who waits for it.
pub(super) struct PendingPosition {
    pub(super) update: PositionUpdate,
    pub(super) origin: Option<Origin>,
    pub(super) reply: Option<Reply<()>>,
}

/// The rooms of a ticket, and who came with it.
pub(super) struct PendingOpening {
    pub(super) grants: Vec<ChatRoomGrant>,
    pub(super) reply: Reply<()>,
}

/// Another service's events, and its request that waits.
pub(super) struct PendingEvents {
    pub(super) batch: EventBatch,
    pub(super) reply: Reply<()>,
}

/// A person whom an operator removes, and what the audit log is told.
pub(super) struct PendingRemoval {
    pub(super) removal: Removal,
    pub(super) told: Event,
    pub(super) reply: Reply<()>,
}

impl CommandBatch {
    pub(super) fn add(&mut self, command: StoreCommand) {
        match command {
            StoreCommand::Append {
                draft,
                tenant,
                origin,
                reply,
            } => self.appends.push(PendingAppend {
                draft,
                tenant,
                origin,
                reply,
            }),
            StoreCommand::Delete {
                deletion,
                origin,
                reply,
            } => self.deletions.push(PendingDeletion {
                deletion,
                origin,
                reply,
            }),
            StoreCommand::MovePosition {
                update,
                origin,
                reply,
            } => self.positions.push(PendingPosition {
                update,
                origin,
                reply,
            }),
            StoreCommand::NoteUnsent(notes) => self.unsent.extend(notes),
            StoreCommand::OpenRooms { grants, reply } => {
                self.openings.push(PendingOpening { grants, reply });
            }
            StoreCommand::Remove {
                removal,
                told,
                reply,
            } => self.removals.push(PendingRemoval {
                removal,
                told,
                reply,
            }),
            StoreCommand::TakeEvents { batch, reply } => {
                self.events.push(PendingEvents { batch, reply });
            }
        }
    }

    /// True where more than messages is to be written.
    pub(super) fn needs_writing(&self) -> bool {
        !(self.positions.is_empty()
            && self.openings.is_empty()
            && self.events.is_empty()
            && self.removals.is_empty())
    }
}
