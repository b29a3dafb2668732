//! What a client sends to signaling.

use serde::{Deserialize, Serialize};

use crate::RawJson;
use crate::frame::{frame, frames};

frames! {
    /// A client's frame; its envelope may carry `id`, a number rising within the seat.
    ClientFrame {
        /// The first frame.
        "join" => Join,
        /// A description that asks.
        "offer" => Offer,
        /// A description that answers.
        "answer" => Answer,
        /// An ICE candidate, or their end.
        "candidate" => Candidate,
        /// The media is up on this side.
        "connected" => Connected,
        /// Asks for more time.
        "extend" => Extend,
        /// For the other one, not stored.
        "data" => Data,
        /// Asks for `ice_servers`.
        "refresh" => Refresh,
        /// A sign of life.
        "ping" => Ping,
        /// A person's decision to go.
        "leave" => Leave,
    }
}

frame! {
    /// Comes in, or comes back.
    Join {
        /// Signaling ticket: a signed JWT of the scheduler.
        ticket: String,
        /// Of a page whose media still lives.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
    }
}

frame! {
    /// Where a page left off.
    Resume {
        /// The `resume_token` of the last `welcome`.
        token: String,
        /// The last `seq` that it took.
        last_seq: u64,
    }
}

frame! {
    /// A description that asks (RFC 8829).
    Offer {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
        /// The SDP (RFC 8866).
        sdp: String,
    }
}

frame! {
    /// A description that answers.
    Answer {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
        /// Session description (RFC 8866).
        sdp: String,
    }
}

frame! {
    /// A candidate as `RTCIceCandidate.toJSON()` gives it, or null at their end (RFC 8838).
    Candidate {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
        /// Object or null, relayed untouched.
        candidate: RawJson,
    }
}

frame! {
    /// The PeerConnection is `connected`, or the other one is seen in the media room.
    Connected {
        /// Number of the negotiation; each `negotiate` has a higher one.
        epoch: u64,
    }
}

frame! {
    /// Asks for more time; the clock moves when both have asked.
    Extend {}
}

frame! {
    /// Anything small, relayed while both are in.
    Data {
        /// Any JSON up to 4 KiB.
        payload: RawJson,
    }
}

frame! {
    /// Asks for fresh `ice_servers` before an ICE restart.
    Refresh {}
}

frame! {
    /// A sign of life that also measures the clock and frees the resume buffer.
    Ping {
        /// The client's own time, given back in `pong`.
        sent_at: serde_json::Number,
        /// The last `seq` that it took.
        #[serde(default)]
        last_seq: u64,
    }
}

frame! {
    /// A person's decision, never sent on unload.
    Leave {}
}
