//! Everything that a session can want done.

use std::sync::Arc;

use wire::signaling::{CancelReason, ServerFrame};
use wire::{CloseCode, ConnectionId, EventType, SessionFact, UnixMs, UserId};

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
    Fact(EventType, Box<SessionFact>),
    /// A turn in its life that is no event, for the log.
    Note(Note),
    /// Something worth counting.
    Count(Metric),
    /// Something worth measuring, in milliseconds.
    Measure(Timing, i64),
}

/// What the log tells beside the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A socket is gone, its seat is kept.
    Lost {
        /// Whose.
        user: UserId,
        /// Until when.
        resume_until: UnixMs,
    },
    /// Somebody whose seat was theirs already is in with another socket.
    Back {
        /// Who.
        user: UserId,
        /// With which claim on what they missed.
        how: Back,
    },
    /// A negotiation began.
    Negotiate {
        /// Its epoch.
        epoch: u64,
    },
    /// A countdown began.
    Countdown {
        /// When it is over.
        live_at: UnixMs,
    },
    /// A countdown, or the wait for media after it, was broken off.
    CountdownCancelled {
        /// Why.
        reason: CancelReason,
    },
    /// The countdown is over, the media is not up.
    Connecting {
        /// When it is given up.
        until: UnixMs,
    },
    /// The clock stands.
    Paused {
        /// When it runs again at the latest.
        until: UnixMs,
    },
    /// The clock runs again.
    Resumed {
        /// Until when.
        deadline_at: UnixMs,
    },
    /// A booking of a higher revision was taken over.
    Rescheduled {
        /// Which.
        revision: u64,
    },
}

impl Note {
    /// The word by which the log names it, as events are named.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Note::Lost { .. } => "session.lost",
            Note::Back { .. } => "session.back",
            Note::Negotiate { .. } => "session.negotiate",
            Note::Countdown { .. } => "session.countdown",
            Note::CountdownCancelled { .. } => "session.countdown_cancelled",
            Note::Connecting { .. } => "session.connecting",
            Note::Paused { .. } => "session.paused",
            Note::Resumed { .. } => "session.resumed",
            Note::Rescheduled { .. } => "session.rescheduled",
        }
    }
}

/// What became of somebody who came back to their seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// A page without a past.
    Fresh,
    /// A page that gets exactly what it missed.
    Resumed,
    /// A page whose media may live, and whose frames are gone.
    WithoutFrames,
}

impl Back {
    /// The word in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Back::Fresh => "fresh",
            Back::Resumed => "resumed",
            Back::WithoutFrames => "without_frames",
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timing {
    /// From `negotiate` until both have reported `connected`.
    BothConnected,
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
    /// A candidate that `ice: relay` forbids, or that no browser is to be sent to, was dropped.
    CandidateStripped,
    /// A payload of `data` above the limit was refused.
    DataTooLarge,
    /// A token that a takeover killed is no longer known as such: a seat remembers a few.
    TokenForgotten,
    /// A stay is no longer in the evidence: a seat remembers the first and the newest.
    StayForgotten,
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
            Metric::DataTooLarge => "data_too_large",
            Metric::TokenForgotten => "token_forgotten",
            Metric::StayForgotten => "stay_forgotten",
        }
    }
}
