//! Everything that can happen to a session.

use wire::signaling::ClientFrame;
use wire::{ConnectionId, SessionSpec, UserId};

/// SHA-256 of a resume token; the caller computes it, so that the core and its snapshots hold no secret.
pub type TokenHash = [u8; 32];

/// One thing that happened. Whatever it is, deadlines that are due run before it.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A socket's first frame was a `join` whose ticket is good.
    Join {
        /// The socket; higher than any before it in this session.
        connection: ConnectionId,
        /// Whom the ticket is for.
        user: UserId,
        /// What the ticket says; counts where its revision is the highest seen.
        spec: SessionSpec,
        /// What the page says of where it left off.
        resume: Option<ResumeClaim>,
        /// The resume token for `welcome`, should the join be let in.
        new_token: String,
        /// SHA-256 of `new_token`.
        new_token_hash: TokenHash,
    },
    /// Any frame of a socket that has joined; a second `join` too.
    Frame {
        /// The connection that sent it.
        connection: ConnectionId,
        /// The frame's `id`.
        id: Option<u64>,
        /// The parsed client frame.
        frame: ClientFrame,
    },
    /// A socket that was asked for a sign of life, by [`SocketOutput::Probe`](crate::SocketOutput::Probe),
    /// has given one.
    Alive {
        /// The connection that lives.
        connection: ConnectionId,
    },
    /// A socket is gone, and nobody said `leave`. Of a socket that is no seat's current one: nothing.
    Lost {
        /// The connection that is gone.
        connection: ConnectionId,
    },
    /// A socket does not read fast enough: it is closed, its seat is kept.
    Overflow {
        /// The connection whose queue is full.
        connection: ConnectionId,
    },
    /// The process needs room: what a seat's page may have missed is let go. A resume that would need it
    /// gets `resumed: false`.
    DropBuffer {
        /// The seat, by its place in `participants`.
        seat: usize,
    },
    /// The booking from an event; a higher revision replaces a lower one.
    Booked {
        /// The booking as it is now.
        spec: SessionSpec,
    },
    /// The booking was called off.
    Cancelled {
        /// Its revision; an older one than the session's own is late, and ignored.
        revision: u64,
    },
    /// An operator ends the session.
    End,
    /// An operator removes a person, which ends the session.
    Kick {
        /// The person to be removed.
        user: UserId,
    },
    /// A person was erased: their name is forgotten, and a session of theirs that is not over is called off.
    Erased {
        /// Who is nobody any more.
        user: UserId,
    },
    /// [`Session::next_deadline`](crate::Session::next_deadline) is reached.
    Tick,
}

/// Where a page left off, as its `join` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumeClaim {
    /// Hash of the token that it holds.
    pub token_hash: TokenHash,
    /// The last `seq` that it took.
    pub last_seq: u64,
}
