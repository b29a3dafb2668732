//! What chat can be told at start. Plain values: files and the environment are read elsewhere.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use service::http;
use service::socket::SocketLimits;

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
    /// Of sockets; the rate of frames is also that of one person's requests.
    #[serde(flatten)]
    pub sockets: SocketLimits,
    /// Rooms in memory at once.
    pub rooms: usize,
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
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            http: http::Limits::default(),
            sockets: SocketLimits {
                // The largest frame must fit: a `welcome` with a hundred of the longest messages.
                queue_bytes: 4 * 1024 * 1024,
                ..SocketLimits::default()
            },
            rooms: 50_000,
        }
    }
}
