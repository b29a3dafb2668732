//! What a media server's event means to us, whichever server it is from.

use signaling_core::MediaNews;

/// An event that could be read.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It says who is in a room.
    News {
        /// Which room.
        room: String,
        /// What.
        news: MediaNews,
    },
    /// Something changed in a room; its server is to be asked what.
    Hint {
        /// Which room.
        room: String,
    },
    /// Nothing that concerns us.
    Nothing,
}

/// An event that is genuine and can't be read: it is kept for whoever finds out why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(pub(crate) String);
