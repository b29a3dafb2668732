//! What signaling sends to a client.

use serde::{Deserialize, Serialize};

use crate::frame::{frame, frames};
use crate::session::word_enum;
use crate::{
    ConnectionId, EndReason, ErrorBody, IceServer, MediaBackend, Phase, RawJson, SessionSpec,
    UnixMs, UserId,
};

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
        /// Yourself.
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
        /// What the ticket says.
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
    /// Yourself.
    You {
        /// Who.
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
        /// Who.
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
        /// Its address.
        url: String,
        /// The right to join.
        token: String,
        /// The room's name.
        room: String,
    }
}

frame! {
    /// You are alone.
    Waiting {
        /// Who is not here.
        absent: Vec<UserId>,
        /// When the absent one was last in, else when you came.
        since: UnixMs,
        /// When a countdown may begin.
        starts_at: UnixMs,
        /// When it counts as missed.
        closes_at: UnixMs,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// The other one came in.
    PeerJoined {
        /// Who.
        user_id: UserId,
    }
}

frame! {
    /// The other one's socket is gone; the seat is kept.
    PeerLost {
        /// Who.
        user_id: UserId,
        /// Until when.
        resume_until: UnixMs,
    }
}

frame! {
    /// The other one came back, with media that lives.
    PeerResumed {
        /// Who.
        user_id: UserId,
    }
}

frame! {
    /// The other one's seat is empty.
    PeerLeft {
        /// Who.
        user_id: UserId,
        /// How it came.
        reason: LeftReason,
    }
}

word_enum! {
    /// How a seat became empty.
    LeftReason {
        /// By decision.
        Left = "left",
        /// The grace ran out.
        Lost = "lost",
        /// By an operator.
        Kicked = "kicked",
    }
}

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
        /// Which negotiation.
        epoch: u64,
        /// The SDP.
        sdp: String,
        /// Whose.
        from: UserId,
    }
}

frame! {
    /// The other one's answer.
    RelayedAnswer {
        /// Which negotiation.
        epoch: u64,
        /// The SDP.
        sdp: String,
        /// Whose.
        from: UserId,
    }
}

frame! {
    /// The other one's candidate, or their end.
    RelayedCandidate {
        /// Which negotiation.
        epoch: u64,
        /// As it was sent.
        candidate: RawJson,
        /// Whose.
        from: UserId,
    }
}

frame! {
    /// Both are in and it is time: live at one instant.
    Countdown {
        /// That instant.
        live_at: UnixMs,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// The countdown is off; a new one starts when both are in again.
    CountdownCancelled {
        /// Why.
        reason: CancelReason,
    }
}

word_enum! {
    /// Why a countdown is off.
    CancelReason {
        /// One left.
        Left = "left",
        /// One was lost.
        Lost = "lost",
        /// The booking moved.
        Rescheduled = "rescheduled",
    }
}

frame! {
    /// The clock runs.
    Live {
        /// Since when.
        started_at: UnixMs,
        /// Until when.
        deadline_at: UnixMs,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// The clock stands.
    Paused {
        /// What is left on it, in milliseconds.
        remaining_ms: i64,
        /// It runs again then at the latest.
        until: UnixMs,
    }
}

frame! {
    /// The booking changed; replaces what `welcome` said.
    Rescheduled {
        /// The booking and its clock.
        session: SessionNow,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// One asked for more time.
    ExtendRequested {
        /// Who.
        by: UserId,
    }
}

frame! {
    /// Both asked, the deadline moved.
    Extended {
        /// The new one.
        deadline_at: UnixMs,
        /// How many are left.
        extensions_left: u32,
    }
}

frame! {
    /// The end is near.
    Ending {
        /// When.
        deadline_at: UnixMs,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// It is over; the socket closes with 4504.
    Ended {
        /// Why.
        reason: EndReason,
        /// Of `no_show`: who was never in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent: Option<Vec<UserId>>,
    }
}

frame! {
    /// From the other one, not stored.
    RelayedData {
        /// As it was sent.
        payload: RawJson,
        /// Whose.
        from: UserId,
    }
}

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
        /// Its number.
        id: u64,
    }
}
