//! The `welcome` frame: the session as whoever joins sees it.

use wire::signaling::{PeerView, SessionNow, Welcome, You};
use wire::{ConnectionId, UnixMs};

use crate::seat::{Side, other};
use crate::{Session, SessionPhase};

/// The second of `participants` rolls back when offers cross.
const POLITE_SIDE: Side = 1;

impl Session {
    pub(crate) fn welcome(
        &self,
        side: Side,
        connection_id: ConnectionId,
        resume_token: String,
        resumed: bool,
        now: UnixMs,
    ) -> Welcome {
        let seat = &self.seats[side];
        let round = self.negotiation.round();
        let peer = &self.spec.participants[other(side)];
        let peer_seat = &self.seats[other(side)];
        Welcome {
            session: self.session_now(),
            epoch: round.map(|round| round.epoch),
            offerer: round
                .and_then(|round| round.offerer)
                .map(|side| self.user(side).clone()),
            you: You {
                user_id: self.user(side).clone(),
                connection_id,
                polite: side == POLITE_SIDE,
            },
            peer: PeerView {
                user_id: peer.user_id.clone(),
                name: peer.name.clone(),
                present: peer_seat.is_in(),
                resume_until: peer_seat.resume_until(),
            },
            ice_servers: self.ice_servers(side, now),
            media: self.media(side, now),
            resume_token,
            resumed,
            last_id: seat.last_id.unwrap_or(0),
            ping_ms: self.settings.ping_ms,
            timeout_ms: self.settings.timeout_ms,
            server_now: now,
        }
    }

    /// The booking, and how its clock stands.
    pub(crate) fn session_now(&self) -> SessionNow {
        let live_at = match self.phase {
            SessionPhase::Countdown { live_at } => Some(live_at),
            _ => None,
        };
        let deadline_at = match self.phase {
            SessionPhase::Live { deadline_at, .. } => Some(deadline_at),
            _ => None,
        };
        let asked = self.clock().map_or([false; 2], |clock| clock.asked);
        SessionNow {
            spec: self.spec.clone(),
            phase: self.phase.name(),
            live_at,
            started_at: self.clock().map(|clock| clock.started_at),
            deadline_at,
            extensions_left: self.extensions_left(),
            extend_requested_by: asked
                .iter()
                .position(|asked| *asked)
                .map(|side| self.user(side).clone()),
        }
    }
}
