//! What happens in a session, as it is told to whoever joined it.

use wire::{RawJson, UnixMs, UserId};

use crate::{DataChannel, MediaState, Peer, Refusal, RemoteTrack, SessionEnd, SocketState};

/// Something that has happened. Times are the server's (Unix ms): compare them with [`crate::SessionHandle::now`].
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// In the lobby, or before it opens.
    Waiting {
        /// When the lobby opens; none once it is open.
        opens_at: Option<UnixMs>,
        /// When a countdown may begin, as far as it is known.
        starts_at: Option<UnixMs>,
        /// Who is missing.
        absent: Vec<UserId>,
    },
    /// Both are in: it goes live at that time.
    Countdown {
        /// The end of the countdown.
        live_at: UnixMs,
    },
    /// The clock runs; told again when the deadline moves.
    Live {
        /// When it went live.
        started_at: UnixMs,
        /// When it ends.
        deadline_at: UnixMs,
    },
    /// The end is near.
    Warning {
        /// When it comes.
        deadline_at: UnixMs,
    },
    /// The clock stands: the other one is lost.
    Paused {
        /// What is left on the clock, in milliseconds.
        remaining_ms: Option<i64>,
        /// When it runs again at the latest.
        until: Option<UnixMs>,
    },
    /// Someone asked for more time; the deadline moves once both have.
    ExtendRequested {
        /// Id of whoever asked.
        by: UserId,
    },
    /// The other one came, was lost, came back or went.
    Peer(Peer),
    /// Something small that the other one sent over the service ([`crate::SessionHandle::send`]).
    Data(RawJson),
    /// The socket to the service.
    Socket(SocketState),
    /// The connection to the other peer.
    Media(MediaState),
    /// The other peer sends a track.
    Track(RemoteTrack),
    /// A data channel to the other peer, whoever opened it. Each new connection has new ones.
    Channel(DataChannel),
    /// Something was refused, or failed; nothing more follows where it `is_final`.
    Error(Refusal),
    /// This peer left before the session was live. The last event.
    Left,
    /// It is over. The last event.
    Ended(SessionEnd),
}
