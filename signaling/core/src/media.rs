//! With what a person reaches the other one's media: ICE servers, and the room where a media server
//! carries it. Asked for anew each time, because what it gives is good for a short while only.
//!
//! Who grants it is behind a trait: the core knows when it is due and to whom, and no secret.

use std::fmt::Debug;

use wire::{IceServer, MediaBackend, OnLoss, SessionId, SessionSpec, UnixMs, UserId};

use crate::seat::{SIDES, Side};
use crate::{Session, SessionPhase};

/// The session and person that access is granted for.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// The session, as booked.
    pub spec: &'a SessionSpec,
    /// The person who is granted access.
    pub user: &'a UserId,
    /// When it is over at the latest, every extension and pause that is left included: nothing that
    /// is granted has to be good for longer.
    pub latest_end: UnixMs,
}

/// Grants access. Pure: the same arguments give the same answer, and nothing is waited for.
pub trait AccessProvider: Debug + Send + Sync {
    /// The ICE servers for a PeerConnection.
    fn ice_servers(&self, now: UnixMs, who: AccessRequest<'_>) -> Vec<IceServer>;

    /// When the first of what [`AccessProvider::ice_servers`] gives at `now` ends; none where nothing does.
    fn ice_expires_at(&self, _now: UnixMs, _who: AccessRequest<'_>) -> Option<UnixMs> {
        None
    }

    /// False while a media server that must be asked for access beforehand has not given it: then nothing
    /// is negotiated yet. Whoever asked gives the session a tick when it has.
    fn is_ready(&self, _now: UnixMs, _who: AccessRequest<'_>) -> bool {
        true
    }

    /// The room of a media server; none where the browsers talk to each other, or where no server
    /// of the booked kind is known.
    fn media(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<wire::signaling::MediaAccess>;
}

/// The same ICE servers for everybody, and no media server.
#[derive(Debug, Clone, Default)]
pub struct StaticIce(pub Vec<IceServer>);

impl AccessProvider for StaticIce {
    fn ice_servers(&self, _now: UnixMs, _who: AccessRequest<'_>) -> Vec<IceServer> {
        self.0.clone()
    }

    fn media(&self, _now: UnixMs, _who: AccessRequest<'_>) -> Option<wire::signaling::MediaAccess> {
        None
    }
}

/// What a session wants of its media server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRequest {
    /// The session that has the room.
    pub session: SessionId,
    /// Which kind of server.
    pub kind: MediaBackend,
    /// Of which revision the room is.
    pub revision: u64,
    /// The two participants, by seat.
    pub users: [UserId; 2],
    /// The negotiation that is on: a higher one has new media.
    pub epoch: Option<u64>,
    /// True from the end on: nobody may be in the room, nor the room be there.
    pub is_over: bool,
}

impl Session {
    /// What is wanted of a media server; none where the browsers talk to each other, or where nobody
    /// has come yet.
    #[must_use]
    pub fn room_request(&self) -> Option<RoomRequest> {
        let is_over = self.is_over().is_some();
        let somebody_came = self
            .seats
            .iter()
            .any(|seat| !seat.is_empty() || seat.last_in_at.is_some());
        (self.has_media_room() && (is_over || somebody_came)).then(|| RoomRequest {
            session: self.spec.id.clone(),
            kind: self.spec.media,
            revision: self.spec.revision,
            users: [self.user(0).clone(), self.user(1).clone()],
            epoch: self.negotiation.round().map(|round| round.epoch),
            is_over,
        })
    }

    pub(crate) fn ice_servers(&self, side: Side, now: UnixMs) -> Vec<IceServer> {
        self.settings.media.ice_servers(now, self.access(side))
    }

    /// When what a person is granted at `now` ends. A media server's room has relays of its own.
    pub(crate) fn access_expires_at(&self, side: Side, now: UnixMs) -> Option<UnixMs> {
        let access = self.access(side);
        let expires_at = self.settings.media.ice_expires_at(now, access);
        expires_at.filter(|_| !self.has_media_room())
    }

    /// The media room, from `negotiate` on for as long as that negotiation is: who waits alone has
    /// nobody to meet there.
    pub(crate) fn media(&self, side: Side, now: UnixMs) -> Option<wire::signaling::MediaAccess> {
        self.negotiation.round()?;
        self.settings.media.media(now, self.access(side))
    }

    /// True where both can be granted access.
    pub(crate) fn media_is_ready(&self, now: UnixMs) -> bool {
        SIDES
            .into_iter()
            .all(|side| self.settings.media.is_ready(now, self.access(side)))
    }

    /// True where a media server carries the media, in a room of the booking's revision.
    pub(crate) fn has_media_room(&self) -> bool {
        self.spec.media != MediaBackend::P2p
    }

    fn access(&self, side: Side) -> AccessRequest<'_> {
        AccessRequest {
            spec: &self.spec,
            user: self.user(side),
            latest_end: self.latest_end(),
        }
    }

    /// When it is over at the latest, as far as is known by now.
    #[must_use]
    pub fn latest_end(&self) -> UnixMs {
        let extension_ms = self
            .spec
            .extension_ms
            .saturating_mul(i64::from(self.extensions_left()));
        let pause_ms = match self.spec.on_loss {
            OnLoss::Run => 0,
            OnLoss::Pause => self.spec.max_pause_ms,
        };
        let paused_ms = self.clock().map_or(0, |clock| clock.paused_ms);
        let pauses_left_ms = (pause_ms - paused_ms).max(0);
        match &self.phase {
            SessionPhase::Live { deadline_at, .. } => {
                self.clipped(*deadline_at + extension_ms + pauses_left_ms)
            }
            SessionPhase::Paused {
                until,
                remaining_ms,
                ..
            } => self.clipped(*until + *remaining_ms + extension_ms),
            SessionPhase::Lobby
            | SessionPhase::Countdown { .. }
            | SessionPhase::Connecting { .. }
            | SessionPhase::Ended { .. } => self.clipped(self.spec.latest_end()),
        }
    }
}
