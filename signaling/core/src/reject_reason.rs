//! Why a frame is rejected: one variant a case, with its error code, message, close code and metric.

use wire::{CloseCode, EndReason, ErrorBody, ErrorCode, UnixMs};

use crate::metric::SessionMetric;

/// When to try again for a seat that a living socket has, in milliseconds.
const SEAT_RETRY_MS: u64 = 5_000;

/// Why a frame is rejected, with the details that its `error` frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RejectReason {
    /// Of a join: the person is not one of the two.
    NotAParticipant,
    /// Of a join: the lobby is not open.
    TooEarly {
        /// When it opens.
        opens_at: UnixMs,
    },
    /// Of a join: it is over.
    SessionOver {
        /// The reason of the end.
        reason: EndReason,
    },
    /// Of a join: it is over, and by the removal of this very person.
    Kicked,
    /// Of a join: somebody who took the seat over since has it.
    Replaced,
    /// Of a join under the policy `reject`: the person is in already, with a socket that lives.
    SeatTaken,
    /// A second join on one socket.
    JoinedBefore,
    /// The seat across is empty.
    PeerAbsent,
    /// Of another epoch than the current one.
    StaleEpoch {
        /// The current one.
        epoch: u64,
    },
    /// The other side offers first, or has no offer open.
    NotYourTurn,
    /// A media server carries the media.
    NotP2p,
    /// A description that is not relayed, and why.
    BadSdp(&'static str),
    /// A candidate that is not relayed, and why.
    BadCandidate(&'static str),
    /// One candidate too many in this negotiation.
    TooManyCandidates,
    /// A payload that is too large.
    DataTooLarge,
    /// More `refresh` than anybody needs.
    RefreshedTooOften {
        /// When to try again, in milliseconds.
        retry_after_ms: u64,
    },
    /// Only a live session can be extended.
    NotLive,
    /// Extensions are used up, or would give nothing.
    NoExtensionsLeft,
}

impl RejectReason {
    /// The body of the `error` frame.
    pub(crate) fn error(self) -> ErrorBody {
        let body = ErrorBody::new(self.code(), self.message());
        match self {
            RejectReason::TooEarly { opens_at } => ErrorBody {
                opens_at: Some(opens_at),
                ..body
            },
            RejectReason::SessionOver { reason } => ErrorBody::session_over(reason),
            RejectReason::Kicked => ErrorBody::session_over(EndReason::Kicked),
            RejectReason::SeatTaken => ErrorBody {
                retry_after_ms: Some(SEAT_RETRY_MS),
                ..body
            },
            RejectReason::RefreshedTooOften { retry_after_ms } => ErrorBody {
                retry_after_ms: Some(retry_after_ms),
                ..body
            },
            RejectReason::StaleEpoch { epoch } => ErrorBody {
                epoch: Some(epoch),
                ..body
            },
            RejectReason::BadSdp(reason) | RejectReason::BadCandidate(reason) => ErrorBody {
                reason: Some(reason.to_owned()),
                ..body
            },
            _ => body,
        }
    }

    /// The close code of a socket whose join is rejected; none if it stays open.
    pub(crate) fn close_code(self) -> Option<CloseCode> {
        match self {
            RejectReason::NotAParticipant => Some(CloseCode::NotAParticipant),
            RejectReason::TooEarly { .. } => Some(CloseCode::TooEarly),
            RejectReason::SessionOver { .. } => Some(CloseCode::SessionOver),
            RejectReason::Kicked => Some(CloseCode::Kicked),
            RejectReason::Replaced => Some(CloseCode::Replaced),
            RejectReason::SeatTaken => Some(CloseCode::RateLimited),
            _ => None,
        }
    }

    /// The counter of this rejection, if it has one.
    pub(crate) fn metric(self) -> Option<SessionMetric> {
        match self {
            RejectReason::StaleEpoch { .. } => Some(SessionMetric::StaleEpoch),
            RejectReason::BadSdp(_) => Some(SessionMetric::BadSdp),
            RejectReason::BadCandidate(_) => Some(SessionMetric::BadCandidate),
            RejectReason::TooManyCandidates => Some(SessionMetric::TooManyCandidates),
            RejectReason::DataTooLarge => Some(SessionMetric::DataTooLarge),
            _ => None,
        }
    }

    fn code(self) -> ErrorCode {
        match self {
            RejectReason::NotAParticipant => ErrorCode::NotAParticipant,
            RejectReason::TooEarly { .. } => ErrorCode::TooEarly,
            RejectReason::SessionOver { .. } | RejectReason::Kicked => ErrorCode::SessionOver,
            RejectReason::Replaced | RejectReason::SeatTaken | RejectReason::JoinedBefore => {
                ErrorCode::AlreadyJoined
            }
            RejectReason::PeerAbsent => ErrorCode::PeerAbsent,
            RejectReason::StaleEpoch { .. } => ErrorCode::StaleEpoch,
            RejectReason::NotYourTurn => ErrorCode::NotYourTurn,
            RejectReason::NotP2p => ErrorCode::NotP2p,
            RejectReason::BadSdp(_) => ErrorCode::BadSdp,
            RejectReason::BadCandidate(_) => ErrorCode::BadCandidate,
            RejectReason::TooManyCandidates => ErrorCode::TooManyCandidates,
            RejectReason::DataTooLarge => ErrorCode::TooLarge,
            RejectReason::RefreshedTooOften { .. } => ErrorCode::RateLimited,
            RejectReason::NotLive => ErrorCode::NotLive,
            RejectReason::NoExtensionsLeft => ErrorCode::NoExtensionsLeft,
        }
    }

    fn message(self) -> &'static str {
        match self {
            RejectReason::NotAParticipant => "This session is of two other people.",
            RejectReason::TooEarly { .. } => "The lobby is not open yet.",
            RejectReason::SessionOver { .. } | RejectReason::Kicked => "The session is over.",
            RejectReason::Replaced => "This person has joined elsewhere since.",
            RejectReason::SeatTaken => "This person has joined already.",
            RejectReason::JoinedBefore => "This socket has joined already.",
            RejectReason::PeerAbsent => "The other person is not here.",
            RejectReason::StaleEpoch { .. } => "That negotiation is not on.",
            RejectReason::NotYourTurn => {
                "The other person offers first, or has nothing to be answered."
            }
            RejectReason::NotP2p => "A media server carries the media of this session.",
            RejectReason::BadSdp(_) => "The description is not relayed.",
            RejectReason::BadCandidate(_) => "The candidate is not relayed.",
            RejectReason::TooManyCandidates => {
                "No more candidates are relayed in this negotiation."
            }
            RejectReason::DataTooLarge => "The payload is larger than 4 KiB.",
            RejectReason::RefreshedTooOften { .. } => "New ICE servers are asked for too often.",
            RejectReason::NotLive => "Only a live session can be extended.",
            RejectReason::NoExtensionsLeft => "There is no more time to give.",
        }
    }
}
