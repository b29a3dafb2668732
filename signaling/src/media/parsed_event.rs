//! The content of a media server's webhook event, whichever server it is from.

use signaling_core::MediaUpdate;

/// An event that could be read.
#[derive(Debug)]
pub(crate) enum ParsedEvent {
    /// It says who is in a room.
    Update {
        /// The room's name.
        room: String,
        /// What the event says of it.
        update: MediaUpdate,
    },
    /// Something changed in a room; its server is to be asked what.
    Hint {
        /// The room's name.
        room: String,
    },
    /// Nothing that concerns us.
    Nothing,
}

/// An event that is genuine and can't be read: it is kept for whoever finds out why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UnreadableEvent(pub(crate) String);
