//! What was agreed for one session, with every default filled in.

use serde::{Deserialize, Serialize};
use wire::{
    DuplicatePolicy, IcePolicy, LocalDateTime, MediaBackend, OnLoss, Participant, SessionId,
    SessionSpec, UnixMs,
};

/// From both in to live.
pub(crate) const DEFAULT_COUNTDOWN_MS: i64 = 5_000;
/// How long a session is live.
pub(crate) const DEFAULT_DURATION_MS: i64 = 60_000;
/// How long before the start the lobby opens.
pub(crate) const DEFAULT_LOBBY_MS: i64 = 300_000;
/// Time after the start until whoever is missing is a no-show.
pub(crate) const DEFAULT_CLOSES_AFTER_MS: i64 = 120_000;
/// What an extension adds.
pub(crate) const DEFAULT_EXTENSION_MS: i64 = 60_000;
/// How often a session may be extended.
pub(crate) const DEFAULT_MAX_EXTENSIONS: u32 = 1;
/// How long media may take to come up.
pub(crate) const DEFAULT_CONNECT_MS: i64 = 20_000;
/// Longest sum of all pauses.
pub(crate) const DEFAULT_MAX_PAUSE_MS: i64 = 30_000;
/// One reminder, five minutes before the start.
pub(crate) const DEFAULT_REMIND_BEFORE_MS: [i64; 1] = [300_000];

/// What was agreed; spans in milliseconds. The fields are those of [`SessionSpec`] and of the booking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Earliest moment of a countdown; the lobby waits for it.
    pub starts_at: UnixMs,
    /// The local time that `starts_at` was resolved from, where it was booked so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at_local: Option<LocalDateTime>,
    /// Length of the live phase, 1 s to 1 day.
    pub duration_ms: i64,
    /// Countdown before the live phase, up to 10 minutes.
    pub countdown_ms: i64,
    /// Lobby before the start, up to a week.
    pub lobby_ms: i64,
    /// Time after the start until whoever is missing is a no-show, up to a day.
    pub closes_after_ms: i64,
    /// Length of one extension, up to a day.
    pub extension_ms: i64,
    /// Most extensions of the session, up to 100.
    pub max_extensions: u32,
    /// Extensions end here at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_end_at: Option<UnixMs>,
    /// Limit for media to come up after the countdown.
    pub connect_ms: i64,
    /// Whether the clock runs on while a connection is lost.
    pub on_loss: OnLoss,
    /// Bound of all pauses together, up to an hour.
    pub max_pause_ms: i64,
    /// Which connection wins when one person joins twice.
    pub duplicate: DuplicatePolicy,
    /// The browsers alone, or a media server.
    pub media: MediaBackend,
    /// Whether candidates other than relayed ones may be used.
    pub ice: IcePolicy,
    /// Whether one of the two may have another session at that time.
    #[serde(default = "overlaps")]
    pub allow_overlap: bool,
    /// When the next session of one of the two begins, where this one could still be on then: its latest end, as
    /// `hard_end_at` is. Nobody has agreed on it; it follows the other booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed_at: Option<UnixMs>,
    /// When to remind, before the start; the earliest reminder first, none twice.
    pub remind_before_ms: Vec<i64>,
    /// Opaque data of the application, up to 16 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Terms {
    /// First moment at which a join is let in.
    #[must_use]
    pub fn lobby_opens_at(&self) -> UnixMs {
        self.starts_at - self.lobby_ms
    }

    /// From here on whoever is missing is a no-show.
    #[must_use]
    pub fn closes_at(&self) -> UnixMs {
        self.starts_at + self.closes_after_ms
    }

    /// The earlier of what was agreed and of the start of the next session.
    #[must_use]
    pub fn ends_by(&self) -> Option<UnixMs> {
        let ends = [self.hard_end_at, self.followed_at];
        ends.into_iter().flatten().min()
    }

    /// What a ticket of this session says.
    #[must_use]
    pub fn spec(
        &self,
        id: SessionId,
        revision: u64,
        participants: [Participant; 2],
    ) -> SessionSpec {
        SessionSpec {
            id,
            revision,
            participants,
            lobby_opens_at: self.lobby_opens_at(),
            starts_at: self.starts_at,
            closes_at: self.closes_at(),
            countdown_ms: self.countdown_ms,
            duration_ms: self.duration_ms,
            extension_ms: self.extension_ms,
            max_extensions: self.max_extensions,
            hard_end_at: self.ends_by(),
            connect_ms: self.connect_ms,
            on_loss: self.on_loss,
            max_pause_ms: self.max_pause_ms,
            duplicate: self.duplicate,
            media: self.media,
            ice: self.ice,
        }
    }
}

/// What was booked before overlaps were looked at may overlap.
fn overlaps() -> bool {
    true
}
