//! What people say of a session afterwards.

use serde::{Deserialize, Serialize};

use crate::{UnixMs, UserId};

/// Body of `POST /v1/sessions/{id}/feedback`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GiveFeedback {
    /// 1 to 5, the more the better.
    pub score: i64,
    /// Up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What one of the two said of the session: to themselves, and to their application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedbackView {
    /// 1 to 5.
    pub score: i64,
    /// Their words, if they had any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When it was given first; it may be changed for a day.
    pub given_at: UnixMs,
    /// When it was changed last, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<UnixMs>,
}

/// Data of `session.feedback`; the words are read of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeedbackFact {
    /// Who gave it.
    pub user_id: UserId,
    /// 1 to 5.
    pub score: i64,
}
