//! What is known of a session at one time, and the events that tell of changes in it. Pure.

use wire::{EndReason, SessionSpec, UnixMs, UserId};

use crate::{Refusal, SessionEvent};

/// A session as this peer sees it. Times are the server's: compare them with [`crate::SessionHandle::now`].
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSnapshot {
    /// Where it stands.
    pub phase: SessionPhase,
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
pub enum SessionPhase {
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
        /// Since when.
        started_at: UnixMs,
        /// Until when.
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
    pub presence: Presence,
}

/// Whether the other one is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
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
    /// Welcomed.
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
    /// Up.
    Connected,
    /// It was up; it is being restored.
    Interrupted,
}

impl SessionSnapshot {
    pub(crate) const BEFORE_JOIN: Self = Self {
        phase: SessionPhase::Joining,
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
        matches!(self.phase, SessionPhase::Live { .. })
    }

    /// Nothing more happens.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(
            self.phase,
            SessionPhase::Left | SessionPhase::Ended(_) | SessionPhase::Refused
        )
    }

    /// Whether the other one is in, with a socket that lives.
    #[must_use]
    pub fn is_peer_here(&self) -> bool {
        self.peer
            .as_ref()
            .is_some_and(|peer| peer.presence == Presence::Here)
    }

    pub(crate) fn started_at(&self) -> Option<UnixMs> {
        match self.phase {
            SessionPhase::Live { started_at, .. } | SessionPhase::Paused { started_at, .. } => {
                Some(started_at)
            }
            _ => None,
        }
    }

    /// What has happened from `self` to `after`, in the order in which it is told.
    pub(crate) fn events_to(&self, after: &Self) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        if self.socket != after.socket {
            events.push(SessionEvent::Socket(after.socket));
        }
        if let Some(peer) = after.peer.as_ref().filter(|_| self.peer != after.peer) {
            events.push(SessionEvent::Peer(peer.clone()));
        }
        if self.media != after.media {
            events.push(SessionEvent::Media(after.media));
        }
        let asked = &after.extend_requested_by;
        for by in asked
            .iter()
            .filter(|by| !self.extend_requested_by.contains(by))
        {
            events.push(SessionEvent::ExtendRequested { by: by.clone() });
        }
        events.extend(self.phase_events(after));
        events
    }

    fn phase_events(&self, after: &Self) -> Vec<SessionEvent> {
        match &after.phase {
            SessionPhase::Early { .. } | SessionPhase::Lobby => {
                let told = matches!(self.phase, SessionPhase::Early { .. } | SessionPhase::Lobby);
                let (opens_at, starts_at, absent) = after.waiting_for();
                match told && self.waiting_for() == (opens_at, starts_at, absent.clone()) {
                    true => Vec::new(),
                    false => vec![SessionEvent::Waiting {
                        opens_at,
                        starts_at,
                        absent,
                    }],
                }
            }
            SessionPhase::Live {
                started_at,
                deadline_at,
                ending,
            } => {
                let (mut same_deadline, mut told) = (false, false);
                if let SessionPhase::Live {
                    deadline_at: before,
                    ending,
                    ..
                } = self.phase
                {
                    (same_deadline, told) = (before == *deadline_at, ending);
                }
                let (started_at, deadline_at) = (*started_at, *deadline_at);
                let live = (!same_deadline).then_some(SessionEvent::Live {
                    started_at,
                    deadline_at,
                });
                let warning = *ending && !(told && same_deadline);
                let warning = warning.then_some(SessionEvent::Warning { deadline_at });
                live.into_iter().chain(warning).collect()
            }
            _ if self.phase == after.phase => Vec::new(),
            SessionPhase::Countdown { live_at } => {
                vec![SessionEvent::Countdown { live_at: *live_at }]
            }
            SessionPhase::Paused {
                remaining_ms,
                until,
                ..
            } => {
                let (remaining_ms, until) = (*remaining_ms, *until);
                vec![SessionEvent::Paused {
                    remaining_ms,
                    until,
                }]
            }
            SessionPhase::Ended(end) => vec![SessionEvent::Ended(end.clone())],
            SessionPhase::Left => vec![SessionEvent::Left],
            SessionPhase::Refused => after
                .refusal
                .clone()
                .map(SessionEvent::Error)
                .into_iter()
                .collect(),
            SessionPhase::Joining | SessionPhase::Connecting => Vec::new(),
        }
    }

    /// When the lobby opens, when it starts, and who is missing.
    fn waiting_for(&self) -> (Option<UnixMs>, Option<UnixMs>, Vec<UserId>) {
        let opens_at = match self.phase {
            SessionPhase::Early { opens_at } => Some(opens_at),
            _ => None,
        };
        let starts_at = self.spec.as_ref().map(|spec| spec.starts_at);
        let absent = self
            .peer
            .as_ref()
            .filter(|peer| peer.presence != Presence::Here);
        let absent = absent.map(|peer| peer.user_id.clone());
        (opens_at, starts_at, absent.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
