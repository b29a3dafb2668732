//! How an installation stands, for its operators: `GET /v1/status`.

use serde::{Deserialize, Serialize};

use crate::{NotificationChannel, ScheduleView, UnixMs};

/// How the parts of an installation stand, as the scheduler finds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatusView {
    /// When they were looked at.
    pub at: UnixMs,
    /// The scheduler, signaling and chat.
    pub services: Vec<PartStatus>,
    /// What each of them stores in.
    pub stores: Vec<PartStatus>,
    /// By which people and applications are told of what happens.
    pub channels: Vec<ChannelStatus>,
    /// The media servers that signaling uses.
    pub media_servers: Vec<PartStatus>,
    /// What recurs in the scheduler; none while its store does not say.
    pub schedules: Vec<ScheduleView>,
}

/// How one part stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartStatus {
    /// What it is called.
    pub name: String,
    /// Whether it answers; absent where nobody can say, because the service that uses it does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachable: Option<bool>,
    /// Since when it was found so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UnixMs>,
    /// In a few words, what is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl PartStatus {
    /// One of which nothing is known.
    #[must_use]
    pub fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            reachable: None,
            since: None,
            reason: None,
        }
    }
}

/// How one channel stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChannelStatus {
    /// By its word in an application and in a delivery.
    pub name: NotificationChannel,
    /// Whether the last attempt was taken; absent before the first one since the scheduler started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachable: Option<bool>,
    /// Since when each attempt went so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UnixMs>,
    /// What waits; absent while the scheduler's store does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueStatus>,
    /// When an attempt was last taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<UnixMs>,
    /// When an attempt last failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<UnixMs>,
    /// What was wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueueStatus {
    /// How many; 10,000 stands for as many or more.
    pub pending: u64,
    /// When the one was due that waits longest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_due_at: Option<UnixMs>,
}
