//! Events that one service sends another: at least once, in order per subject.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;
use crate::{EndReason, RoomId, SessionId, SessionSpec, UnixMs, UserId};

/// A fact, as the outbox keeps it and the inbox takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Its own id (UUIDv7): a second delivery is known by it.
    pub id: String,
    /// What happened. Text, so that a newer service's events pass through an older one.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub occurred_at: UnixMs,
    /// Which service sends it.
    pub source: String,
    /// What it happened to: a session's, room's or user's id.
    pub subject: String,
    /// Of a booking: its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The particulars; [`SessionBooked`] or [`SessionFact`] for sessions.
    #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
    pub data: serde_json::Value,
}

/// Body of `POST /v1/events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventBatch {
    /// Which service sends.
    pub source: String,
    /// Which of its processes, by an id that outlives a restart. Empty from a version before there were
    /// nodes: it counts as one node more.
    #[serde(default)]
    pub node: String,
    /// In the order in which they happened.
    pub events: Vec<Event>,
    /// Everything of this node of the source up to this moment has been sent, this batch included.
    pub complete_to: UnixMs,
}

word_enum! {
    /// What can happen.
    EventType {
        /// Two people were matched.
        MatchCreated = "match.created",
        /// A match is over: by one of the two, by a block, or by an erasure.
        MatchEnded = "match.ended",
        /// A gift was sent.
        GiftReceived = "gift.received",
        /// A gift opened: by its time, by a peek, or because it made a match.
        GiftOpened = "gift.opened",
        /// One of a match put times to the other.
        ProposalCreated = "proposal.created",
        /// The other one accepted or declined them.
        ProposalAnswered = "proposal.answered",
        /// A room is there, for these members.
        RoomOpened = "room.opened",
        /// A room has other members, or another name.
        RoomChanged = "room.changed",
        /// A room takes no more messages.
        RoomClosed = "room.closed",
        /// A session was booked.
        SessionScheduled = "session.scheduled",
        /// A booked session was moved or changed.
        SessionRescheduled = "session.rescheduled",
        /// A booked session was called off.
        SessionCancelled = "session.cancelled",
        /// A reminder went out.
        SessionReminded = "session.reminded",
        /// A reminder did not go out, and will not.
        SessionReminderMissed = "session.reminder_missed",
        /// The lobby opened.
        SessionOpened = "session.opened",
        /// One came in.
        SessionJoined = "session.joined",
        /// A participant left for good.
        SessionLeft = "session.left",
        /// The clock started.
        SessionLive = "session.live",
        /// The deadline moved.
        SessionExtended = "session.extended",
        /// It is over.
        SessionEnded = "session.ended",
        /// Somebody never came.
        SessionNoShow = "session.no_show",
        /// One of the two said how it was.
        SessionFeedback = "session.feedback",
        /// An application said something else of itself.
        ApplicationChanged = "application.changed",
        /// A message that nobody was there to take.
        MessageUnread = "message.unread",
        /// One was removed by an operator.
        UserKicked = "user.kicked",
        /// One blocked another, or does so no more; between the services alone.
        UserBlocked = "user.blocked",
        /// Somebody with an account can be found by others from now on, can be found no more, or is called otherwise; between
        /// the services alone.
        PersonChanged = "person.changed",
        /// One was erased.
        UserErased = "user.erased",
        /// An operator did something that is kept in the audit log.
        OperatorAction = "operator.action",
    }
}

/// Data of `session.scheduled`, `.rescheduled` and `.cancelled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionBooked {
    /// What a ticket for it says.
    pub session: SessionSpec,
    /// The chat room of the two.
    pub room_id: RoomId,
}

/// Data of `session.reminded`, as an application's endpoints are sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReminderFact {
    /// Who was reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// How long before the start it was due, in milliseconds.
    pub before_ms: i64,
}

/// Data of `message.unread`: one person who was not there to take a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MessageUnread {
    /// The room; also the event's subject.
    pub room_id: RoomId,
    /// Who was not there.
    pub user_id: UserId,
    /// Who wrote it.
    pub from: UserId,
    /// Its place in the room.
    pub seq: u64,
    /// Its own id.
    pub message_id: String,
}

/// Data of `operator.action`: one row of the audit log, which happened at the event's `occurred_at`. The
/// scheduler cuts texts that are longer than [`OperatorAction::MAX_TEXT_CHARS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorAction {
    /// Who did it: `operator:` and the `sub` of the ticket, `cli:` and the user of the operating system, or
    /// the name of a service.
    pub actor: String,
    /// What was done, as `session.end`, `participant.kick`, `job.retry`, `key.revoke`.
    pub action: String,
    /// What it was done to: an id, or a name.
    pub subject: String,
    /// The session that it concerns, where it concerns one; its timeline shows it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The person that it concerns, where it concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Address of the client, by the rule for proxies; none for what was done on the machine itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Particulars without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl OperatorAction {
    /// Characters that are kept of each text.
    pub const MAX_TEXT_CHARS: usize = 300;

    /// An action without particulars.
    pub fn new(
        actor: impl Into<String>,
        action: impl Into<String>,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            actor: actor.into(),
            action: action.into(),
            subject: subject.into(),
            session_id: None,
            user_id: None,
            from: None,
            detail: None,
        }
    }
}

/// Data of what signaling reports of a session; each type has its own fields of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionFact {
    /// Of `joined`, `left` and `user.kicked`: who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Of `left`: `left`, `lost`, `kicked` or `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// Of `live`: when the clock started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<UnixMs>,
    /// Of `live` and `extended`: when it runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<UnixMs>,
    /// Of `extended`: how many are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions_left: Option<u32>,
    /// Of `ended`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<EndReason>,
    /// Of `ended` by no-show, and of `no_show`: who was never in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Vec<UserId>>,
    /// Of `ended` and `no_show`: what the verdict rests on, one entry a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Presence>>,
}

/// When one person was in, and whether their media came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Id of the participant.
    pub user_id: UserId,
    /// When they were in, oldest first; empty if they never were. Of more than 16, the first and the
    /// newest.
    pub stays: Vec<Stay>,
    /// When they first said that their media was up; none if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_up_at: Option<UnixMs>,
}

/// One stay of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stay {
    /// When they came.
    pub from: UnixMs,
    /// When they left, or their connection was last seen; none while they are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UnixMs>,
}
