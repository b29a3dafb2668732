//! What signaling sends to a client.

mod clock;
mod peer;
mod relayed;
mod socket;
mod welcome;

pub use self::clock::{
    CancelReason, Countdown, CountdownCancelled, Ended, Ending, ExtendRequested, Extended, Live,
    Paused, Rescheduled,
};
pub use self::peer::{LeftReason, PeerJoined, PeerLeft, PeerLost, PeerResumed, Waiting};
pub use self::relayed::{Negotiate, RelayedAnswer, RelayedCandidate, RelayedData, RelayedOffer};
pub use self::socket::{Accepted, GoingAway, IceServers, Pong};
pub use self::welcome::{MediaAccess, PeerView, SessionNow, Welcome, You};

use crate::ErrorBody;
use crate::frame::frames;

frames! {
    /// A server's frame; all but `welcome`, `ok`, `error`, `pong` and `going_away` carry `seq`.
    ServerFrame {
        /// The answer to `join`.
        "welcome" => Welcome as Box<Welcome>,
        /// You are alone.
        "waiting" => Waiting,
        /// The other one came.
        "peer_joined" => PeerJoined,
        /// The other one's socket is gone, the seat is kept.
        "peer_lost" => PeerLost,
        /// The other one is back with media that lives.
        "peer_resumed" => PeerResumed,
        /// The other one's seat is empty.
        "peer_left" => PeerLeft,
        /// Both are in: make a new PeerConnection.
        "negotiate" => Negotiate,
        /// The other one's offer.
        "offer" => RelayedOffer,
        /// The other one's answer.
        "answer" => RelayedAnswer,
        /// The other one's candidate.
        "candidate" => RelayedCandidate,
        /// Live at one instant.
        "countdown" => Countdown,
        /// And not, after all.
        "countdown_cancelled" => CountdownCancelled,
        /// The clock runs.
        "live" => Live,
        /// The clock stands.
        "paused" => Paused,
        /// The booking changed.
        "rescheduled" => Rescheduled as Box<Rescheduled>,
        /// One asked for more time.
        "extend_requested" => ExtendRequested,
        /// The deadline moved.
        "extended" => Extended,
        /// The end is near.
        "ending" => Ending,
        /// It is over.
        "ended" => Ended,
        /// From the other one, not stored.
        "data" => RelayedData,
        /// The answer to `refresh`.
        "ice_servers" => IceServers,
        /// The server drains.
        "going_away" => GoingAway,
        /// The answer to `ping`.
        "pong" => Pong,
        /// A numbered frame took effect.
        "ok" => Accepted,
        /// A frame was refused.
        "error" => ErrorBody,
    }
}

impl ServerFrame {
    /// The types that carry no `seq`: they belong to one socket, not to the seat.
    pub const UNSEQUENCED: [&'static str; 5] = ["welcome", "ok", "error", "pong", "going_away"];

    /// True for the frames that are numbered and kept for a resume.
    #[must_use]
    pub fn is_sequenced(&self) -> bool {
        !Self::UNSEQUENCED.contains(&self.kind())
    }
}
