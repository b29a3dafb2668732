//! Bodies of the scheduler's HTTP API.

use serde::{Deserialize, Serialize};

use crate::absent::never_null;
use crate::session::word_enum;
use crate::{
    DuplicatePolicy, FeedbackView, IcePolicy, MediaBackend, OnLoss, Outcome, RoomId, SessionId,
    UnixMs, UserId,
};

/// Body of `POST /v1/sessions`. What is absent has the default of `docs/PROTOCOL.md`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(
    missing_docs,
    reason = "the fields are those of `SessionSpec`, documented there"
)]
pub struct BookSession {
    /// The participants, exactly two.
    pub participants: Vec<BookParticipant>,
    /// Either this, or `starts_at_local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<UnixMs>,
    /// The start by the clock of a time zone: what was agreed, should the rules of the zone change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at_local: Option<LocalDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countdown_ms: Option<i64>,
    /// How long before the start the lobby opens, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lobby_ms: Option<i64>,
    /// How long after the start an empty seat becomes a no-show, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_after_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_extensions: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_end_at: Option<UnixMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_loss: Option<OnLoss>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pause_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<DuplicatePolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaBackend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ice: Option<IcePolicy>,
    /// Whether one of the two may have another session at that time; if not, such a booking is refused with `busy`.
    /// `true` unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_overlap: Option<bool>,
    /// When to remind, each in milliseconds before the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remind_before_ms: Option<Vec<i64>>,
    /// The application's own; kept and given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "Record<string, unknown>"))]
    pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Body of `PATCH /v1/sessions/{id}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::absent::no_null))]
#[expect(missing_docs, reason = "the fields are those of `BookSession`")]
pub struct ChangeSession {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub starts_at: Option<UnixMs>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub starts_at_local: Option<LocalDateTime>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub duration_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub countdown_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub lobby_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub closes_after_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub extension_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub max_extensions: Option<u32>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub hard_end_at: Option<UnixMs>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub connect_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub on_loss: Option<OnLoss>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub max_pause_ms: Option<i64>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub duplicate: Option<DuplicatePolicy>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub media: Option<MediaBackend>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub ice: Option<IcePolicy>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub allow_overlap: Option<bool>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub remind_before_ms: Option<Vec<i64>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A time by the clock of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LocalDateTime {
    /// ISO 8601 without an offset, as `2027-03-14T02:30`; seconds may follow.
    pub date_time: String,
    /// IANA time zone.
    pub time_zone: String,
}

word_enum! {
    /// Why a local time needed a decision.
    LocalTimeNote {
        /// The clocks skipped it: it was counted by the offset before the gap.
        Gap = "gap",
        /// The clocks show it twice: the first time is meant.
        Fold = "fold",
    }
}

/// How a local time was resolved that is no time of that day, or two (RFC 5545, section 3.3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResolvedLocalTime {
    /// Whether the clocks skip it, or show it twice.
    pub note: LocalTimeNote,
    /// The offset from UTC that was taken, as `-05:00`.
    pub offset: String,
}

/// One of the two: known by `user_id`, or by the application's own `external_id` with a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BookParticipant {
    /// A person that the scheduler knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The application's own id of the person; the same one is the same person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What the other one is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where reminders may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// BCP 47 language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

word_enum! {
    /// Where a booking stands.
    SessionState {
        /// Booked; the lobby is not open.
        Scheduled = "scheduled",
        /// The lobby is open.
        Open = "open",
        /// The clock runs.
        Live = "live",
        /// The session is over.
        Ended = "ended",
        /// The booking was called off.
        Cancelled = "cancelled",
    }
}

/// A session as the scheduler shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(
    missing_docs,
    reason = "most fields are those of `SessionSpec`, documented there"
)]
pub struct SessionView {
    pub id: SessionId,
    pub revision: u64,
    pub state: SessionState,
    /// The chat room of the two.
    pub room_id: RoomId,
    pub lobby_opens_at: UnixMs,
    pub starts_at: UnixMs,
    /// The start by the clock of a time zone, where it was booked so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at_local: Option<LocalDateTime>,
    /// Where the clocks skip that time, or show it twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<ResolvedLocalTime>,
    pub closes_at: UnixMs,
    pub countdown_ms: i64,
    pub duration_ms: i64,
    pub lobby_ms: i64,
    pub closes_after_ms: i64,
    pub extension_ms: i64,
    pub max_extensions: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_end_at: Option<UnixMs>,
    pub connect_ms: i64,
    pub on_loss: OnLoss,
    pub max_pause_ms: i64,
    pub duplicate: DuplicatePolicy,
    pub media: MediaBackend,
    pub ice: IcePolicy,
    /// Whether one of the two may have another session at that time.
    #[serde(default = "overlaps")]
    pub allow_overlap: bool,
    pub remind_before_ms: Vec<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "Record<string, unknown>"))]
    pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
    pub participants: Vec<SessionParticipant>,
    /// When the clock started, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<UnixMs>,
    /// When it runs out, or ran out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<UnixMs>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<UnixMs>,
    /// How it ended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    pub created_at: UnixMs,
}

/// Of a session that does not say.
fn overlaps() -> bool {
    true
}

/// One of the two, as the scheduler shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionParticipant {
    /// Id of the participant.
    pub user_id: UserId,
    /// The application's own id; shown to the application only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What the other one is shown.
    pub name: String,
    /// Opens the session as this person; shown to the application only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_url: Option<String>,
    /// Each time they came in, rising.
    #[serde(default)]
    pub joined_at: Vec<UnixMs>,
    /// Each time they went, rising.
    #[serde(default)]
    pub left_at: Vec<UnixMs>,
    /// What they said of it afterwards; shown to the application only, of one session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<FeedbackView>,
}

/// Answer of `POST /v1/sessions/{id}/participants/{user_id}/renew-link`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenewedLink {
    /// The person's join link; every earlier one, and the access that came from it, is void.
    pub join_url: String,
}

/// Body of `POST /v1/join`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JoinRequest {
    /// What stood behind the `#` of the join link.
    pub token: String,
    /// Whose the link must be: the id that the page for embedding was served with.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "never_null"
    )]
    pub application: Option<String>,
}

/// What a join link is traded for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JoinResponse {
    /// The session that it opens.
    pub session: SessionView,
    /// Who its bearer is.
    pub user_id: UserId,
    /// Bearer credential for that session, its room and its notifications.
    pub access: String,
    /// When `access` stops to count.
    pub expires_at: UnixMs,
}

/// Body of a command without fields: empty, or an empty object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmptyBody {}

/// Body of the ticket routes: empty from a person, with a user from an application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TicketRequest {
    /// Whom the ticket is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

/// A ticket, and where to take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TicketResponse {
    /// The ticket: a signed JWT.
    pub ticket: String,
    /// The complete WebSocket address to connect to; of an operator's ticket, where signaling is.
    pub url: String,
    /// When the ticket stops to count.
    pub expires_at: UnixMs,
}

/// A page of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "{T}Page")
)]
pub struct Page<T> {
    /// Items of this page, in order.
    pub items: Vec<T>,
    /// Asks for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
