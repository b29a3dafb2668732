//! What is due, as operators see it: `GET /v1/jobs`.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;
use crate::{UnixMs, UserId};

word_enum! {
    /// Where a job stands.
    JobStatus {
        /// It waits for its time, or for its next attempt.
        Due = "due",
        /// A scheduler is at it.
        Claimed = "claimed",
        /// Its work is committed.
        Done = "done",
        /// It was not done, and no longer is to be.
        Missed = "missed",
        /// It was called off with what it is of.
        Cancelled = "cancelled",
        /// It was given up after its last attempt.
        Failed = "failed",
    }
}

word_enum! {
    /// What a job is for.
    JobWord {
        /// To remind of a session.
        Reminder = "reminder",
        /// To open a lobby.
        LobbyOpens = "lobby_opens",
        /// To start a session.
        Start = "start",
        /// To judge that nobody came.
        NoShowCheck = "no_show_check",
        /// To delete what is too old.
        Retention = "retention",
        /// To tell of the messages of a quarter of an hour.
        UnreadDigest = "unread_digest",
    }
}

/// A job; an item of `GET /v1/jobs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobView {
    /// Its own id, rising with the time at which it was planned.
    pub id: String,
    /// `session` or `room`.
    pub subject_kind: String,
    /// The id of that.
    pub subject_id: String,
    /// Of a session: the revision that it was planned for. Of a room: the number of the quarter of an hour.
    pub revision: u64,
    /// `reminder`, `lobby_opens`, `start`, `no_show_check`, `retention` or `unread_digest`.
    pub kind: String,
    /// Of a reminder: milliseconds before the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_ms: Option<i64>,
    /// The one person whom it concerns, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Where it stands.
    pub state: JobStatus,
    /// Why it was missed or given up, or why its last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How often it was tried and failed.
    pub attempts: u32,
    /// When it is due, or was.
    pub due_at: UnixMs,
    /// While it is claimed: when another may take it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<UnixMs>,
}
