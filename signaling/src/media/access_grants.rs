//! What is granted to a person: ICE servers, and a token for the media room.

use std::sync::Arc;

use signaling_core::{AccessProvider, AccessRequest};
use wire::signaling::MediaAccess as Room;
use wire::{IceServer, MediaBackend, UnixMs};

use super::livekit::LiveKitConfig;
use super::openvidu::TokenCache;
use super::room_name;

/// The grants of this installation.
#[derive(Debug)]
pub(crate) struct AccessGrants {
    /// ICE servers are granted by this one.
    pub(crate) ice: Arc<dyn AccessProvider>,
    pub(crate) livekit: Option<LiveKitConfig>,
    /// Where browsers reach OpenVidu, and the tokens that are ready.
    pub(crate) openvidu: Option<(String, TokenCache)>,
}

impl AccessGrants {
    /// Signed here and now.
    fn livekit(&self, now: UnixMs, who: AccessRequest<'_>, room: String) -> Option<Room> {
        let livekit = self.livekit.as_ref()?;
        let mut people = who.spec.participants.iter();
        let person = people.find(|person| person.user_id == *who.user)?;
        let token = livekit.keys.join_token(now, &room, person, who.latest_end);
        Some(Room {
            kind: MediaBackend::Livekit,
            url: livekit.public_url.clone(),
            token,
            room,
        })
    }

    /// From those that were asked for beforehand.
    fn openvidu(&self, who: AccessRequest<'_>, room: String) -> Option<Room> {
        let (url, token_cache) = self.openvidu.as_ref()?;
        Some(Room {
            kind: MediaBackend::Openvidu,
            url: url.clone(),
            token: token_cache.token(&room, who.user)?,
            room,
        })
    }
}

impl AccessProvider for AccessGrants {
    fn ice_servers(&self, now: UnixMs, who: AccessRequest<'_>) -> Vec<IceServer> {
        self.ice.ice_servers(now, who)
    }

    fn ice_expires_at(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<UnixMs> {
        self.ice.ice_expires_at(now, who)
    }

    fn is_ready(&self, now: UnixMs, who: AccessRequest<'_>) -> bool {
        let asks_beforehand = who.spec.media == MediaBackend::Openvidu && self.openvidu.is_some();
        !asks_beforehand || self.media(now, who).is_some()
    }

    fn media(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<Room> {
        let kind = who.spec.media;
        let room = room_name::format(kind, &who.spec.id, who.spec.revision);
        match kind {
            MediaBackend::P2p => None,
            MediaBackend::Livekit => self.livekit(now, who, room),
            MediaBackend::Openvidu => self.openvidu(who, room),
        }
    }
}
