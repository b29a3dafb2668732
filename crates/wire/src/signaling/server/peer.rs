//! Frames on the other participant: waiting, joining, losing the connection, leaving.

use serde::{Deserialize, Serialize};

use crate::frame::frame;
use crate::session::word_enum;
use crate::{UnixMs, UserId};

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
        /// Id of the participant who joined.
        user_id: UserId,
    }
}

frame! {
    /// The other one's socket is gone; the seat is kept.
    PeerLost {
        /// Id of the participant whose connection broke.
        user_id: UserId,
        /// Until when that participant may resume.
        resume_until: UnixMs,
    }
}

frame! {
    /// The other one came back, with media that lives.
    PeerResumed {
        /// Id of the participant who resumed.
        user_id: UserId,
    }
}

frame! {
    /// The other one's seat is empty.
    PeerLeft {
        /// Id of the participant who left.
        user_id: UserId,
        /// How it came.
        reason: LeftReason,
    }
}

word_enum! {
    /// How a seat became empty.
    LeftReason {
        /// The participant decided to leave.
        Left = "left",
        /// The grace ran out.
        Lost = "lost",
        /// By an operator.
        Kicked = "kicked",
    }
}
