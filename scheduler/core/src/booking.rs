//! A booking as it was requested, checked against every bound.

use wire::{BookSession, DuplicatePolicy, FieldError, IcePolicy, MediaBackend, OnLoss, UnixMs};

use crate::field_checks::{
    CLOSES_AFTER_MS, CONNECT_MS, COUNTDOWN_MS, DURATION_MS, EXTENSION_MS, FieldErrors, LOBBY_MS,
    MAX_EXTENSIONS, MAX_PAUSE_MS,
};
use crate::participant::{ParticipantRef, check_people};
use crate::start::SaidStart;
use crate::terms::{self, Terms};

/// A booking within every bound.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedBooking {
    /// The two; the second is the polite one.
    pub people: [ParticipantRef; 2],
    /// What was agreed, with every default filled in.
    pub terms: Terms,
}

/// Fills in the defaults and checks every bound.
///
/// # Errors
/// Every field that is wrong, not only the first.
pub fn check_booking(
    now: UnixMs,
    offer: BookSession,
    media_configured: &[MediaBackend],
) -> Result<CheckedBooking, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let people = check_people(&mut errors, offer.participants);
    if offer.starts_at.is_none() && offer.starts_at_local.is_none() {
        errors.add(
            "starts_at",
            "required",
            "Say when: `starts_at` or `starts_at_local`.",
        );
    }
    let start = SaidStart::read(&mut errors, offer.starts_at, offer.starts_at_local);
    let (starts_at, starts_at_local) =
        start.map_or((now, None), |start| start.agreed(&mut errors, now));
    let reminders = offer
        .remind_before_ms
        .unwrap_or_else(|| terms::DEFAULT_REMIND_BEFORE_MS.to_vec());
    let terms = Terms {
        starts_at,
        starts_at_local,
        duration_ms: offer.duration_ms.unwrap_or(terms::DEFAULT_DURATION_MS),
        countdown_ms: offer.countdown_ms.unwrap_or(terms::DEFAULT_COUNTDOWN_MS),
        lobby_ms: offer.lobby_ms.unwrap_or(terms::DEFAULT_LOBBY_MS),
        closes_after_ms: offer
            .closes_after_ms
            .unwrap_or(terms::DEFAULT_CLOSES_AFTER_MS),
        extension_ms: offer.extension_ms.unwrap_or(terms::DEFAULT_EXTENSION_MS),
        max_extensions: offer
            .max_extensions
            .unwrap_or(terms::DEFAULT_MAX_EXTENSIONS),
        hard_end_at: offer.hard_end_at,
        connect_ms: offer.connect_ms.unwrap_or(terms::DEFAULT_CONNECT_MS),
        on_loss: offer.on_loss.unwrap_or(OnLoss::Run),
        max_pause_ms: offer.max_pause_ms.unwrap_or(terms::DEFAULT_MAX_PAUSE_MS),
        duplicate: offer.duplicate.unwrap_or(DuplicatePolicy::Takeover),
        media: offer.media.unwrap_or(MediaBackend::P2p),
        ice: offer.ice.unwrap_or(IcePolicy::All),
        allow_overlap: offer.allow_overlap.unwrap_or(true),
        followed_at: None,
        remind_before_ms: errors.reminders(reminders),
        metadata: offer.metadata,
    };
    check_bounds(&mut errors, &terms, media_configured);
    match people {
        Some(people) => errors.into_result(CheckedBooking { people, terms }),
        None => Err(errors.0),
    }
}

/// The bounds that hold for a booking and for a change alike.
pub(crate) fn check_bounds(
    errors: &mut FieldErrors,
    terms: &Terms,
    media_configured: &[MediaBackend],
) {
    errors.within("duration_ms", terms.duration_ms, DURATION_MS);
    errors.within("countdown_ms", terms.countdown_ms, COUNTDOWN_MS);
    errors.within("lobby_ms", terms.lobby_ms, LOBBY_MS);
    errors.within("closes_after_ms", terms.closes_after_ms, CLOSES_AFTER_MS);
    errors.within("extension_ms", terms.extension_ms, EXTENSION_MS);
    errors.within(
        "max_extensions",
        i64::from(terms.max_extensions),
        MAX_EXTENSIONS,
    );
    errors.within("connect_ms", terms.connect_ms, CONNECT_MS);
    errors.within("max_pause_ms", terms.max_pause_ms, MAX_PAUSE_MS);
    errors.hard_end(terms.starts_at, terms.hard_end_at);
    errors.media(terms.media, media_configured);
    errors.metadata(terms.metadata.as_ref());
}

#[cfg(test)]
pub(crate) mod tests;
