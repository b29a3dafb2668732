//! What signaling can be told at start. Plain values: files and the environment are read elsewhere.

use std::path::PathBuf;

use service::limiter::Rate;
use wire::IceServer;

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
    /// Whether candidates with a loopback address are relayed: for two people on one machine.
    pub loopback_candidates: bool,
    /// How long a lost socket's seat is kept, in milliseconds.
    pub grace_ms: i64,
    /// What it holds and takes at most.
    pub limits: Limits,
}

/// Bounds of the service. Each has a metric that counts how often it bit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one address; loopback is not counted.
    pub connections_per_address: usize,
    /// Sessions in memory at once.
    pub sessions: usize,
    /// Frames of one socket.
    pub frames: Rate,
    /// Joins of one address.
    pub joins: Rate,
    /// Frames that may wait for one socket.
    pub queue_frames: usize,
    /// Bytes that may wait for one socket.
    pub queue_bytes: usize,
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
            loopback_candidates: true,
            grace_ms: 30_000,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: 1_000,
            sessions: 100_000,
            frames: Rate::FRAMES,
            joins: Rate::JOINS,
            queue_frames: 1_024,
            queue_bytes: 1024 * 1024,
        }
    }
}
