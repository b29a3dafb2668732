//! Frames of `GET /v1/signal`, subprotocol `rendezvous.v1`.

mod client;
mod hot;
mod server;

pub use client::{
    Answer, Candidate, ClientFrame, Connected, Data, Extend, Join, Leave, Offer, Ping, Refresh,
    Resume,
};
pub use server::{
    Accepted, CancelReason, Countdown, CountdownCancelled, Ended, Ending, ExtendRequested,
    Extended, GoingAway, IceServers, LeftReason, Live, MediaAccess, Negotiate, Paused, PeerJoined,
    PeerLeft, PeerLost, PeerResumed, PeerView, Pong, RelayedAnswer, RelayedCandidate, RelayedData,
    RelayedOffer, Rescheduled, ServerFrame, SessionNow, Waiting, Welcome, You,
};
