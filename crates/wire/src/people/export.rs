//! What somebody gets who asks for everything that is stored of them.

use serde::{Deserialize, Serialize};

use super::{LoginView, User};
use crate::{
    BlockView, FeedbackView, GiftView, MatchId, Notification, Participant, ProposalView,
    ReportView, RoomId, RoomRole, SessionId, SessionView, UnixMs,
};

/// Everything that the scheduler holds of a person, as they may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonExport {
    /// When it was put together.
    pub exported_at: UnixMs,
    /// Their account, as `GET /v1/me` answers it.
    pub profile: User,
    /// Since when their address gets no mails, because its server says that there is no such mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undeliverable: Option<UndeliverableAddress>,
    /// Where they are logged in.
    pub logins: Vec<LoginView>,
    /// Browsers that show them pushes.
    pub push_subscriptions: Vec<ExportedPushSubscription>,
    /// Gifts that they gave and did not take back, the newest first, as are all that follow.
    pub gifts_given: Vec<GiftView>,
    /// Gifts that they got; of a sealed one as little as they see of it.
    pub gifts_received: Vec<GiftView>,
    /// Whom they found, also where that is over.
    pub matches: Vec<ExportedMatch>,
    /// Groups that they are in.
    pub groups: Vec<ExportedGroup>,
    /// Times that they and the others put to each other.
    pub proposals: Vec<ProposalView>,
    /// Sessions in which they take part.
    pub sessions: Vec<SessionView>,
    /// What they were notified of.
    pub notifications: Vec<Notification>,
    /// Whom they have blocked.
    pub blocks: Vec<BlockView>,
    /// What they said of sessions.
    pub feedback: Vec<ExportedFeedback>,
    /// What they reported of others.
    pub reports: Vec<ReportView>,
    /// Names of those lists that are longer than an export: the newest of them are here.
    pub truncated: Vec<String>,
}

/// An address to which no mail can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UndeliverableAddress {
    /// When its server first said so.
    pub since: UnixMs,
    /// What its server said.
    pub reason: String,
}

/// A browser that shows the person pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedPushSubscription {
    /// By which it is ended.
    pub id: String,
    /// Whose push service it is. The rest of its address lets whoever has it send there.
    pub service: String,
    /// When the browser subscribed.
    pub created_at: UnixMs,
}

/// What the person said of one of their sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedFeedback {
    /// Which session it was.
    pub session_id: SessionId,
    /// What they said.
    pub feedback: FeedbackView,
}

/// A match of the person's, in force or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedMatch {
    /// Its id, as in notifications.
    pub id: MatchId,
    /// The other one.
    pub with: Participant,
    /// Their chat room.
    pub room_id: RoomId,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<UnixMs>,
}

/// A group that the person is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedGroup {
    /// Its chat room.
    pub id: RoomId,
    /// What it is called, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they may do in it.
    pub role: RoomRole,
    /// When they were put into it.
    pub joined_at: UnixMs,
}
