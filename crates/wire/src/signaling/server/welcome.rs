//! What `welcome` carries: the session, both participants, the media.

use serde::{Deserialize, Serialize};

use crate::frame::frame;
use crate::{ConnectionId, IceServer, MediaBackend, Phase, SessionSpec, UnixMs, UserId};

frame! {
    /// The session as it stands for whoever joined.
    Welcome {
        /// The booking and its clock.
        session: SessionNow,
        /// The negotiation that is on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<u64>,
        /// Who offers in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offerer: Option<UserId>,
        /// The participant who joined.
        you: You,
        /// The other one.
        peer: PeerView,
        /// For the PeerConnection.
        ice_servers: Vec<IceServer>,
        /// Where a media server carries the media; null for p2p.
        #[cfg_attr(feature = "typescript", ts(type = "MediaAccess | null"))]
        media: Option<MediaAccess>,
        /// Brings you back to this seat.
        resume_token: String,
        /// True: exactly the frames after your `last_seq` follow. False: `seq` starts at 1.
        resumed: bool,
        /// The highest `id` of yours that took effect; 0 for none.
        last_id: u64,
        /// Send `ping` this often, in milliseconds.
        ping_ms: i64,
        /// Reconnect after so long without a frame, in milliseconds.
        timeout_ms: i64,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// The booking, and how its clock stands.
    SessionNow {
        /// The booking, as the ticket carries it.
        #[serde(flatten)]
        spec: SessionSpec,
        /// Where it stands.
        phase: Phase,
        /// Of a countdown: when it is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        live_at: Option<UnixMs>,
        /// Once live: since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        started_at: Option<UnixMs>,
        /// Once live: until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline_at: Option<UnixMs>,
        /// How many extensions are left.
        extensions_left: u32,
        /// Who has asked for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extend_requested_by: Option<UserId>,
    }
}

frame! {
    /// The participant who joined, as the server knows them.
    You {
        /// Id of the participant.
        user_id: UserId,
        /// Which socket of yours.
        connection_id: ConnectionId,
        /// You roll back when offers cross (W3C "perfect negotiation").
        polite: bool,
    }
}

frame! {
    /// The other one.
    PeerView {
        /// Id of the other participant.
        user_id: UserId,
        /// What to call them.
        name: String,
        /// In, with a socket that lives.
        present: bool,
        /// Lost: the seat is kept until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume_until: Option<UnixMs>,
    }
}

frame! {
    /// How to reach the media room.
    MediaAccess {
        /// Which kind of server.
        kind: MediaBackend,
        /// Address of the media server.
        url: String,
        /// The right to join.
        token: String,
        /// The room's name.
        room: String,
    }
}
