//! What a session is, as its ticket carries it, and how it can stand and end.

use serde::{Deserialize, Serialize};

use crate::{SessionId, UnixMs, UserId};

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Participant {
    /// Id of the participant.
    pub user_id: UserId,
    /// What the other one is shown.
    pub name: String,
}

/// All that signaling needs to know about a session; the `session` claim of its ticket.
///
/// `lobby_opens_at ≤ starts_at ≤ closes_at`; a higher `revision` replaces a lower one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionSpec {
    /// Id of the session.
    pub id: SessionId,
    /// Rises with each change of the booking.
    pub revision: u64,
    /// The two; the second is the polite one.
    pub participants: [Participant; 2],
    /// First moment at which a join is let in.
    pub lobby_opens_at: UnixMs,
    /// First moment at which a countdown may begin.
    pub starts_at: UnixMs,
    /// A seat that is empty from here on is a no-show.
    pub closes_at: UnixMs,
    /// From both in to live, in milliseconds.
    pub countdown_ms: i64,
    /// How long it is live, in milliseconds.
    pub duration_ms: i64,
    /// What an extension adds, in milliseconds.
    pub extension_ms: i64,
    /// How often it may be extended.
    pub max_extensions: u32,
    /// Nothing goes past this: the first deadline, an extension, a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_end_at: Option<UnixMs>,
    /// How long media may take to come up after the countdown, in milliseconds.
    pub connect_ms: i64,
    /// What happens to the clock while one is lost.
    pub on_loss: OnLoss,
    /// Longest sum of all pauses, in milliseconds.
    pub max_pause_ms: i64,
    /// What happens when the same person joins twice.
    pub duplicate: DuplicatePolicy,
    /// Who carries the media.
    pub media: MediaBackend,
    /// Which candidates may be used.
    pub ice: IcePolicy,
}

impl SessionSpec {
    /// True for one of the two.
    #[must_use]
    pub fn has(&self, user: &UserId) -> bool {
        self.participants.iter().any(|p| &p.user_id == user)
    }

    /// The latest moment at which this session can still be on: last countdown, connecting,
    /// pauses, every extension. Tickets expire there.
    #[must_use]
    pub fn latest_end(&self) -> UnixMs {
        let extensions = self
            .extension_ms
            .saturating_mul(i64::from(self.max_extensions));
        let last_live =
            self.closes_at + LAST_COUNTDOWN_AFTER_CLOSE_MS + self.countdown_ms + self.connect_ms;
        let pauses = match self.on_loss {
            OnLoss::Run => 0,
            OnLoss::Pause => self.max_pause_ms,
        };
        last_live + self.duration_ms + extensions + pauses
    }
}

/// No countdown begins later than this after `closes_at`, in milliseconds: the longest grace.
pub const LAST_COUNTDOWN_AFTER_CLOSE_MS: i64 = 30_000;

macro_rules! word_enum {
    ($(#[$meta:meta])* $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name { $( $(#[$variant_meta])* #[serde(rename = $word)] $variant, )+ }

        impl $name {
            /// Every word that there is.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }

            /// The value of a word, as stores keep it.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$variant), )+ _ => None }
            }
        }
    };
}

pub(crate) use word_enum;

word_enum! {
    /// What happens to the clock of a live session while one is lost.
    OnLoss {
        /// It runs on.
        Run = "run",
        /// It stands, up to `max_pause_ms` in all.
        Pause = "pause",
    }
}

word_enum! {
    /// What happens when the same person joins twice.
    DuplicatePolicy {
        /// The new one replaces the old one.
        Takeover = "takeover",
        /// The new one is refused while the old one lives.
        Reject = "reject",
    }
}

word_enum! {
    /// Who carries the media.
    MediaBackend {
        /// The two browsers, directly or through TURN.
        P2p = "p2p",
        /// A LiveKit server.
        Livekit = "livekit",
        /// An OpenVidu 2 server.
        Openvidu = "openvidu",
    }
}

word_enum! {
    /// Which ICE candidates may be used.
    IcePolicy {
        /// Candidates of every type.
        All = "all",
        /// Relayed ones only, so that neither learns the other's address.
        Relay = "relay",
    }
}

word_enum! {
    /// Where in its life a session stands.
    Phase {
        /// Waiting for both and for the start.
        Lobby = "lobby",
        /// Both in; live at one instant.
        Countdown = "countdown",
        /// The countdown is over, the media is not up.
        Connecting = "connecting",
        /// The clock runs.
        Live = "live",
        /// The clock stands, one is lost.
        Paused = "paused",
        /// The session is over.
        Ended = "ended",
    }
}

word_enum! {
    /// Why a session ended.
    EndReason {
        /// Its time was up.
        Completed = "completed",
        /// Someone was never in.
        NoShow = "no_show",
        /// One participant decided to leave.
        Left = "left",
        /// Both had been in, and a seat or both were empty in the end.
        Abandoned = "abandoned",
        /// The booking was cancelled.
        Cancelled = "cancelled",
        /// The media never came up.
        ConnectFailed = "connect_failed",
        /// One was removed.
        Kicked = "kicked",
        /// Ended by an operator.
        Terminated = "terminated",
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// Reason of the end.
    pub reason: EndReason,
    /// Of `no_show`: who was never in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Vec<UserId>>,
}

/// One entry of `RTCConfiguration.iceServers` (W3C WebRTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IceServer {
    /// `stun:` and `turn:` addresses (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// TURN user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password of the TURN credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}
