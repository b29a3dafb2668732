//! What signaling can be told at start. Plain values: files and the environment are read elsewhere.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use service::http;
use service::socket::SocketLimits;
use turn_core::TurnCredentials;
use wire::IceServer;

use crate::media::MediaConfig;

/// Settings of the service. The defaults work on a laptop with a scheduler on its default port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where clients reach this service; what tickets name.
    pub public_url: String,
    /// The installation's data directory; the store is `<data_dir>/signaling/signaling.db`.
    pub data_dir: PathBuf,
    /// Where the scheduler is: its ticket keys are fetched there, and facts are posted there.
    pub scheduler_url: String,
    /// Origins of pages that may connect, each as a browser sends it. Empty: no page may.
    pub allowed_origins: Vec<String>,
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
    /// Proxies whose word on a client's address counts: addresses, and blocks as `10.0.0.0/8`.
    pub trusted_proxies: Vec<String>,
    /// What it holds and takes at most.
    pub limits: Limits,
}

/// Bounds of the service. Each is a key of the settings, and counted when it bites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Of the listener.
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
            public_url: "http://127.0.0.1:8081".to_owned(),
            data_dir: PathBuf::from("data"),
            scheduler_url: "http://127.0.0.1:8080".to_owned(),
            allowed_origins: ["localhost", "127.0.0.1", "[::1]"]
                .map(|host| format!("http://{host}:8080"))
                .to_vec(),
            ice_servers: Vec::new(),
            turn: None,
            media: MediaConfig::default(),
            loopback_candidates: true,
            grace_ms: 30_000,
            trusted_proxies: Vec::new(),
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
