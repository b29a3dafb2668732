//! Where a session stands; each variant holds what is true there and nowhere else.

use serde::{Deserialize, Serialize};
use wire::{Outcome, UnixMs};

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum SessionPhase {
    /// Waiting for both and for the start.
    Lobby,
    /// Both are in; the countdown runs.
    Countdown {
        /// When it is over.
        live_at: UnixMs,
    },
    /// The countdown is over, the media is not up.
    Connecting {
        /// When it is given up.
        until: UnixMs,
    },
    /// The clock runs.
    Live {
        /// What outlives a pause.
        clock: LiveClock,
        /// When it runs out.
        deadline_at: UnixMs,
        /// Whether `ending` was sent for this deadline.
        warned: bool,
    },
    /// The clock stands, one is lost.
    Paused {
        /// What outlives a pause.
        clock: LiveClock,
        /// What is left on the clock, in milliseconds.
        remaining_ms: i64,
        /// Since when it stands.
        since: UnixMs,
        /// When it runs again at the latest.
        until: UnixMs,
    },
    /// The session is over.
    Ended {
        /// The reason, and who was absent.
        outcome: Outcome,
    },
}

/// What is true of a session from `live` on, through every pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveClock {
    /// When it first went live.
    pub started_at: UnixMs,
    /// How many extensions were granted.
    pub extensions: u32,
    /// Who has asked for the next one, by seat.
    pub asked: [bool; 2],
    /// Sum of all pauses that are over, in milliseconds.
    pub paused_ms: i64,
}

impl SessionPhase {
    /// Its name on the wire.
    #[must_use]
    pub fn name(&self) -> wire::Phase {
        match self {
            SessionPhase::Lobby => wire::Phase::Lobby,
            SessionPhase::Countdown { .. } => wire::Phase::Countdown,
            SessionPhase::Connecting { .. } => wire::Phase::Connecting,
            SessionPhase::Live { .. } => wire::Phase::Live,
            SessionPhase::Paused { .. } => wire::Phase::Paused,
            SessionPhase::Ended { .. } => wire::Phase::Ended,
        }
    }
}
