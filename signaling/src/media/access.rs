//! What is granted to a person: ICE servers, and a token for the media room.

use signaling_core::{Access, MediaAccess};
use wire::signaling::MediaAccess as Room;
use wire::{IceServer, MediaBackend, UnixMs};

use super::livekit::LiveKitConfig;
use super::room;

/// The grants of this installation.
#[derive(Debug)]
pub(crate) struct Grants {
    /// ICE servers are granted by this one.
    pub(crate) ice: std::sync::Arc<dyn MediaAccess>,
    pub(crate) livekit: Option<LiveKitConfig>,
}

impl MediaAccess for Grants {
    fn ice_servers(&self, now: UnixMs, who: Access<'_>) -> Vec<IceServer> {
        self.ice.ice_servers(now, who)
    }

    fn media(&self, now: UnixMs, who: Access<'_>) -> Option<Room> {
        match who.spec.media {
            MediaBackend::P2p | MediaBackend::Openvidu => None,
            MediaBackend::Livekit => {
                let livekit = self.livekit.as_ref()?;
                let person = who
                    .spec
                    .participants
                    .iter()
                    .find(|person| person.user_id == *who.user)?;
                let room = room::name(MediaBackend::Livekit, &who.spec.id, who.spec.revision);
                Some(Room {
                    kind: MediaBackend::Livekit,
                    url: livekit.public_url.clone(),
                    token: livekit.keys.join_token(now, &room, person, who.latest_end),
                    room,
                })
            }
        }
    }
}
