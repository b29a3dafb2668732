//! A change of a booking, laid over what was agreed.

use wire::{ChangeSession, FieldError, MediaBackend, UnixMs};

use crate::booking::check_bounds;
use crate::field_checks::FieldErrors;
use crate::local_time::resolve;
use crate::session::BookedSession;
use crate::start::SaidStart;
use crate::terms::Terms;

/// What would be agreed after `change`; what it does not name stays.
///
/// # Errors
/// Every field that is wrong.
pub fn check_change(
    now: UnixMs,
    terms: &Terms,
    change: ChangeSession,
    media_configured: &[MediaBackend],
) -> Result<Terms, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let old = terms.clone();
    let start = SaidStart::read(&mut errors, change.starts_at, change.starts_at_local);
    let (starts_at, starts_at_local) = match start {
        None => (old.starts_at, old.starts_at_local),
        // The start that it has is no choice: it may be past, and must not become now.
        Some(same) if same.starts_at == old.starts_at => {
            (old.starts_at, same.local.or(old.starts_at_local))
        }
        Some(start) => start.agreed(&mut errors, now),
    };
    let changed = Terms {
        starts_at,
        starts_at_local,
        duration_ms: change.duration_ms.unwrap_or(old.duration_ms),
        countdown_ms: change.countdown_ms.unwrap_or(old.countdown_ms),
        lobby_ms: change.lobby_ms.unwrap_or(old.lobby_ms),
        closes_after_ms: change.closes_after_ms.unwrap_or(old.closes_after_ms),
        extension_ms: change.extension_ms.unwrap_or(old.extension_ms),
        max_extensions: change.max_extensions.unwrap_or(old.max_extensions),
        hard_end_at: change.hard_end_at.or(old.hard_end_at),
        connect_ms: change.connect_ms.unwrap_or(old.connect_ms),
        on_loss: change.on_loss.unwrap_or(old.on_loss),
        max_pause_ms: change.max_pause_ms.unwrap_or(old.max_pause_ms),
        duplicate: change.duplicate.unwrap_or(old.duplicate),
        media: change.media.unwrap_or(old.media),
        ice: change.ice.unwrap_or(old.ice),
        allow_overlap: change.allow_overlap.unwrap_or(old.allow_overlap),
        followed_at: old.followed_at,
        remind_before_ms: match change.remind_before_ms {
            Some(before_ms) => errors.reminders(before_ms),
            None => old.remind_before_ms,
        },
        metadata: change.metadata.or(old.metadata),
    };
    check_bounds(&mut errors, &changed, media_configured);
    errors.into_result(changed)
}

/// The terms of a session that is ahead and was agreed on by the clock of a time zone, where the rules of the zone now
/// mean another instant. One that would be past is now.
#[must_use]
pub fn kept_to_local_time(now: UnixMs, session: &BookedSession) -> Option<Terms> {
    let terms = &session.terms;
    let (starts_at, _) = resolve(terms.starts_at_local.as_ref()?)?;
    let is_ahead = terms.starts_at > now && session.over(now).is_none();
    (is_ahead && starts_at != terms.starts_at).then(|| Terms {
        starts_at: starts_at.max(now),
        ..terms.clone()
    })
}

#[cfg(test)]
mod tests {
    use wire::LocalDateTime;

    use super::*;
    use crate::booking::check_booking;
    use crate::booking::tests::{NOW, offer};

    const P2P: &[MediaBackend] = &[MediaBackend::P2p];

    #[test]
    fn sch_4_a_change_touches_only_what_it_names() {
        let terms = check_booking(NOW, offer(), P2P).unwrap().terms;
        let later = ChangeSession {
            starts_at: Some(NOW + 900_000),
            ..ChangeSession::default()
        };
        let changed = check_change(NOW, &terms, later, P2P).unwrap();
        assert_eq!(changed.starts_at, NOW + 900_000);
        assert_eq!(
            Terms {
                starts_at: terms.starts_at,
                ..changed
            },
            terms
        );
    }

    #[test]
    fn sch_4_a_start_that_is_past_may_stay_but_not_be_chosen() {
        let terms = check_booking(NOW, offer(), P2P).unwrap().terms;
        let long_after = terms.starts_at + 3_600_000;
        let longer = ChangeSession {
            duration_ms: Some(120_000),
            ..ChangeSession::default()
        };
        assert!(check_change(long_after, &terms, longer, P2P).is_ok());
        for at in [terms.starts_at + 1, long_after] {
            let same = ChangeSession {
                starts_at: Some(terms.starts_at),
                ..ChangeSession::default()
            };
            assert_eq!(check_change(at, &terms, same, P2P).unwrap(), terms);
        }
        let back = ChangeSession {
            starts_at: Some(terms.starts_at - 1),
            ..ChangeSession::default()
        };
        let errors = check_change(long_after, &terms, back, P2P).unwrap_err();
        assert_eq!(errors[0].code, "in_the_past");
    }

    #[test]
    fn sch_124_a_start_by_the_clock_is_moved_by_the_clock_or_by_an_instant() {
        let terms = check_booking(NOW, offer(), P2P).unwrap().terms;
        let to = |starts_at: Option<UnixMs>, date_time: Option<&str>| ChangeSession {
            starts_at,
            starts_at_local: date_time.map(|date_time| LocalDateTime {
                date_time: date_time.into(),
                time_zone: "europe/berlin".into(),
            }),
            ..ChangeSession::default()
        };
        // NOW is 2030-03-17T17:46:40Z.
        let change = to(None, Some("2030-03-31T02:30"));
        let moved = check_change(NOW, &terms, change.clone(), P2P).unwrap();
        assert_eq!(moved.starts_at, UnixMs(1_901_151_000_000), "01:30 UTC");
        let local = moved.starts_at_local.clone().unwrap();
        assert_eq!(local.time_zone, "Europe/Berlin");
        assert_eq!(check_change(NOW, &moved, change, P2P).unwrap(), moved);
        let same = check_change(NOW, &moved, to(Some(moved.starts_at), None), P2P);
        assert_eq!(
            same.unwrap(),
            moved,
            "who names the start that it has moves nothing"
        );
        let by_instant = check_change(NOW, &moved, to(Some(NOW + 900_000), None), P2P).unwrap();
        assert_eq!(
            (by_instant.starts_at, by_instant.starts_at_local),
            (NOW + 900_000, None)
        );
        for (change, field) in [
            (
                to(Some(NOW + 1), Some("2030-03-31T02:30")),
                "starts_at_local",
            ),
            (to(None, Some("2030-03-17T18:45")), "starts_at_local"),
            (
                to(None, Some("2030-03-32T02:30")),
                "starts_at_local.date_time",
            ),
        ] {
            let errors = check_change(NOW, &terms, change, P2P).unwrap_err();
            assert_eq!(errors[0].field, field);
        }
    }

    #[test]
    fn sch_205_what_is_ahead_keeps_to_its_local_time_when_the_rules_change() {
        let mut session = crate::settlement::tests::session();
        assert_eq!(kept_to_local_time(NOW, &session), None, "no local time");
        // NOW is 2030-03-17T17:46:40Z, and Berlin is an hour ahead.
        session.terms.starts_at_local = Some(LocalDateTime {
            date_time: "2030-03-17T19:00".into(),
            time_zone: "Europe/Berlin".into(),
        });
        let by_the_rules = NOW + 800_000;
        session.terms.starts_at = by_the_rules;
        assert_eq!(kept_to_local_time(NOW, &session), None);
        session.terms.starts_at = by_the_rules + 3_600_000;
        let kept = kept_to_local_time(NOW, &session).unwrap();
        assert_eq!(kept.starts_at, by_the_rules);
        let later = by_the_rules + 1_000;
        assert_eq!(
            kept_to_local_time(later, &session).unwrap().starts_at,
            later
        );
        let begun = session.terms.starts_at;
        assert_eq!(kept_to_local_time(begun, &session), None);
        session.cancelled = true;
        assert_eq!(kept_to_local_time(NOW, &session), None);
    }
}
