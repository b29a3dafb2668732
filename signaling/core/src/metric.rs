//! What a session counts and measures.

use wire::CloseCode;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionTiming {
    /// From `negotiate` until both have reported `connected`.
    BothConnected,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionMetric {
    /// A join got `resumed: true`.
    Resumed,
    /// A valid token's frames were gone: `resumed: false`.
    ResumeRefused,
    /// A join that was not a resume.
    JoinedFresh,
    /// A fresh join closed the seat's older socket.
    TakenOver,
    /// A socket without a sign of life lost its seat to another one of the same person.
    DeadSocket,
    /// A join was refused: the person is not one of the two.
    RefusedStranger,
    /// A join was refused: the lobby is not open.
    RefusedEarly,
    /// A join was refused: it is over.
    RefusedOver,
    /// A join was refused: the person was removed.
    RefusedKicked,
    /// A join was refused: the person is in with another socket.
    RefusedTaken,
    /// The oldest frame of a full resume buffer was dropped.
    BufferOverflow,
    /// A resume buffer was let go, because all of them together were too large.
    BufferDropped,
    /// A socket was closed because it read too slowly.
    SlowConsumer,
    /// A numbered frame came a second time.
    Repeated,
    /// A frame of another epoch was refused.
    StaleEpoch,
    /// Two offers crossed.
    Glare,
    /// An SDP was refused.
    BadSdp,
    /// A candidate was refused.
    BadCandidate,
    /// A candidate above the cap was refused.
    TooManyCandidates,
    /// A candidate that `ice: relay` forbids, or that no browser is to be sent to, was dropped.
    CandidateStripped,
    /// A payload of `data` above the limit was refused.
    DataTooLarge,
    /// A token that a takeover killed is no longer known as such: a seat remembers a few.
    TokenForgotten,
    /// A stay is no longer in the evidence: a seat remembers the first and the newest.
    StayForgotten,
}

impl SessionMetric {
    /// The counter of a join that is refused with this close code.
    pub(crate) fn of_refused_join(code: CloseCode) -> Self {
        match code {
            CloseCode::NotAParticipant => Self::RefusedStranger,
            CloseCode::TooEarly => Self::RefusedEarly,
            CloseCode::Kicked => Self::RefusedKicked,
            CloseCode::SessionOver => Self::RefusedOver,
            _ => Self::RefusedTaken,
        }
    }

    /// The `what` label of `signaling_core_total`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SessionMetric::Resumed => "resumed",
            SessionMetric::ResumeRefused => "resume_refused",
            SessionMetric::JoinedFresh => "joined_fresh",
            SessionMetric::TakenOver => "taken_over",
            SessionMetric::DeadSocket => "dead_socket",
            SessionMetric::RefusedStranger => "refused_not_a_participant",
            SessionMetric::RefusedEarly => "refused_too_early",
            SessionMetric::RefusedOver => "refused_session_over",
            SessionMetric::RefusedKicked => "refused_kicked",
            SessionMetric::RefusedTaken => "refused_already_joined",
            SessionMetric::BufferOverflow => "buffer_overflow",
            SessionMetric::BufferDropped => "buffer_dropped",
            SessionMetric::SlowConsumer => "slow_consumer",
            SessionMetric::Repeated => "repeated",
            SessionMetric::StaleEpoch => "stale_epoch",
            SessionMetric::Glare => "glare",
            SessionMetric::BadSdp => "bad_sdp",
            SessionMetric::BadCandidate => "bad_candidate",
            SessionMetric::TooManyCandidates => "too_many_candidates",
            SessionMetric::CandidateStripped => "candidate_stripped",
            SessionMetric::DataTooLarge => "data_too_large",
            SessionMetric::TokenForgotten => "token_forgotten",
            SessionMetric::StayForgotten => "stay_forgotten",
        }
    }
}
