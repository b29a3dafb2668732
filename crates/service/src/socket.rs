//! WebSockets (RFC 6455): one task a socket, a bounded queue out, text frames in.
//!
//! Beside each service's `connection.rs` the only place that names a WebSocket type. It knows liveness,
//! limits and the closing handshake, and nothing of what a frame says.

mod connection_limiter;
mod limits;
mod malformed;
mod queue;
mod task;
mod upgrade;

pub use axum::extract::ws::Utf8Bytes;
pub use connection_limiter::{ConnectionLimiter, ConnectionPermit, RateExceeded};
pub use limits::SocketLimits;
pub use malformed::MalformedCounter;
pub use queue::{Frame, Overflow, SocketHandle};
pub use task::{Disconnect, Incoming, Socket};
pub use upgrade::Upgrade;

use std::time::Duration;

/// How sockets behave; the defaults are those of `docs/PROTOCOL.md`.
#[derive(Debug, Clone, Copy)]
pub struct SocketSettings {
    /// The subprotocol that is spoken.
    pub subprotocol: &'static str,
    /// Largest frame and message, in bytes.
    pub max_frame_bytes: usize,
    /// How often the server sends a WebSocket ping.
    pub ping_every: Duration,
    /// A socket without any frame for this long is lost.
    pub silent_after: Duration,
    /// A write that makes no progress for this long ends the socket.
    pub write_timeout: Duration,
    /// How long the other end may take to answer our close frame.
    pub close_timeout: Duration,
    /// Frames that may wait to be written.
    pub queue_frames: usize,
    /// Bytes that may wait to be written.
    pub queue_bytes: usize,
}

impl SocketSettings {
    /// The defaults, for a subprotocol.
    #[must_use]
    pub fn new(subprotocol: &'static str) -> Self {
        Self {
            subprotocol,
            max_frame_bytes: wire::MAX_FRAME_BYTES,
            ping_every: Duration::from_secs(5),
            silent_after: Duration::from_secs(12),
            write_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(2),
            queue_frames: 1_024,
            queue_bytes: 1024 * 1024,
        }
    }
}

/// How long a new socket may take to send its first frame; then 4507.
pub const FIRST_FRAME_TIMEOUT: Duration = Duration::from_secs(5);
