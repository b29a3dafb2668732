//! Frames for one socket alone: answers, and going away.

use serde::{Deserialize, Serialize};

use super::welcome::MediaAccess;
use crate::frame::frame;
use crate::{IceServer, UnixMs};

frame! {
    /// The answer to `refresh`.
    IceServers {
        /// For the PeerConnection.
        ice_servers: Vec<IceServer>,
        /// The media room, if a media server carries the media.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<MediaAccess>,
    }
}

frame! {
    /// The server drains: ask for the node again, or come back to this one.
    GoingAway {
        /// Come back after so long, in milliseconds.
        retry_after_ms: u64,
    }
}

frame! {
    /// The answer to `ping`.
    Pong {
        /// As it was sent.
        sent_at: serde_json::Number,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// A numbered frame took effect.
    Accepted {
        /// The `id` of the acknowledged frame.
        id: u64,
    }
}
