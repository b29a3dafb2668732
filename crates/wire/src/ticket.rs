//! Claims of the tickets that the scheduler signs (JWT, EdDSA, RFC 7519 and RFC 8037).

use serde::{Deserialize, Serialize};

use crate::{Participant, RoomId, SessionId, SessionSpec, UserId};

/// What a ticket is good for; its `aud`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketAudience {
    /// Joining one session.
    Signaling,
    /// For the chat service.
    Chat,
    /// The operators' routes of every service.
    Operator,
}

impl TicketAudience {
    /// The word in `aud`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TicketAudience::Signaling => "signaling",
            TicketAudience::Chat => "chat",
            TicketAudience::Operator => "operator",
        }
    }
}

/// The claims that every ticket has. Times are whole seconds, as RFC 7519 has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHeaderClaims {
    /// Who signed it.
    pub iss: String,
    /// What it is good for.
    pub aud: TicketAudience,
    /// Whom it is for.
    pub sub: UserId,
    /// What others are shown.
    #[serde(default)]
    pub name: String,
    /// When it was signed.
    pub iat: i64,
    /// From when it counts; equal to `iat`.
    pub nbf: i64,
    /// Until when it counts.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
    /// Pages that may use it; absent: those of the service's own list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<String>>,
}

/// A ticket to join one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalingClaims {
    /// The claims that every ticket has.
    #[serde(flatten)]
    pub common: TicketHeaderClaims,
    /// All that signaling needs to know.
    pub session: SessionSpec,
}

/// A ticket to chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatClaims {
    /// The claims that every ticket has.
    #[serde(flatten)]
    pub common: TicketHeaderClaims,
    /// Rooms to open where they are not there yet; limits nothing.
    #[serde(default)]
    pub rooms: Vec<ChatRoomGrant>,
    /// The only rooms that it reaches; absent: every room of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<RoomId>>,
    /// Of a join link's ticket: the session whose link it came from. Whoever is removed from it loses
    /// the room too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Whose person it is: an application's id, or `people`; absent from an older scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

/// A room and who belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatRoomGrant {
    /// Id of the room.
    pub id: RoomId,
    /// Of the facts that the scheduler has of it: a higher one replaces it. Absent from an older scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Everybody who belongs to the room.
    pub members: Vec<Participant>,
}
