//! How a refusal looks: an `error` frame over a WebSocket, a problem document over HTTP.

use serde::{Deserialize, Serialize};

use crate::{EndReason, FrameId, SessionId, UnixMs, UserId};

/// What was wrong, in a word that does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ErrorCode {
    /// Not JSON, or of a frame no object with a `type`.
    Malformed,
    /// No frame of that `type` exists.
    UnknownType,
    /// A part of STOMP that is not offered: transactions, and acknowledgements by the client.
    Unsupported,
    /// No credential, or a wrong one; `reason` says what is wrong with a ticket.
    Unauthenticated,
    /// No account has that address with that password.
    BadLogin,
    /// There is an account of that address already.
    EmailTaken,
    /// A password that is too short, too common, or one's own name or address.
    WeakPassword,
    /// The token of a mail's link is used, too old, or was never given.
    BadToken,
    /// Known, and not one of the two.
    NotAParticipant,
    /// Known, and not allowed.
    Forbidden,
    /// Not there, or not yours.
    NotFound,
    /// The lobby opens at `opens_at`.
    TooEarly,
    /// Over, with `reason`.
    SessionOver,
    /// The other seat is empty.
    PeerAbsent,
    /// Of another epoch than `epoch`, the current one.
    StaleEpoch,
    /// The other one offers, or nothing is to be answered.
    NotYourTurn,
    /// A media server carries the media: nothing to relay.
    NotP2p,
    /// The SDP is not relayed, for `reason`.
    BadSdp,
    /// The candidate is not relayed, for `reason`.
    BadCandidate,
    /// More candidates in this epoch than are relayed.
    TooManyCandidates,
    /// Only in a live session.
    NotLive,
    /// Every extension is used, or nothing would be gained.
    NoExtensionsLeft,
    /// Too much in too short a time; `retry_after_ms` says when to try again.
    RateLimited,
    /// What this person, room or application may store for now is used up; `retry_after_ms` says when
    /// there is room again.
    QuotaExceeded,
    /// Larger than the limit.
    TooLarge,
    /// This seat or socket has joined already.
    AlreadyJoined,
    /// Not a member of that room.
    NotAMember,
    /// The room takes no more messages.
    RoomClosed,
    /// The room has as many members as it may have.
    RoomFull,
    /// The same key with another content, or a state that forbids it.
    Conflict,
    /// `user_id` has another session at that time.
    Busy,
    /// There is a match of these two already.
    AlreadyMatched,
    /// Today's peek is used; the next one is at `at`.
    NoPeeksLeft,
    /// A cursor or position that never was.
    BadCursor,
    /// Text that is empty, too long or has control characters.
    BadText,
    /// The store does not answer at present.
    StorageUnavailable,
    /// The store has no room left.
    StorageFull,
    /// One or more fields are wrong or missing; `errors` names them, of a frame `field`.
    InvalidField,
    /// A field that is not known, in a command.
    UnknownField,
    /// `If-Match` names another revision.
    PreconditionFailed,
    /// That method is not for this address.
    MethodNotAllowed,
    /// The body of the request came too slowly.
    Timeout,
    /// The body's media type is not JSON.
    UnsupportedMediaType,
    /// The page's origin is not on the list.
    OriginNotAllowed,
    /// A credential stands in the address, where it ends in logs.
    TokenInUrl,
    /// Not ready to serve.
    Unavailable,
    /// A fault of the server.
    Internal,
}

/// What an `error` frame carries beside its `type`; the optional fields belong to single codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// Stable code of the error.
    pub code: ErrorCode,
    /// One plain sentence.
    pub message: String,
    /// The `id` of the frame that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<FrameId>,
    /// When to try again, in milliseconds from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Of `invalid_field`: the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Of `session_over`, `unauthenticated`, `bad_sdp` and `bad_candidate`: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of `too_early`: when the lobby opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<UnixMs>,
    /// Of `stale_epoch`: the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
}

impl ErrorBody {
    /// A body with its code and sentence and nothing else.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            id: None,
            retry_after_ms: None,
            field: None,
            reason: None,
            opens_at: None,
            epoch: None,
        }
    }

    /// The refusal of a frame whose `field` is missing or can't be taken.
    pub fn invalid_field(field: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(ErrorCode::InvalidField, "A field is wrong.")
        }
    }

    /// The refusal of whoever comes after the end.
    #[must_use]
    pub fn session_over(reason: EndReason) -> Self {
        Self {
            reason: Some(reason.name().to_owned()),
            ..Self::new(ErrorCode::SessionOver, "The session is over.")
        }
    }

    /// The same, naming the frame that it answers.
    #[must_use]
    pub fn for_frame(mut self, id: Option<FrameId>) -> Self {
        self.id = id;
        self
    }
}

/// A problem document (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// Always `about:blank`: `code` tells the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status text.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One plain sentence.
    pub detail: String,
    /// Stable code of the error.
    pub code: ErrorCode,
    /// Each field that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<FieldError>>"))]
    pub errors: Vec<FieldError>,
    /// Of `session_over`: why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When to try again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Of `busy`: who has another session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Of `busy`, for an application: that session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Of `no_peeks_left`: when there is one again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<UnixMs>,
}

/// One wrong field of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// Path of the field, as `participants[1].name`.
    pub field: String,
    /// Which rule, as `required`, `too_long`, `out_of_range`.
    pub code: String,
    /// One plain sentence.
    pub message: String,
}
