//! Everything that a session can want done.

use std::sync::Arc;

use wire::signaling::{CancelReason, ServerFrame};
use wire::{CloseCode, ConnectionId, EventType, SessionFact, UnixMs, UserId};

use crate::metric::{SessionMetric, SessionTiming};
use crate::snapshot::Snapshot;

/// One thing to do. The outputs of one call are carried out in their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// For a socket. Held while a [`StoreOutput::Save`] before it is waited for.
    Deliver(SocketOutput),
    /// For the store.
    Persist(StoreOutput),
    /// For the log and the metrics; nothing depends on it.
    Observe(Observation),
}

/// What a socket is given.
#[derive(Debug, Clone, PartialEq)]
pub enum SocketOutput {
    /// Send a frame to a socket.
    Send {
        /// The receiving socket's connection.
        connection: ConnectionId,
        /// The frame's `seq`, where it carries one.
        seq: Option<u64>,
        /// The frame, shared with the resume buffer.
        frame: Arc<ServerFrame>,
    },
    /// Ask a socket for a sign of life at once, and tell of it by
    /// [`Input::Alive`](crate::Input::Alive).
    Probe {
        /// The connection to be asked.
        connection: ConnectionId,
    },
    /// Close a socket, after what was sent to it before.
    Close {
        /// The connection to be closed.
        connection: ConnectionId,
        /// The WebSocket close code.
        code: CloseCode,
    },
}

/// What is stored, in one transaction per call.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreOutput {
    /// Store the session as it now stands.
    Save {
        /// All that a restarted process needs.
        snapshot: Box<Snapshot>,
        /// True: what follows is held until it is stored, at most 100 ms. False: written behind.
        wait: bool,
    },
    /// An event, in the same transaction as the last [`StoreOutput::Save`] before it. It occurred at
    /// the `now` of the call.
    Fact(EventType, Box<SessionFact>),
}

/// What is logged, counted or measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// A change of the session that is no event for other services.
    Log(LogEvent),
    /// Something worth counting.
    Count(SessionMetric),
    /// Something worth measuring, in milliseconds.
    Measure(SessionTiming, i64),
}

/// What is logged beside the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEvent {
    /// A socket is gone, its seat is kept.
    Lost {
        /// The person whose socket is gone.
        user: UserId,
        /// Until when the seat is reserved.
        resume_until: UnixMs,
    },
    /// Somebody whose seat was theirs already is in with another socket.
    Back {
        /// The person who is back.
        user: UserId,
        /// How much of what they missed is replayed.
        how: ReturnKind,
    },
    /// A negotiation began.
    Negotiate {
        /// The epoch of this negotiation.
        epoch: u64,
    },
    /// A countdown began.
    Countdown {
        /// When it is over.
        live_at: UnixMs,
    },
    /// A countdown, or the wait for media after it, was broken off.
    CountdownCancelled {
        /// What broke it off.
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
        /// The new deadline of the live clock.
        deadline_at: UnixMs,
    },
    /// A booking of a higher revision was taken over.
    Rescheduled {
        /// The revision that now counts.
        revision: u64,
    },
}

impl LogEvent {
    /// The `event` field of the log line, named as events are.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            LogEvent::Lost { .. } => "session.lost",
            LogEvent::Back { .. } => "session.back",
            LogEvent::Negotiate { .. } => "session.negotiate",
            LogEvent::Countdown { .. } => "session.countdown",
            LogEvent::CountdownCancelled { .. } => "session.countdown_cancelled",
            LogEvent::Connecting { .. } => "session.connecting",
            LogEvent::Paused { .. } => "session.paused",
            LogEvent::Resumed { .. } => "session.resumed",
            LogEvent::Rescheduled { .. } => "session.rescheduled",
        }
    }
}

/// What became of somebody who came back to their seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnKind {
    /// A page without a valid resume token.
    Fresh,
    /// A page that is sent exactly the frames it missed.
    Resumed,
    /// A page with a valid token whose missed frames are no longer buffered.
    WithoutFrames,
}

impl ReturnKind {
    /// The `how` field of the log line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReturnKind::Fresh => "fresh",
            ReturnKind::Resumed => "resumed",
            ReturnKind::WithoutFrames => "without_frames",
        }
    }
}
