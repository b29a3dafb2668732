//! Frames on the session's times, from the countdown to the end.

use serde::{Deserialize, Serialize};

use super::welcome::SessionNow;
use crate::frame::frame;
use crate::session::word_enum;
use crate::{EndReason, UnixMs, UserId};

frame! {
    /// Both are in and it is time: live at one instant.
    Countdown {
        /// When the session goes live.
        live_at: UnixMs,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// The countdown is off; a new one starts when both are in again.
    CountdownCancelled {
        /// What stopped the countdown.
        reason: CancelReason,
    }
}

word_enum! {
    /// Why a countdown is off.
    CancelReason {
        /// One participant decided to leave.
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
        /// When the session went live.
        started_at: UnixMs,
        /// When the session ends.
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
        /// Id of the one who asks.
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
        /// When the session ends now.
        deadline_at: UnixMs,
        /// The server's time.
        server_now: UnixMs,
    }
}

frame! {
    /// It is over; the socket closes with 4504.
    Ended {
        /// Reason of the end.
        reason: EndReason,
        /// Of `no_show`: who was never in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent: Option<Vec<UserId>>,
    }
}
