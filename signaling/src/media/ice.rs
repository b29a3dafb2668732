//! ICE servers: the same for everybody, and relays with a credential for one person and session.

use signaling_core::{AccessProvider, AccessRequest};
use turn_core::TurnCredentials;
use wire::signaling::MediaAccess as Room;
use wire::{IceServer, UnixMs};

/// The ICE servers of this installation. Whether a relay is up is not known here: a browser finds out, and
/// goes on with the others.
#[derive(Debug)]
pub(crate) struct IceServers {
    pub(crate) fixed: Vec<IceServer>,
    pub(crate) turn: Option<TurnCredentials>,
    /// How long a relay's credentials are good, in milliseconds.
    pub(crate) turn_ttl_ms: i64,
}

impl AccessProvider for IceServers {
    fn ice_servers(&self, now: UnixMs, who: AccessRequest<'_>) -> Vec<IceServer> {
        let mut servers = self.fixed.clone();
        if let Some(turn) = &self.turn {
            let (session, user) = (&who.spec.id.0, &who.user.0);
            let ttl_ms = self.turn_ttl_ms;
            servers.extend(turn.ice_servers(now, session, user, ttl_ms, who.latest_end));
        }
        servers
    }

    fn ice_expires_at(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<UnixMs> {
        let expires_at = (now + self.turn_ttl_ms).min(who.latest_end);
        self.turn.as_ref().map(|_| expires_at)
    }

    fn media(&self, _now: UnixMs, _who: AccessRequest<'_>) -> Option<Room> {
        None
    }
}
