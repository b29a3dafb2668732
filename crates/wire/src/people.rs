//! People with an account of their own: what they send, and what they are shown.

mod commands;
mod export;
mod secret;

pub use commands::{
    ChangeMe, ChangeNotify, ChangePassword, ConfirmEmail, ConfirmReset, EraseMe, Login,
    PasswordReset, Signup,
};
pub use export::{
    ExportedFeedback, ExportedGroup, ExportedMatch, ExportedPushSubscription, PersonExport,
    UndeliverableAddress,
};
pub use secret::SecretText;

use serde::{Deserialize, Serialize};

use crate::{NotificationKind, UnixMs, UserId};

/// Answer of `POST /v1/me/calendar`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalendarFeed {
    /// Where calendars subscribe to one's sessions. Whoever has it reads them: it is shown this once.
    pub url: SecretText,
}
/// What stands in place of the name of somebody whose account was erased, wherever others are told of them. A client may
/// say it in its own language.
pub const LEFT_NAME: &str = "Someone who has left";

/// An account, as its own person is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// Who it is, in sessions, rooms and matches too.
    pub id: UserId,
    /// The address that they log in with.
    pub email: String,
    /// Whether they have shown that the address is theirs.
    pub email_verified: bool,
    /// What others are shown.
    pub name: String,
    /// BCP 47 language tag.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether others find them by name.
    pub discoverable: bool,
    /// Of what they are told, and where.
    pub notify: Notify,
    /// When they signed up.
    pub created_at: UnixMs,
}

/// By which ways a person is told of something, beside the list of notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notify {
    /// Whether by e-mail.
    pub email: bool,
    /// Since when not by e-mail, where they followed the link of a mail that stops them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_stopped_at: Option<UnixMs>,
    /// Whether by push.
    pub push: bool,
    /// Whether names and texts may stand in a push, where a lock screen shows them.
    pub preview: bool,
    /// Of these alone; of every kind where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<NotificationKind>>,
    /// When they are not to be disturbed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            email: true,
            email_stopped_at: None,
            push: true,
            preview: true,
            kinds: None,
            quiet: None,
        }
    }
}

/// Hours of the day, by the person's own clock; over midnight where `from` is the later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quiet {
    /// The first minute, as `22:00`.
    pub from: String,
    /// The first minute after, as `08:00`.
    pub to: String,
}

/// Somebody who can be found by their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundPerson {
    /// Who it is.
    pub id: UserId,
    /// What others are shown.
    pub name: String,
}

/// One browser or device in which a person is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoginView {
    /// By which it is ended; it opens nothing.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When they logged in.
    pub created_at: UnixMs,
    /// When it was last used, to a quarter of an hour.
    pub last_used_at: UnixMs,
    /// When it ends unless it is used before.
    pub expires_at: UnixMs,
    /// What the browser called itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// Data of `user.erased`, between the services alone: who it was is nobody any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserErased {
    /// Who was erased; also the event's subject.
    pub user_id: UserId,
}

/// Data of `person.changed`, between the services alone, with a revision that rises for each person: what others may know
/// of somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonFact {
    /// Who it is; also the event's subject.
    pub user_id: UserId,
    /// What they are called.
    pub name: String,
    /// Whose people they are: `people`, or an application's id.
    pub tenant: String,
    /// Whether others of the same tenant may find and follow them.
    pub discoverable: bool,
}
