//! Gifts, matches, proposals, blocks and reports: what people send, are shown, and what the services are told.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;
use crate::{
    BookParticipant, GiftId, MatchId, Participant, ProposalId, ReportId, RoomId, SecretText,
    SessionId, SessionState, UnixMs, UserId,
};

word_enum! {
    /// What a gift may come to.
    GiftKind {
        /// A letter and no more.
        Plain = "plain",
        /// Of two that cross, a match is made.
        Special = "special",
    }
}

word_enum! {
    /// Whether its receiver sees what is in a gift.
    GiftState {
        /// Not before it opens.
        Sealed = "sealed",
        /// They see all of it.
        Opened = "opened",
    }
}

word_enum! {
    /// Which gifts of a person are listed.
    GiftBox {
        /// Those that reach them.
        Received = "received",
        /// Those that they gave.
        Sent = "sent",
    }
}

/// Whom a gift is for: a person, or whoever shows that an e-mail address is theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GiftRecipient {
    /// Somebody who has an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// An address, whether or not somebody has an account with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the person is called; in answers alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Body of `POST /v1/gifts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendGift {
    /// Either `user_id` or `email`.
    pub to: GiftRecipient,
    /// Whether it may make a match.
    pub kind: GiftKind,
    /// 1 to 2,000 characters.
    pub letter: String,
    /// When it opens by itself; now, where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<UnixMs>,
    /// Of a special one: 1 to 5 times at which its giver could meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Vec<UnixMs>>,
}

/// A gift, as its giver or its receiver is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GiftView {
    /// Its own id, rising with time.
    pub id: GiftId,
    /// Whether it may make a match.
    pub kind: GiftKind,
    /// Whether its receiver sees what is in it.
    pub state: GiftState,
    /// When it was sent.
    pub sent_at: UnixMs,
    /// When it opens by itself, unless it is opened before.
    pub opens_at: UnixMs,
    /// Whom it is for.
    pub to: GiftRecipient,
    /// Who gave it; of a sealed one for its giver alone, as all that follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Participant>,
    /// The text that its giver wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// When its giver could meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Vec<UnixMs>>,
    /// Of one to an address, for its giver: a link that shows it sealed, to whoever has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_url: Option<String>,
}

/// Body of `POST /v1/gifts/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimGift {
    /// What stands behind the `#` of a `claim_url`.
    pub token: SecretText,
}

/// A match, as one of its two is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MatchView {
    /// Its own id, rising with time.
    pub id: MatchId,
    /// The other one.
    pub with: Participant,
    /// The chat room of the two.
    pub room_id: RoomId,
    /// When they were matched.
    pub created_at: UnixMs,
    /// The times that are open to be accepted, if any are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalView>,
    /// The session that is on, or that comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_session: Option<NextSession>,
}

/// Body of `POST /v1/matches`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateMatch {
    /// The two, as in a booking.
    pub participants: Vec<BookParticipant>,
}

/// A match, as the application that made it is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedMatch {
    /// Its own id, rising with time.
    pub id: MatchId,
    /// The two by their names.
    pub participants: Vec<Participant>,
    /// The chat room of the two.
    pub room_id: RoomId,
    /// When they were matched.
    pub created_at: UnixMs,
}

/// The session of a match that is on or comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextSession {
    /// Under which all of it is read.
    pub id: SessionId,
    /// Scheduled, open or live.
    pub state: SessionState,
    /// When its lobby opens.
    pub lobby_opens_at: UnixMs,
    /// When it starts.
    pub starts_at: UnixMs,
    /// How long it is live, in milliseconds.
    pub duration_ms: i64,
}

word_enum! {
    /// Where a proposal stands.
    ProposalState {
        /// It may be accepted.
        Open = "open",
        /// A session was booked for one of its times.
        Accepted = "accepted",
        /// The other one wanted none of its times.
        Declined = "declined",
        /// Its author, or the end of the match, took it back.
        Withdrawn = "withdrawn",
        /// A later one stands in its place.
        Replaced = "replaced",
        /// Its last time has passed.
        Expired = "expired",
    }
}

/// Body of `POST /v1/matches/{id}/proposals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Propose {
    /// 1 to 5 times ahead of now.
    pub times: Vec<UnixMs>,
    /// How long the session is to be live, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
}

/// Times that one of a match has put to the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProposalView {
    /// Its own id, rising with time.
    pub id: ProposalId,
    /// The match that it is of.
    pub match_id: MatchId,
    /// Who put the times.
    pub by: UserId,
    /// The times, rising.
    pub times: Vec<UnixMs>,
    /// How long the session would be live, in milliseconds.
    pub duration_ms: i64,
    /// When it was made.
    pub created_at: UnixMs,
    /// Where it stands.
    pub state: ProposalState,
    /// Of an accepted one: the session that was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
}

/// Body of `POST /v1/proposals/{id}/accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptProposal {
    /// One of the proposal's times.
    pub starts_at: UnixMs,
}

/// Somebody whom one has blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockView {
    /// Who it is.
    pub user_id: UserId,
    /// What they are called.
    pub name: String,
    /// Since when they are.
    pub created_at: UnixMs,
}

/// Body of `POST /v1/reports`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendReport {
    /// Who is reported.
    pub user_id: UserId,
    /// The session in which it was, if it was in one of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// What it is about, in 1 to 100 characters.
    pub reason: String,
    /// What happened, in 1 to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A report, as whoever sent it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentReport {
    /// Its own id, rising with time.
    pub id: ReportId,
    /// When it came.
    pub created_at: UnixMs,
}

/// A report, as operators and its author read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportView {
    /// Its own id, rising with time.
    pub id: ReportId,
    /// When it came.
    pub created_at: UnixMs,
    /// Who sent it.
    pub by: UserId,
    /// Who is reported.
    pub user_id: UserId,
    /// The session in which it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// What it is about.
    pub reason: String,
    /// What happened, where they wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Data of `gift.received` and `gift.opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GiftFact {
    /// The gift; also the event's subject.
    pub gift_id: GiftId,
    /// Whether it may make a match.
    pub kind: GiftKind,
    /// Whom it is for.
    pub to: UserId,
    /// Who gave it; of an opened one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UserId>,
    /// When it opens by itself, unless it is opened before.
    pub opens_at: UnixMs,
}

/// Data of `match.created` and `match.ended`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MatchFact {
    /// The match; also the event's subject.
    pub match_id: MatchId,
    /// The two, by their present names.
    pub participants: [Participant; 2],
    /// Their chat room.
    pub room_id: RoomId,
    /// Whose people they are: an application's id, or `people`.
    pub tenant: String,
}

/// Data of `proposal.created` and `proposal.answered`; their subject is the match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProposalFact {
    /// The proposal as it is now.
    pub proposal: ProposalView,
}

/// Data of `user.blocked`, between the services alone: nothing passes between the two while it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserBlocked {
    /// Who blocks; also the event's subject.
    pub by: UserId,
    /// Who is blocked.
    pub user_id: UserId,
    /// False once the block is lifted.
    pub blocked: bool,
}
