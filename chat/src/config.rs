//! What chat can be told at start. Plain values: files and the environment are read elsewhere.

use serde::{Deserialize, Serialize};
use service::http;
use service::realtime::RealtimeConfig;
use service::socket::SocketLimits;

/// Settings of the service. The defaults work on a laptop with a scheduler on its default port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Addresses, files and pages; the store is `<data_dir>/chat/chat.db`.
    pub realtime: RealtimeConfig,
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
    /// Limits of sockets; the rate of frames is also that of one person's requests.
    #[serde(flatten)]
    pub sockets: SocketLimits,
    /// Rooms in memory at once.
    pub rooms: usize,
    /// Messages that one person stores in an hour.
    pub person_messages_per_hour: u64,
    /// Bytes of them.
    pub person_bytes_per_hour: u64,
    /// Messages that are stored in one room in an hour.
    pub room_messages_per_hour: u64,
    /// Bytes of them.
    pub room_bytes_per_hour: u64,
    /// Messages that the people of one application store in an hour.
    pub application_messages_per_hour: u64,
    /// Bytes of them.
    pub application_bytes_per_hour: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            realtime: RealtimeConfig::on_port(8082),
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
            person_messages_per_hour: 20_000,
            person_bytes_per_hour: 64 * 1024 * 1024,
            room_messages_per_hour: 40_000,
            room_bytes_per_hour: 128 * 1024 * 1024,
            application_messages_per_hour: 1_000_000,
            application_bytes_per_hour: 1024 * 1024 * 1024,
        }
    }
}
