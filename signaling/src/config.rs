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
}

impl Default for Config {
    fn default() -> Self {
        Self {
            realtime: RealtimeConfig::on_port(8081),
            ice_servers: Vec::new(),
            turn: None,
            media: MediaConfig::default(),
            loopback_candidates: true,
            grace_ms: 30_000,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            http: http::Limits::default(),
            sockets: SocketLimits::default(),
            sessions: 100_000,
        }
    }
}
