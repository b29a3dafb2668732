//! WebSockets (RFC 6455): one task a socket, a bounded queue out, text frames in.
//!
//! Beside each service's `connection.rs` the only place that names a WebSocket type. It knows liveness,
//! limits and the closing handshake, and nothing of what a frame says.

mod connection_limiter;
mod connection_permit;
mod frame_meter;
mod handshake;
mod limits;
mod malformed;
mod metered_stream;
mod queue;
mod task;
mod upgrade;

pub use connection_limiter::ConnectionLimiter;
pub use connection_permit::{ConnectionPermit, RateExceeded};
pub use limits::SocketLimits;
pub use malformed::MalformedCounter;
pub use queue::{Frame, Overflow, SocketHandle};
pub use task::{Disconnect, Incoming, Socket};
pub use tokio_tungstenite::tungstenite::Utf8Bytes;
pub use upgrade::Upgrade;

use std::time::Duration;

/// How often the server sends a WebSocket ping.
const PING_EVERY: Duration = Duration::from_secs(5);
/// A socket without any frame for this long is lost.
const SILENT_AFTER: Duration = Duration::from_secs(12);
/// How long the other end may take to answer our close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

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
        Self::under(&SocketLimits::default(), subprotocol)
    }

    /// For a subprotocol, under the limits that an operator has set.
    #[must_use]
    pub fn under(limits: &SocketLimits, subprotocol: &'static str) -> Self {
        Self {
            subprotocol,
            max_frame_bytes: limits.frame_bytes,
            ping_every: PING_EVERY,
            silent_after: SILENT_AFTER,
            write_timeout: Duration::from_millis(limits.write_timeout_ms),
            close_timeout: CLOSE_TIMEOUT,
            queue_frames: limits.queue_frames,
            queue_bytes: limits.queue_bytes,
        }
    }
}
