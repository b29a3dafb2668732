//! What people are notified of.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;
use crate::{GiftId, MatchId, RoomId, SessionId, UnixMs};

word_enum! {
    /// What a person is notified of.
    NotificationKind {
        /// A session is near.
        SessionReminder = "session_reminder",
        /// The lobby is open.
        SessionOpened = "session_opened",
        /// A session was booked by a match.
        SessionScheduled = "session_scheduled",
        /// A session was moved.
        SessionRescheduled = "session_rescheduled",
        /// A session was called off.
        SessionCancelled = "session_cancelled",
        /// A session is over, and one of the two, or neither, had come.
        SessionMissed = "session_missed",
        /// A match was made.
        MatchCreated = "match_created",
        /// A gift has come.
        GiftReceived = "gift_received",
        /// The other one of a match has put times.
        ProposalReceived = "proposal_received",
        /// The other one of a match has accepted or declined the times.
        ProposalAnswered = "proposal_answered",
        /// A message is waiting.
        MessageUnread = "message_unread",
    }
}

/// A notification to a person; an item of `GET /v1/notifications` and the data of its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notification {
    /// Its own id, rising with time.
    pub id: String,
    /// What it is about.
    pub kind: NotificationKind,
    /// When it was sent.
    pub created_at: UnixMs,
    /// Id of the session concerned, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Id of the gift concerned, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_id: Option<GiftId>,
    /// Id of the match concerned, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_id: Option<MatchId>,
    /// Id of the group's room concerned, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// Of a session: when it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<UnixMs>,
    /// Of a session and of a match: the other one's name. Of a group: what it is called, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// Of messages, told elsewhere than in the list: how many have come since they were last told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// When it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<UnixMs>,
}
