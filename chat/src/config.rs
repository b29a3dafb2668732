//! What chat can be told at start. Plain values: files and the environment are read elsewhere.

use std::path::PathBuf;

use service::limiter::Rate;

/// Settings of the service. The defaults work on a laptop with a scheduler on its default port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where clients reach this service; what tickets name.
    pub public_url: String,
    /// The installation's data directory; the store is `<data_dir>/chat/chat.db`.
    pub data_dir: PathBuf,
    /// Where the scheduler is: its ticket keys are fetched there, and facts are posted there.
    pub scheduler_url: String,
    /// Origins of pages that may connect, each as a browser sends it. Empty: no page may.
    pub allowed_origins: Vec<String>,
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
    /// Rooms in memory at once.
    pub rooms: usize,
    /// Frames of one socket, and requests of one person.
    pub frames: Rate,
    /// First frames of one address.
    pub joins: Rate,
    /// Frames that may wait for one socket.
    pub queue_frames: usize,
    /// Bytes that may wait for one socket.
    pub queue_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8082".to_owned(),
            data_dir: PathBuf::from("data"),
            scheduler_url: "http://127.0.0.1:8080".to_owned(),
            allowed_origins: ["localhost", "127.0.0.1", "[::1]"]
                .map(|host| format!("http://{host}:8080"))
                .to_vec(),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: 1_000,
            rooms: 50_000,
            frames: Rate::FRAMES,
            joins: Rate::JOINS,
            queue_frames: 1_024,
            // The largest frame must fit: a `welcome` with a hundred of the longest messages.
            queue_bytes: 4 * 1024 * 1024,
        }
    }
}
