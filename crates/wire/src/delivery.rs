//! Deliveries, as applications and operators see them: who was told what, by which channel, and with what answer.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;
use crate::{NotificationChannel, SessionId, UnixMs, UserId};

word_enum! {
    /// Where a delivery stands, in a word.
    DeliveryStatus {
        /// To be sent, or sent again.
        Pending = "pending",
        /// The channel has taken it.
        Sent = "sent",
        /// Given up: refused for good, or as often as it is tried.
        Failed = "failed",
        /// Not sent in time.
        Missed = "missed",
        /// Not to be sent, by what its person chose.
        Suppressed = "suppressed",
    }
}

/// One delivery; an item of `GET /v1/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeliveryView {
    /// Its own id, rising with time.
    pub id: String,
    /// Kind of the notification, or type of the event.
    pub kind: String,
    /// By which channel.
    pub channel: NotificationChannel,
    /// Who was told; absent for an endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The webhook endpoint or listener that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<String>,
    /// True where that is a listener, as `rendezvous listen` makes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listener: bool,
    /// The session that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Where it stands.
    pub state: DeliveryStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was not sent, or what was wrong with the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was to be sent first.
    pub due_at: UnixMs,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<UnixMs>,
}
