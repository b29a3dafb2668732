//! Outgoing webhooks: who is told, what they are sent, and the listeners of developers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::absent::{never_null, nullable};
use crate::session::word_enum;
use crate::{DeliveryStatus, EventType, SecretText, UnixMs};

/// The `type` of what `POST /v1/webhooks/{id}/test` sends; no event of a service has it.
pub const WEBHOOK_TEST: &str = "webhook.test";

word_enum! {
    /// Whether an endpoint is sent anything.
    WebhookState {
        /// Each event that it asked for.
        Enabled = "enabled",
        /// Nothing; `reason` says why.
        Disabled = "disabled",
    }
}

/// Body of `POST /v1/webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateWebhook {
    /// An https address that is not of an inner network.
    pub url: String,
    /// Types of events that it is sent; absent or empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventType>,
    /// 1 to 100 characters for whoever keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[cfg(feature = "schema")]
fn webhook_nulls(schema: &mut schemars::Schema) {
    crate::absent::null_only(schema, &["description"]);
}

/// Body of `PATCH /v1/webhooks/{id}`: what is absent stays as it is, and `null` takes away what may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = webhook_nulls))]
pub struct ChangeWebhook {
    /// An https address that is not of an inner network.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub url: Option<String>,
    /// Types of events that it is sent from now on; empty: all.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub events: Option<Vec<EventType>>,
    /// 1 to 100 characters for whoever keeps it; `null` takes it away.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub description: Option<Option<String>>,
    /// Whether it is sent anything from now on.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub state: Option<WebhookState>,
}

/// An endpoint of an application, as its own key sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookView {
    /// Its own id.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// Types of events that it is sent; empty: all.
    pub events: Vec<EventType>,
    /// For whoever keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is sent anything.
    pub state: WebhookState,
    /// Of a disabled one: `asked`, `gone` (it answered 410) or `failing` (nothing arrived for five days).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when nothing has arrived, if the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<UnixMs>,
    /// After a rotation: until when the secret of before signs beside the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<UnixMs>,
    /// When it was made.
    pub created_at: UnixMs,
    /// By which it knows what is ours (`whsec_…`): in the answer that makes the endpoint, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretText>,
}

/// Answer of `POST /v1/webhooks/{id}/rotate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RotatedSecret {
    /// The new one.
    pub secret: SecretText,
    /// Until when the old one signs beside it.
    pub previous_secret_until: UnixMs,
}

/// Answer of `POST /v1/webhooks/{id}/test` and `POST /v1/deliveries/{id}/redeliver`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentDelivery {
    /// The delivery, as the endpoint's list of deliveries shows it.
    pub delivery_id: String,
}

/// The body that an endpoint is sent. Its `webhook-id` is the event's id, the same in each attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookBody {
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, as RFC 3339 writes it.
    pub timestamp: String,
    /// `subject`, which names what it happened to, `revision` of what has one, and the particulars of its type.
    #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
    pub data: Map<String, Value>,
}

/// Body of `POST /v1/webhook-listeners`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StartListener {
    /// Types of events that it hears; absent or empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventType>,
}

/// A listener of an application: an endpoint without an address, whose deliveries are fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListenerView {
    /// Its own id.
    pub id: String,
    /// Types of events that it hears; empty: all.
    pub events: Vec<EventType>,
    /// True while a stream of it is open.
    pub listening: bool,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it is forgotten, unless somebody listens. Of five, one to which nobody has listened for a minute gives way to a
    /// new one before that.
    pub expires_at: UnixMs,
    /// What it is sent is signed with this one: in the answer that makes the listener, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretText>,
}

/// Data of an event of `GET /v1/webhook-listeners/{id}/stream`: one delivery, to be posted as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListenedDelivery {
    /// By which its answer is reported.
    pub delivery_id: String,
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: String,
    /// For the header `webhook-id`.
    pub webhook_id: String,
    /// For the header `webhook-timestamp`.
    pub webhook_timestamp: String,
    /// For the header `webhook-signature`.
    pub webhook_signature: String,
    /// The body, byte for byte what was signed.
    pub body: String,
}

/// Body of `POST /v1/webhook-listeners/{id}/deliveries/{delivery_id}`: what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListenerAnswer {
    /// The status that it was answered with; absent where there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// A delivery to an endpoint, as its application sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookDeliveryView {
    /// Its own id, by which it is sent again.
    pub id: String,
    /// The endpoint or listener that it goes to.
    pub endpoint_id: String,
    /// True where that is a listener, as `rendezvous listen` makes.
    pub listener: bool,
    /// The `webhook-id` of every attempt: the event's id.
    pub webhook_id: String,
    /// The type of the event.
    pub kind: String,
    /// Where it stands.
    pub state: DeliveryStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last attempt was answered with, unless that was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why the last attempt failed, as `http_500`, `timeout` or `connect_failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was to be sent first.
    pub due_at: UnixMs,
    /// When it is tried next, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<UnixMs>,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<UnixMs>,
}
