//! Web push: what a browser subscribes with, and what its service worker is sent.

use serde::{Deserialize, Serialize};

use crate::{NotificationKind, SecretText, SessionId, UnixMs};

/// Answer of `GET /v1/push/key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushKey {
    /// The `applicationServerKey` of a subscription: an uncompressed point of P-256 in base64url (RFC 8292).
    pub public_key: String,
}

/// Body of `POST /v1/push-subscriptions`: what a browser's `PushSubscription` has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscribeToPush {
    /// Where the push service takes messages for this browser: an https address. Whoever has it may send there.
    pub endpoint: SecretText,
    /// With what messages are encrypted.
    pub keys: PushKeys,
}

/// The keys of a browser's subscription (RFC 8291), each in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushKeys {
    /// Its public key: an uncompressed point of P-256, 65 bytes.
    pub p256dh: String,
    /// The secret that it shares with us: 16 bytes.
    pub auth: SecretText,
}

/// Answer of `POST /v1/push-subscriptions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscribedToPush {
    /// By which it is ended.
    pub id: String,
}

/// What a service worker finds in a push message, once its browser has decrypted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushMessage {
    /// Names the notification: one that comes twice is shown once.
    pub id: String,
    /// What it is about.
    pub kind: NotificationKind,
    /// The language of its words, as BCP 47 has it.
    pub lang: String,
    /// What it says; the worker adds the time.
    pub title: String,
    /// Of a session: when it starts. The worker says it by the clock of its device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<UnixMs>,
    /// Id of the session concerned, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The page that a click opens, below the base of the web front end.
    pub path: String,
}
