//! What of a session outlives the process: everything but sockets and buffered frames.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::{SessionSpec, Stay, UnixMs, UserId};

use crate::negotiation::{Negotiation, SavedRound};
use crate::renewal::Renewal;
use crate::resume::{ResumeBuffer, ResumeTokens};
use crate::seat::{Occupancy, Seat};
use crate::{Session, SessionPhase, Settings, TokenHash};

/// A session as it is stored, as JSON. ResumeTokens stand in it as hashes only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The booking of the highest revision seen.
    pub spec: SessionSpec,
    /// Where it stands.
    pub phase: SessionPhase,
    /// The seats, in the order of `spec.participants`.
    pub seats: [SavedSeat; 2],
    /// The highest epoch that there was; 0 for none.
    pub last_epoch: u64,
    /// The negotiation that is on.
    #[serde(default)]
    pub round: Option<SavedRound>,
    /// Who was removed by an operator and may not come back.
    #[serde(default)]
    pub kicked: Vec<UserId>,
    /// How far the session's clock was ahead of the wall clock, in milliseconds. Filled in by the
    /// caller, which alone has both clocks: always 0 as the core gives it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_ahead_ms: i64,
}

fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

/// A seat as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSeat {
    /// In or lost: after a restart it gets a full grace.
    pub held: bool,
    /// When this person came in to stay until now; none if the seat is empty.
    #[serde(default)]
    pub came_at: Option<UnixMs>,
    /// When this person was last seen in, if they ever were.
    #[serde(default)]
    pub last_in_at: Option<UnixMs>,
    /// When this person was in, oldest first.
    #[serde(default)]
    pub stays: Vec<Stay>,
    /// When this person's media first came up.
    #[serde(default)]
    pub media_up_at: Option<UnixMs>,
    /// The highest `id` that took effect; none if no numbered frame has.
    #[serde(default)]
    pub last_id: Option<u64>,
    /// ResumeTokens that bring the page back to this seat, newest first.
    #[serde(default)]
    pub tokens: Vec<SavedToken>,
    /// ResumeTokens that a takeover killed, newest last.
    #[serde(default)]
    pub dead_tokens: Vec<SavedToken>,
}

/// The hash of a token, as hexadecimal text in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SavedToken(pub TokenHash);

impl Session {
    /// All that a restarted process needs.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (last_epoch, round) = self.negotiation.save();
        Snapshot {
            spec: self.spec.clone(),
            phase: self.phase.clone(),
            seats: [save_seat(&self.seats[0]), save_seat(&self.seats[1])],
            last_epoch,
            round,
            kicked: self.kicked.clone(),
            clock_ahead_ms: 0,
        }
    }

    /// A session as it was stored: the same deadline, and a full grace from `now` for each seat that
    /// was in. Whatever became due meanwhile is due at once: call [`Session::handle`] with a tick.
    #[must_use]
    pub fn restore(snapshot: Snapshot, settings: Arc<Settings>, now: UnixMs) -> Self {
        let grace_ms = settings.grace_ms;
        let phase = match snapshot.phase {
            // Nobody is in now: both have to be, for a countdown.
            SessionPhase::Countdown { .. } | SessionPhase::Connecting { .. } => SessionPhase::Lobby,
            phase => phase,
        };
        Self {
            spec: snapshot.spec,
            settings,
            phase,
            seats: snapshot.seats.map(|seat| restore_seat(seat, now, grace_ms)),
            negotiation: Negotiation::restore(snapshot.last_epoch, snapshot.round),
            kicked: snapshot.kicked,
            probes: Vec::new(),
        }
    }
}

fn save_seat(seat: &Seat) -> SavedSeat {
    let (tokens, dead_tokens) = seat.tokens.hashes();
    SavedSeat {
        held: !seat.is_empty(),
        came_at: seat.came_at,
        last_in_at: seat.last_in_at,
        stays: seat.stays.clone(),
        media_up_at: seat.media_up_at,
        last_id: seat.last_id,
        tokens: tokens.into_iter().map(SavedToken).collect(),
        dead_tokens: dead_tokens.into_iter().map(SavedToken).collect(),
    }
}

fn restore_seat(saved: SavedSeat, now: UnixMs, grace_ms: i64) -> Seat {
    let hashes = |tokens: Vec<SavedToken>| tokens.into_iter().map(|token| token.0).collect();
    Seat {
        occupancy: match saved.held {
            true => Occupancy::Lost {
                resume_until: now + grace_ms,
            },
            false => Occupancy::Empty,
        },
        newest: None,
        came_at: saved.came_at,
        // Who was in was in until the process ended, which is about now.
        last_in_at: match saved.held {
            true => Some(now),
            false => saved.last_in_at,
        },
        stays: saved.stays,
        media_up_at: saved.media_up_at,
        last_id: saved.last_id,
        tokens: ResumeTokens::restore(hashes(saved.tokens), hashes(saved.dead_tokens)),
        resume_buffer: ResumeBuffer::default(),
        renewal: Renewal::default(),
    }
}

impl From<SavedToken> for String {
    fn from(token: SavedToken) -> String {
        token.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for SavedToken {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a token hash is 64 hexadecimal digits";
        let mut hash = TokenHash::default();
        if text.len() != 2 * hash.len() || !text.is_ascii() {
            return Err(WRONG);
        }
        for (at, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| WRONG)?;
        }
        Ok(Self(hash))
    }
}
