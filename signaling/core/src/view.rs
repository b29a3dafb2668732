//! What operators see of a session.

use serde::Serialize;
use wire::{ConnectionId, MediaBackend, Outcome, SessionId, Stay, UnixMs, UserId};

use crate::Session;
use crate::seat::{Occupancy, Side};

/// A session as the operators' list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorView {
    /// The id of the session.
    pub id: SessionId,
    /// The revision of the booking.
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
    /// Both participants, by seat.
    pub participants: [SeatView; 2],
    /// Who is in the media server's room, where there is one; filled in by whoever asks the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaView>,
    /// The server's time.
    pub server_now: UnixMs,
}

/// The room of a media server, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaView {
    /// Which kind of server.
    pub kind: MediaBackend,
    /// Its name there.
    pub room: String,
    /// Everybody who is in, one entry a connection.
    pub people: Vec<MediaPersonView>,
    /// When the server was last asked; none where it has not answered yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<UnixMs>,
}

/// One connection to a media room, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaPersonView {
    /// The person's id, as their token said.
    pub user_id: UserId,
    /// The media server's id of it.
    pub sid: String,
    /// Since when, by the media server's clock.
    pub joined_at: UnixMs,
}

/// One person of a session, as operators see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatView {
    /// The person's id.
    pub user_id: UserId,
    /// What the other one is shown.
    pub name: String,
    /// Whether they are there.
    pub state: SeatState,
    /// The current socket of this person.
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
    /// When they were in, oldest first; without `to`, they still are.
    pub stays: Vec<Stay>,
    /// When their media first came up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_up_at: Option<UnixMs>,
}

/// Whether a person is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// Nobody holds the seat.
    Empty,
    /// With a socket that lives.
    In,
    /// Socket gone, seat kept.
    Lost,
}

impl Session {
    /// What operators see.
    #[must_use]
    pub fn view(&self, now: UnixMs) -> OperatorView {
        let session = self.session_now();
        OperatorView {
            id: self.spec.id.clone(),
            revision: self.spec.revision,
            phase: session.phase,
            starts_at: self.spec.starts_at,
            live_at: session.live_at,
            started_at: session.started_at,
            deadline_at: session.deadline_at,
            extensions_left: session.extensions_left,
            epoch: self.negotiation.round().map(|round| round.epoch),
            outcome: self.is_over().cloned(),
            participants: [self.seat_view(0), self.seat_view(1)],
            media: None,
            server_now: now,
        }
    }

    fn seat_view(&self, side: Side) -> SeatView {
        let participant = &self.spec.participants[side];
        let seat = &self.seats[side];
        let round = self.negotiation.round();
        SeatView {
            user_id: participant.user_id.clone(),
            name: participant.name.clone(),
            state: match seat.occupancy {
                Occupancy::Empty => SeatState::Empty,
                Occupancy::In { .. } => SeatState::In,
                Occupancy::Lost { .. } => SeatState::Lost,
            },
            connection_id: seat.connection(),
            resume_until: seat.resume_until(),
            came_at: seat.came_at,
            connected: round.is_some_and(|round| round.connected[side]),
            stays: seat.stays.clone(),
            media_up_at: seat.media_up_at,
        }
    }
}
