//! Why a frame has no effect: one variant a case, and the words and codes for each in one place.

use wire::{CloseCode, EndReason, ErrorBody, ErrorCode, UnixMs};

use crate::Metric;

/// A refusal, with what its `error` frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Of a join: the person is not one of the two.
    NotAParticipant,
    /// Of a join: the lobby is not open.
    TooEarly {
        /// When it opens.
        opens_at: UnixMs,
    },
    /// Of a join: it is over.
    SessionOver {
        /// Why.
        reason: EndReason,
    },
    /// Of a join: it is over, and by the removal of this very person.
    Kicked,
    /// Of a join: somebody who took the seat over since has it.
    Replaced,
    /// Of a join under the policy `reject`: the person is in already.
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
    /// Only a live session can be extended.
    NotLive,
    /// Extensions are used up, or would give nothing.
    NoExtensionsLeft,
}

impl Refusal {
    /// The `error` frame.
    pub(crate) fn error(self) -> ErrorBody {
        let body = ErrorBody::new(self.code(), self.message());
        match self {
            Refusal::TooEarly { opens_at } => ErrorBody {
                opens_at: Some(opens_at),
                ..body
            },
            Refusal::SessionOver { reason } => ErrorBody::session_over(reason),
            Refusal::Kicked => ErrorBody::session_over(EndReason::Kicked),
            Refusal::StaleEpoch { epoch } => ErrorBody {
                epoch: Some(epoch),
                ..body
            },
            Refusal::BadSdp(reason) | Refusal::BadCandidate(reason) => ErrorBody {
                reason: Some(reason.to_owned()),
                ..body
            },
            _ => body,
        }
    }

    /// With what a socket is closed whose join is refused so; none where it lives.
    pub(crate) fn close_code(self) -> Option<CloseCode> {
        match self {
            Refusal::NotAParticipant => Some(CloseCode::NotAParticipant),
            Refusal::TooEarly { .. } => Some(CloseCode::TooEarly),
            Refusal::SessionOver { .. } => Some(CloseCode::SessionOver),
            Refusal::Kicked => Some(CloseCode::Kicked),
            Refusal::Replaced | Refusal::SeatTaken => Some(CloseCode::Replaced),
            _ => None,
        }
    }

    /// What is counted, of those that are.
    pub(crate) fn metric(self) -> Option<Metric> {
        match self {
            Refusal::StaleEpoch { .. } => Some(Metric::StaleEpoch),
            Refusal::BadSdp(_) => Some(Metric::BadSdp),
            Refusal::BadCandidate(_) => Some(Metric::BadCandidate),
            Refusal::TooManyCandidates => Some(Metric::TooManyCandidates),
            Refusal::DataTooLarge => Some(Metric::DataTooLarge),
            _ => None,
        }
    }

    fn code(self) -> ErrorCode {
        match self {
            Refusal::NotAParticipant => ErrorCode::NotAParticipant,
            Refusal::TooEarly { .. } => ErrorCode::TooEarly,
            Refusal::SessionOver { .. } | Refusal::Kicked => ErrorCode::SessionOver,
            Refusal::Replaced | Refusal::SeatTaken | Refusal::JoinedBefore => {
                ErrorCode::AlreadyJoined
            }
            Refusal::PeerAbsent => ErrorCode::PeerAbsent,
            Refusal::StaleEpoch { .. } => ErrorCode::StaleEpoch,
            Refusal::NotYourTurn => ErrorCode::NotYourTurn,
            Refusal::NotP2p => ErrorCode::NotP2p,
            Refusal::BadSdp(_) => ErrorCode::BadSdp,
            Refusal::BadCandidate(_) => ErrorCode::BadCandidate,
            Refusal::TooManyCandidates => ErrorCode::TooManyCandidates,
            Refusal::DataTooLarge => ErrorCode::TooLarge,
            Refusal::NotLive => ErrorCode::NotLive,
            Refusal::NoExtensionsLeft => ErrorCode::NoExtensionsLeft,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Refusal::NotAParticipant => "This session is of two other people.",
            Refusal::TooEarly { .. } => "The lobby is not open yet.",
            Refusal::SessionOver { .. } | Refusal::Kicked => "The session is over.",
            Refusal::Replaced => "This person has joined elsewhere since.",
            Refusal::SeatTaken => "This person has joined already.",
            Refusal::JoinedBefore => "This socket has joined already.",
            Refusal::PeerAbsent => "The other person is not here.",
            Refusal::StaleEpoch { .. } => "That negotiation is not on.",
            Refusal::NotYourTurn => "The other person offers first, or has nothing to be answered.",
            Refusal::NotP2p => "A media server carries the media of this session.",
            Refusal::BadSdp(_) => "The description is not relayed.",
            Refusal::BadCandidate(_) => "The candidate is not relayed.",
            Refusal::TooManyCandidates => "No more candidates are relayed in this negotiation.",
            Refusal::DataTooLarge => "The payload is larger than 4 KiB.",
            Refusal::NotLive => "Only a live session can be extended.",
            Refusal::NoExtensionsLeft => "There is no more time to give.",
        }
    }
}
