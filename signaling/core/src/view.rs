//! What operators see of a session.

use serde::Serialize;
use wire::{ConnectionId, Outcome, SessionId, UnixMs, UserId};

/// A session as the operators' list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorView {
    /// Which session.
    pub id: SessionId,
    /// Of which revision.
    pub revision: u64,
    /// Where it stands.
    pub phase: wire::Phase,
    /// When a countdown may begin.
    pub starts_at: UnixMs,
    /// Of a countdown: when it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_at: Option<UnixMs>,
    /// Once live: since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<UnixMs>,
    /// Once live: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<UnixMs>,
    /// How many extensions are left.
    pub extensions_left: u32,
    /// The negotiation that is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// Once over: how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The two.
    pub participants: [SeatView; 2],
    /// The server's time.
    pub server_now: UnixMs,
}

/// One person of a session, as operators see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeatView {
    /// Who.
    pub user_id: UserId,
    /// What the other one is shown.
    pub name: String,
    /// Whether they are there.
    pub state: SeatState,
    /// Their socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<ConnectionId>,
    /// Of the lost: until when the seat is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_until: Option<UnixMs>,
    /// Since when they hold the seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came_at: Option<UnixMs>,
    /// Whether their media is up in the present negotiation.
    pub connected: bool,
}

/// Whether a person is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// Nobody.
    Empty,
    /// With a socket that lives.
    In,
    /// Socket gone, seat kept.
    Lost,
}
