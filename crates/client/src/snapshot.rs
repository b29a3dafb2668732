//! What is known of a session at one time. Pure.

use wire::{EndReason, SessionSpec, UnixMs, UserId};

use crate::Refusal;

/// A session as this peer sees it. Times are the server's: compare them with [`crate::SessionHandle::now`].
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSnapshot {
    /// Where it stands.
    pub phase: SessionStage,
    /// The booking; none before the first `welcome`.
    pub spec: Option<SessionSpec>,
    /// Whose ticket it is.
    pub me: Option<UserId>,
    /// The other one.
    pub peer: Option<Peer>,
    /// How often both may still ask for more time.
    pub extensions_left: u32,
    /// Who has asked for more time.
    pub extend_requested_by: Vec<UserId>,
    /// The socket to the service.
    pub socket: SocketState,
    /// The connection to the other peer.
    pub media: MediaState,
    /// Why nothing more is tried.
    pub refusal: Option<Refusal>,
}

/// Where a session stands, with the times of that phase.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionStage {
    /// Nothing was heard of the service yet.
    Joining,
    /// The lobby is closed; this peer joins at that time.
    Early {
        /// When the lobby opens.
        opens_at: UnixMs,
    },
    /// Waiting for both, and for the start.
    Lobby,
    /// Both are in.
    Countdown {
        /// When it goes live.
        live_at: UnixMs,
    },
    /// The countdown is over, the media is not up.
    Connecting,
    /// The clock runs.
    Live {
        /// When it went live.
        started_at: UnixMs,
        /// When it ends.
        deadline_at: UnixMs,
        /// The server has said that the end is near.
        ending: bool,
    },
    /// The clock stands.
    Paused {
        /// When it went live.
        started_at: UnixMs,
        /// What is left on the clock, in milliseconds; unknown to who joins in a pause.
        remaining_ms: Option<i64>,
        /// When it runs again at the latest; unknown to who joins in a pause.
        until: Option<UnixMs>,
    },
    /// This peer left before it was live.
    Left,
    /// It is over.
    Ended(SessionEnd),
    /// This peer was refused for good.
    Refused,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnd {
    /// Reason of the end.
    pub reason: EndReason,
    /// Of `no_show`: who was never in.
    pub absent: Vec<UserId>,
    /// When it went live, if it did.
    pub started_at: Option<UnixMs>,
    /// When this peer heard of the end.
    pub ended_at: UnixMs,
}

/// The other participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Id of the participant.
    pub user_id: UserId,
    /// What to call them.
    pub name: String,
    /// Whether they are in.
    pub presence: PeerPresence,
}

/// Whether the other one is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerPresence {
    /// In, with a socket that lives.
    Here,
    /// The socket is gone, the seat is kept.
    Lost {
        /// Until when they may resume.
        until: UnixMs,
    },
    /// The seat is empty.
    Away {
        /// Since when, if that is known.
        since: Option<UnixMs>,
    },
}

/// The socket to the signaling service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketState {
    /// A ticket is asked for, or a socket is opened.
    Connecting,
    /// The service has let this peer in.
    Open,
    /// Gone; it is tried again.
    Lost,
    /// Closed for good.
    Closed,
}

/// The connection to the other peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaState {
    /// There is none.
    None,
    /// It is being negotiated.
    Connecting,
    /// Media can flow.
    Connected,
    /// It was up; it is being restored.
    Interrupted,
}

impl SessionSnapshot {
    pub(crate) const BEFORE_JOIN: Self = Self {
        phase: SessionStage::Joining,
        spec: None,
        me: None,
        peer: None,
        extensions_left: 0,
        extend_requested_by: Vec::new(),
        socket: SocketState::Connecting,
        media: MediaState::None,
        refusal: None,
    };

    /// True while the clock of the session runs: what tracks are sent, and what the other one should see.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.phase, SessionStage::Live { .. })
    }

    /// Nothing more happens.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(
            self.phase,
            SessionStage::Left | SessionStage::Ended(_) | SessionStage::Refused
        )
    }

    /// Whether the other one is in, with a socket that lives.
    #[must_use]
    pub fn is_peer_here(&self) -> bool {
        self.peer
            .as_ref()
            .is_some_and(|peer| peer.presence == PeerPresence::Here)
    }

    pub(crate) fn started_at(&self) -> Option<UnixMs> {
        match self.phase {
            SessionStage::Live { started_at, .. } | SessionStage::Paused { started_at, .. } => {
                Some(started_at)
            }
            _ => None,
        }
    }
}
