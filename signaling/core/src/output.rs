//! Everything that a session can want done.

use std::sync::Arc;

use wire::signaling::ServerFrame;
use wire::{CloseCode, ConnectionId, EventType, SessionFact};

use crate::Snapshot;

/// One thing to do. Outputs of one call are carried out in their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send a frame to a socket.
    Send {
        /// The socket.
        connection: ConnectionId,
        /// The frame's `seq`, where it carries one.
        seq: Option<u64>,
        /// The frame, shared with the resume buffer.
        frame: Arc<ServerFrame>,
    },
    /// Close a socket, after what was sent to it before.
    Close {
        /// The socket.
        connection: ConnectionId,
        /// With which code.
        code: CloseCode,
    },
    /// Store the session as it now stands.
    Save {
        /// All that a restarted process needs.
        snapshot: Box<Snapshot>,
        /// True: what follows is held until it is stored, at most 100 ms. False: written behind.
        wait: bool,
    },
    /// An event, in the same transaction as the last [`Output::Save`] before it. It occurred at the
    /// `now` of the call.
    Fact(EventType, SessionFact),
    /// Something worth counting.
    Count(Metric),
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// A join got `resumed: true`.
    Resumed,
    /// A valid token's frames were gone: `resumed: false`.
    ResumeRefused,
    /// A join that was not a resume.
    JoinedFresh,
    /// A fresh join closed the seat's older socket.
    TakenOver,
    /// The oldest frame of a full resume buffer was dropped.
    BufferOverflow,
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
    /// A candidate that `ice: relay` forbids was dropped.
    CandidateStripped,
}

impl Metric {
    /// The word by which the edge labels it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Metric::Resumed => "resumed",
            Metric::ResumeRefused => "resume_refused",
            Metric::JoinedFresh => "joined_fresh",
            Metric::TakenOver => "taken_over",
            Metric::BufferOverflow => "buffer_overflow",
            Metric::SlowConsumer => "slow_consumer",
            Metric::Repeated => "repeated",
            Metric::StaleEpoch => "stale_epoch",
            Metric::Glare => "glare",
            Metric::BadSdp => "bad_sdp",
            Metric::BadCandidate => "bad_candidate",
            Metric::TooManyCandidates => "too_many_candidates",
            Metric::CandidateStripped => "candidate_stripped",
        }
    }
}
