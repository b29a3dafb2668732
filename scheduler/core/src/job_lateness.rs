//! Until when what was missed is still of use: a scheduler that was down does that and no more.

use wire::UnixMs;

use crate::session::BookedSession;
use crate::terms::Terms;

/// However short before the start a reminder was to go out, it may be so much late, in milliseconds: an hour before
/// somebody has to be there, any reminder is of use.
const LEAST_MS: i64 = 3_600_000;
/// How late an unread message may still be told of, in milliseconds: whoever has not read it for a day has seen the list.
const DIGEST_MS: i64 = 86_400_000;

/// The moment from which on a reminder is too late: half of its offset after it was due, or an hour where that is more,
/// and in any case the start.
#[must_use]
pub(crate) fn reminder_useful_until(terms: &Terms, before_ms: i64) -> UnixMs {
    let due_at = terms.starts_at - before_ms;
    let late_ms = (before_ms / 2).max(LEAST_MS);
    (due_at + late_ms).min(terms.starts_at)
}

/// The moment from which on nobody is told that the lobby is open: the session's latest end, or its close where nobody
/// has come by then.
#[must_use]
pub(crate) fn lobby_useful_until(session: &BookedSession) -> UnixMs {
    if session.record.anybody_came() {
        session.spec().latest_end()
    } else {
        session.terms.closes_at()
    }
}

/// The moment from which on a digest of unread messages that was due at `due_at` is too late.
#[must_use]
pub(crate) fn digest_useful_until(due_at: UnixMs) -> UnixMs {
    due_at + DIGEST_MS
}

#[cfg(test)]
mod tests {
    use wire::MediaBackend;

    use super::*;
    use crate::booking::check_booking;
    use crate::booking::tests::{NOW, offer};

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn sch_263_a_reminder_may_be_late_by_half_of_its_offset_or_an_hour_and_not_past_the_start() {
        let mut offer = offer();
        offer.starts_at = Some(NOW + 72 * HOUR);
        let terms = check_booking(NOW, offer, &[MediaBackend::P2p])
            .unwrap()
            .terms;
        for (before, left) in [
            (24 * HOUR, 12 * HOUR),
            (4 * HOUR, 2 * HOUR),
            (2 * HOUR, HOUR),
            (90 * MINUTE, 30 * MINUTE),
            (HOUR, 0),
            (10 * MINUTE, 0),
            (0, 0),
        ] {
            let until = reminder_useful_until(&terms, before);
            assert_eq!(terms.starts_at.since(until), left, "{before} ms before");
        }
    }
}
