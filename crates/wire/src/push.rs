//! Web push: what a browser subscribes with, and what its service worker is sent.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{NotificationKind, SecretText, SessionId, UnixMs};

/// Answer of `GET /v1/push/key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushKey {
    /// The `applicationServerKey` of a subscription: an uncompressed point of P-256 in base64url (RFC 8292).
    pub public_key: String,
}

/// Body of `POST /v1/push-subscriptions`: a browser's `PushSubscription` as `JSON.stringify` writes it (W3C Push API,
/// `PushSubscriptionJSON`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscribeToPush {
    /// Where the push service takes messages for this browser: an https address. Whoever has it may send there.
    pub endpoint: SecretText,
    /// When the browser's push service ends the subscription; `null` where it does not say, as most do not.
    #[serde(
        default,
        rename = "expirationTime",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_ms"
    )]
    #[cfg_attr(feature = "typescript", ts(optional = nullable))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub expiration_time: Option<UnixMs>,
    /// With what messages are encrypted.
    pub keys: PushKeys,
}

/// A browser may write a time with a part of a millisecond.
fn whole_ms<'de, D: Deserializer<'de>>(from: D) -> Result<Option<UnixMs>, D::Error> {
    let ms = Option::<f64>::deserialize(from)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is beyond all times becomes the last one"
    )]
    Ok(ms.map(|ms| UnixMs(ms.floor() as i64)))
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
