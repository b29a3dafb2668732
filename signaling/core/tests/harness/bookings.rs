//! Bookings as a seed draws them: short enough that a run sees their end.

use signaling_core::Settings;
use wire::{DuplicatePolicy, IcePolicy, MediaBackend, OnLoss, Participant, SessionSpec, UnixMs};

use crate::prng::Prng;

/// When every one of them starts.
pub(crate) const START: i64 = 1_000_000;

pub(crate) fn settings() -> Settings {
    Settings {
        grace_ms: 5_000,
        resume_buffer_frames: 24,
        resume_buffer_bytes: 6 * 1024,
        ..Settings::default()
    }
}

pub(crate) fn some_spec(prng: &mut Prng) -> SessionSpec {
    // Before it can be live, before the first deadline, soon after it, and out of reach.
    let hard_end_ms = prng.one_of(&[-60_000, -10_000, 0, 8_000, 60_000]);
    let duration_ms = prng.one_of(&[1_000, 15_000, 60_000]);
    SessionSpec {
        id: "s".into(),
        revision: 1,
        participants: ["ann", "bob"].map(|name| Participant {
            user_id: name.into(),
            name: name.to_uppercase(),
        }),
        lobby_opens_at: UnixMs(START - 1_900),
        starts_at: UnixMs(START),
        closes_at: UnixMs(START + prng.one_of(&[500, 30_000, 30_000, 30_000])),
        countdown_ms: prng.one_of(&[500, 5_000]),
        duration_ms,
        extension_ms: 5_000,
        max_extensions: prng.one_of(&[0, 1, 2, 3]),
        hard_end_at: prng
            .permille(400)
            .then_some(UnixMs(START + (duration_ms + hard_end_ms).max(1))),
        connect_ms: 4_000,
        on_loss: prng.one_of(&[OnLoss::Run, OnLoss::Pause]),
        max_pause_ms: prng.one_of(&[0, 6_000, 6_000]),
        duplicate: prng.one_of(&[
            DuplicatePolicy::Takeover,
            DuplicatePolicy::Takeover,
            DuplicatePolicy::Reject,
        ]),
        media: prng.one_of(&[
            MediaBackend::P2p,
            MediaBackend::P2p,
            MediaBackend::P2p,
            MediaBackend::Livekit,
        ]),
        ice: prng.one_of(&[IcePolicy::All, IcePolicy::Relay]),
    }
}
