//! What people send.

use serde::{Deserialize, Serialize};

use super::{Quiet, SecretText};
use crate::NotificationKind;
use crate::absent::{never_null, nullable};

/// Body of `POST /v1/signup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signup {
    /// The address to log in with.
    pub email: String,
    /// 8 to 256 characters.
    pub password: SecretText,
    /// What others are shown.
    pub name: String,
    /// BCP 47 language tag; `en` where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA time zone; `UTC` where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The operator's invitation, where one is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<SecretText>,
}

/// Body of `POST /v1/login`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Login {
    /// The address of the account.
    pub email: String,
    /// The password that belongs to it.
    pub password: SecretText,
}

/// Body of `PATCH /v1/me`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::absent::no_null))]
pub struct ChangeMe {
    /// What others are shown.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub name: Option<String>,
    /// Another address; it counts once it is confirmed.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub email: Option<String>,
    /// BCP 47 language tag.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub locale: Option<String>,
    /// IANA time zone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub time_zone: Option<String>,
    /// Whether others find them by name.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub discoverable: Option<bool>,
    /// Of what they are told, and where.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub notify: Option<ChangeNotify>,
}

#[cfg(feature = "schema")]
fn notify_nulls(schema: &mut schemars::Schema) {
    crate::absent::null_only(schema, &["kinds", "quiet"]);
}

/// What changes of how a person is told: what is absent stays as it is, `null` takes it away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = notify_nulls))]
pub struct ChangeNotify {
    /// Whether by e-mail.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub email: Option<bool>,
    /// Whether by push.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub push: Option<bool>,
    /// Whether names and texts may stand in a push.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub preview: Option<bool>,
    /// Of these alone; of every kind with `null`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub kinds: Option<Option<Vec<NotificationKind>>>,
    /// When they are not to be disturbed; never with `null`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub quiet: Option<Option<Quiet>>,
}

/// Body of `POST /v1/me/password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangePassword {
    /// The password so far.
    pub current: SecretText,
    /// The one from now on: 8 to 256 characters.
    pub new: SecretText,
}

/// Body of `DELETE /v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EraseMe {
    /// The password of the account.
    pub password: SecretText,
}

/// Body of `POST /v1/email-verification/confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfirmEmail {
    /// What stood behind the `#` of the link in the mail.
    pub token: SecretText,
}

/// Body of `POST /v1/password-reset`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordReset {
    /// The address of the account.
    pub email: String,
}

/// Body of `POST /v1/password-reset/confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfirmReset {
    /// What stood behind the `#` of the link in the mail.
    pub token: SecretText,
    /// The password from now on: 8 to 256 characters.
    pub password: SecretText,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_135_null_takes_the_quiet_hours_away_and_absence_leaves_them() {
        let read = |text: &str| serde_json::from_str::<ChangeNotify>(text).unwrap();
        assert_eq!(read("{}").quiet, None);
        assert_eq!(read(r#"{"quiet":null}"#).quiet, Some(None));
        let given = read(r#"{"quiet":{"from":"22:00","to":"08:00"}}"#).quiet;
        assert_eq!(given.unwrap().unwrap().from, "22:00");
    }
}
