//! What an operator decides for all sessions. What a booking decides stands in its `SessionSpec`.

use std::sync::Arc;

use crate::{AccessProvider, StaticIce};

/// Settings of every session of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Grants what reaches the media: ICE servers, and a media server's room.
    pub media: Arc<dyn AccessProvider>,
    /// How long a lost socket's seat is kept, in milliseconds.
    pub grace_ms: i64,
    /// How often a client is to send `ping`, in milliseconds.
    pub ping_ms: i64,
    /// After how long without a frame a client is to reconnect, in milliseconds.
    pub timeout_ms: i64,
    /// How long a socket may take to show that it lives, before another one gets its seat, in
    /// milliseconds.
    pub probe_ms: i64,
    /// How long before the end `ending` is sent, in milliseconds.
    pub warning_ms: i64,
    /// Most frames that a seat's resume buffer holds.
    pub resume_buffer_frames: usize,
    /// Most bytes that a seat's resume buffer holds, by the frames' own estimate.
    pub resume_buffer_bytes: usize,
    /// Most candidates of one side and of one type that are relayed in one negotiation.
    pub max_candidates: u32,
    /// Whether candidates with a loopback address are relayed: true where both people may sit at
    /// this very machine, as in a test; false keeps one from sending the other's browser to its own
    /// local ports.
    pub loopback_candidates: bool,
}

impl Default for Settings {
    /// For sockets with the default queue.
    fn default() -> Self {
        Self::for_queue(wire::QUEUE_FRAMES, wire::QUEUE_BYTES)
    }
}

impl Settings {
    /// The values of the protocol, no ICE server, loopback candidates let through, and resume buffers for
    /// sockets whose queue takes so many frames and bytes.
    ///
    /// A replay is queued whole beside its `welcome`, so it must fit into one queue: three quarters of the
    /// frames (with the defaults 768, half as much again as the other one may send between two pings at 100
    /// frames a second) and half of the bytes (by default 130 `data` frames of the largest size).
    #[must_use]
    pub fn for_queue(frames: usize, bytes: usize) -> Self {
        Self {
            media: Arc::new(StaticIce::default()),
            grace_ms: 30_000,
            ping_ms: 5_000,
            timeout_ms: 12_000,
            probe_ms: 2_000,
            warning_ms: 10_000,
            resume_buffer_frames: frames / 4 * 3,
            resume_buffer_bytes: bytes / 2,
            max_candidates: 100,
            loopback_candidates: true,
        }
    }
}
