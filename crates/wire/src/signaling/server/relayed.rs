//! Negotiation, and what is relayed from the other participant.

use serde::{Deserialize, Serialize};

use super::welcome::MediaAccess;
use crate::frame::frame;
use crate::{IceServer, RawJson, UserId};

frame! {
    /// Both are in and one of them joined fresh: make a new PeerConnection.
    Negotiate {
        /// Stands on every description and candidate of it.
        epoch: u64,
        /// Who offers; absent with a media server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offerer: Option<UserId>,
        /// For the PeerConnection.
        ice_servers: Vec<IceServer>,
        /// The media room, if a media server carries the media.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<MediaAccess>,
    }
}

frame! {
    /// The other one's offer.
    RelayedOffer {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
        /// Session description (RFC 8866).
        sdp: String,
        /// Id of the sender.
        from: UserId,
    }
}

frame! {
    /// The other one's answer.
    RelayedAnswer {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
        /// Session description (RFC 8866).
        sdp: String,
        /// Id of the sender.
        from: UserId,
    }
}

frame! {
    /// The other one's candidate, or their end.
    RelayedCandidate {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
        /// As it was sent.
        candidate: RawJson,
        /// Id of the sender.
        from: UserId,
    }
}

frame! {
    /// From the other one, not stored.
    RelayedData {
        /// As it was sent.
        payload: RawJson,
        /// Id of the sender.
        from: UserId,
    }
}
