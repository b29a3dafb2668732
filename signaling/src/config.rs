//! What signaling can be told at start. Plain values: files and the environment are read elsewhere.

use serde::{Deserialize, Serialize};
use service::http;
use service::realtime::RealtimeConfig;
use service::socket::SocketLimits;
use turn_core::TurnCredentials;
use wire::IceServer;

use crate::media::MediaConfig;

/// Settings of the service. The defaults work on a laptop with a scheduler on its default port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Addresses, files and pages; the store is `<data_dir>/signaling/signaling.db`.
    pub realtime: RealtimeConfig,
    /// Told to each client for its PeerConnection.
    pub ice_servers: Vec<IceServer>,
    /// Issues each person's TURN credentials, beside those servers.
    pub turn: Option<TurnCredentials>,
    /// How long those credentials are good, in milliseconds; new ones are sent before they end.
    pub turn_ttl_ms: i64,
    /// Where the chat takes events; none: it is told nothing.
    pub chat_events_url: Option<String>,
    /// Where the embedded relay takes events, so that its credentials end with a session and a kick; none: they
    /// end by time alone.
    pub relay_events_url: Option<String>,
    /// The media servers that may be booked.
    pub media: MediaConfig,
    /// Whether candidates with a loopback address are relayed: for two people on one machine.
    pub loopback_candidates: bool,
    /// How long a lost socket's seat is kept, in milliseconds.
    pub grace_ms: i64,
    /// What it holds and takes at most.
    pub limits: Limits,
}

/// Bounds of the service. Each is a key of the settings, and counted when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Limits of the HTTP listener.
    #[serde(flatten)]
    pub http: http::Limits,
    /// Limits of the sockets.
    #[serde(flatten)]
    pub sockets: SocketLimits,
    /// Sessions in memory at once.
    pub sessions: usize,
    /// Bytes of the resume buffer of one seat.
    pub resume_bytes: usize,
    /// Bytes of all resume buffers together; above it the oldest goes.
    pub resume_total_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            realtime: RealtimeConfig::on_port(8081),
            ice_servers: Vec::new(),
            turn: None,
            turn_ttl_ms: 600_000,
            chat_events_url: None,
            relay_events_url: None,
            media: MediaConfig::default(),
            loopback_candidates: true,
            grace_ms: 30_000,
            limits: Limits::default(),
        }
    }
}

impl Limits {
    /// Least room for what a page may miss of a call that is being set up: an offer and its candidates.
    const LEAST_RESUME_BYTES: usize = 16 * 1024;

    /// Whether the buffers can be used.
    ///
    /// # Errors
    /// The key, and what is wrong with it.
    pub fn check_buffers(&self) -> Result<(), (&'static str, String)> {
        let least = Self::LEAST_RESUME_BYTES;
        if self.resume_bytes < least {
            return Err(("resume_bytes", format!("is below {least}")));
        }
        if self.resume_total_bytes < self.resume_bytes {
            return Err(("resume_total_bytes", "is below resume_bytes".to_owned()));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            http: http::Limits::default(),
            sockets: SocketLimits::default(),
            sessions: 100_000,
            resume_bytes: 256 * 1024,
            resume_total_bytes: 64 * 1024 * 1024,
        }
    }
}
