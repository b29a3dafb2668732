//! What can go wrong: refusals, which are told as events, and errors of calls.

use wire::{CloseCode, ErrorBody};

use crate::NoTicket;

/// Why something of a session was refused, with a code that a program can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A code of the protocol, as `replaced` or `not_a_participant`, or one of this client: `unreachable`,
    /// `media_unsupported`, `negotiation_failed`.
    pub code: String,
    /// Of a ticket or an end: why.
    pub reason: Option<String>,
    /// One plain sentence, without secrets.
    pub message: String,
    /// Nothing more is tried.
    pub is_final: bool,
    /// Of a socket that was closed for good.
    pub close_code: Option<u16>,
}

impl Refusal {
    pub(crate) fn passing(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            reason: None,
            message: message.into(),
            is_final: false,
            close_code: None,
        }
    }

    pub(crate) fn unreadable() -> Self {
        let message = "the welcome of the service can't be read: it may be newer than this client";
        Self {
            is_final: true,
            ..Self::passing("unsupported", message)
        }
    }

    /// The socket was closed for good, after `error`, if the server sent one.
    pub(crate) fn closed(close_code: u16, error: Option<&ErrorBody>) -> Self {
        let named = CloseCode::ALL.iter().find(|code| code.code() == close_code);
        let exact = error.filter(|error| error.code == wire::ErrorCode::OriginNotAllowed);
        let code = match (exact, named) {
            (Some(_), _) => "origin_not_allowed".to_owned(),
            (None, Some(named)) => named.name().to_owned(),
            (None, None) => format!("closed_{close_code}"),
        };
        let message = error.map_or_else(
            || format!("the service closed the connection for good ({close_code})"),
            |error| error.message.clone(),
        );
        Self {
            code,
            reason: error.and_then(|error| error.reason.clone()),
            message,
            is_final: true,
            close_code: Some(close_code),
        }
    }
}

impl From<NoTicket> for Refusal {
    fn from(error: NoTicket) -> Self {
        Self {
            code: error.code,
            reason: error.reason,
            message: error.message,
            is_final: error.is_final,
            close_code: None,
        }
    }
}

/// Why a call of a [`crate::SessionHandle`], a track or a data channel did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The session is over, left, refused or dropped.
    #[error("the session is over")]
    SessionOver,
    /// The other one is not in.
    #[error("the other participant is not in")]
    PeerAbsent,
    /// Larger than the service takes.
    #[error("{bytes} bytes are more than the {limit} that the service takes")]
    TooLarge {
        /// What was to be sent, in bytes of JSON.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// More waits to be acknowledged than the service takes at once.
    #[error("too much is on its way to the service: try again in a second")]
    Congested,
    /// There is no connection between the two peers at present.
    #[error("there is no connection to the other peer")]
    NotConnected,
    /// The two peers did not agree on the track's codec.
    #[error("{0} is not among the codecs that were negotiated")]
    CodecNotNegotiated(&'static str),
    /// The connection's own error.
    #[error("the connection says: {0}")]
    Connection(String),
}

impl From<webrtc::error::Error> for SessionError {
    fn from(error: webrtc::error::Error) -> Self {
        Self::Connection(error.to_string())
    }
}
