//! What an application says of itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::absent::{never_null, nullable};
use crate::session::word_enum;

word_enum! {
    /// By which way an application's people are told of what happens.
    NotificationChannel {
        /// In its pages.
        InApp = "in_app",
        /// By its own back end.
        Webhook = "webhook",
        /// By push, to their devices.
        Push = "push",
        /// By e-mail, where they have an address.
        Email = "email",
    }
}

/// An application, as `GET /v1/application` shows it to its own key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApplicationView {
    /// Its own id, which stays: what its key was made for.
    pub id: String,
    /// What people are shown.
    pub name: String,
    /// Pages of these origins may ask the services.
    pub allowed_origins: Vec<String>,
    /// Pages of these origins may embed a session.
    pub allowed_embedders: Vec<String>,
    /// Where people go after a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// How its pages look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "Record<string, unknown>"))]
    pub theme: Option<Map<String, Value>>,
    /// How its people are told.
    pub channels: Vec<NotificationChannel>,
    /// In whose name its mails come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    /// Where answers to its mails go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The texts of its mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "Record<string, unknown>"))]
    pub templates: Option<Map<String, Value>>,
}

#[cfg(feature = "schema")]
fn application_nulls(schema: &mut schemars::Schema) {
    crate::absent::null_only(
        schema,
        &[
            "return_url",
            "theme",
            "sender_name",
            "reply_to",
            "templates",
        ],
    );
}

/// Body of `PATCH /v1/application`: what is absent stays as it is, and `null` takes away what may be absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = application_nulls))]
pub struct ChangeApplication {
    /// What people are shown: 1 to 100 characters.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub name: Option<String>,
    /// At most 20 origins, each as a browser sends it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub allowed_origins: Option<Vec<String>>,
    /// At most 20 origins with `https`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub allowed_embedders: Option<Vec<String>>,
    /// An address with `https`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub return_url: Option<Option<String>>,
    /// At most 4 KiB of JSON.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub theme: Option<Option<Map<String, Value>>>,
    /// The ways that are open, each once.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub channels: Option<Vec<NotificationChannel>>,
    /// 1 to 100 characters.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub sender_name: Option<Option<String>>,
    /// An e-mail address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub reply_to: Option<Option<String>>,
    /// At most 16 KiB of JSON.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub templates: Option<Option<Map<String, Value>>>,
}

/// Data of `application.changed`: what the other services check pages by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApplicationFact {
    /// All that count from now on.
    pub allowed_origins: Vec<String>,
}
