//! What chat can be told at start. Plain values: files and the environment are read elsewhere.

use std::path::Path;

use serde::{Deserialize, Serialize};
use service::http;
use service::realtime::RealtimeConfig;
use service::socket::SocketLimits;
use storage::{DatabaseOptions, DatabaseUrl};

use crate::store::MessagesUrl;

/// Settings of the service. The defaults work on a laptop with a scheduler on its default port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Addresses, files and pages.
    pub realtime: RealtimeConfig,
    /// Where rooms, their members and the events between services are.
    pub rooms: DatabaseUrl,
    /// Where messages are: by default in the file of the rooms.
    pub messages: MessagesUrl,
    /// How a server is connected to.
    pub database_options: DatabaseOptions,
    /// After how many days messages are deleted; 0: never.
    pub retention_days: u32,
    /// Losses of messages that somebody has accepted, by the names that the refusal to start told.
    pub accepted_loss: Vec<String>,
    /// What it holds and takes at most.
    pub limits: Limits,
    /// How posts are taken and delivered.
    pub feed: FeedSettings,
}

/// How posts are taken and delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedSettings {
    /// Followers up to which a post is put into their feeds; of whom more follow, readers look for it.
    pub fanout_limit: u32,
    /// Posts of one person in an hour.
    pub posts_per_hour: u64,
    /// After how many days posts are deleted; 0: never.
    pub retention_days: u32,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            fanout_limit: 1_000,
            posts_per_hour: 10,
            retention_days: 0,
        }
    }
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
    /// Pages of their export that one person reads in an hour.
    pub export_pages_per_hour: u64,
    /// Messages that one person stores in an hour.
    pub person_messages_per_hour: u64,
    /// Bytes of them.
    pub person_bytes_per_hour: u64,
    /// Messages that are stored in one room in an hour.
    pub room_messages_per_hour: u64,
    /// Bytes of them.
    pub room_bytes_per_hour: u64,
    /// Bytes of the texts that one room holds.
    pub room_bytes: u64,
    /// Messages that the people of one application store in an hour.
    pub application_messages_per_hour: u64,
    /// Bytes of them.
    pub application_bytes_per_hour: u64,
}

impl Config {
    /// With rooms and messages in one file of its data directory, and the limits by default.
    #[must_use]
    pub fn new(realtime: RealtimeConfig) -> Self {
        let file = Self::default_database(&realtime.data_dir);
        Self {
            realtime,
            rooms: file.clone(),
            messages: MessagesUrl::Sqlite(file),
            database_options: DatabaseOptions::default(),
            retention_days: 0,
            accepted_loss: Vec::new(),
            limits: Limits::default(),
            feed: FeedSettings::default(),
        }
    }

    /// Where rooms and messages are if nothing is said: `<data_dir>/chat/chat.db`.
    #[must_use]
    pub fn default_database(data_dir: &Path) -> DatabaseUrl {
        DatabaseUrl::sqlite(data_dir.join(crate::SERVICE).join("chat.db"))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(RealtimeConfig::on_port(8082))
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
            export_pages_per_hour: 3_600,
            person_messages_per_hour: 20_000,
            person_bytes_per_hour: 64 * 1024 * 1024,
            room_messages_per_hour: 40_000,
            room_bytes_per_hour: 128 * 1024 * 1024,
            room_bytes: 1024 * 1024 * 1024,
            application_messages_per_hour: 1_000_000,
            application_bytes_per_hour: 1024 * 1024 * 1024,
        }
    }
}
