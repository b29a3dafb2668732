//! Opening a gift before its time: once a day, by the receiver's own calendar.

use chrono::{Days, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use wire::{EventType, LocalDateTime, UnixMs, UserId};

use super::announce::Announcer;
use super::gift::Gift;
use super::opening::read_gift;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use crate::ids::NewId;
use crate::local_time::resolve;

/// A day where the calendar tells none: beyond what dates can be.
const DAY_MS: i64 = 86_400_000;

/// What is loaded for whoever peeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeekContext {
    /// The gift of that id.
    pub gift: Option<Gift>,
    /// The receiver's IANA time zone, if it is known.
    pub time_zone: Option<String>,
    /// When the receiver may peek again, as it was fixed when they last did.
    pub next_peek_at: Option<UnixMs>,
}

/// Opens a sealed gift for its receiver. One that is open stays as it is, and costs no peek; nor does one whose time has
/// come, and that only waits to be read.
///
/// # Errors
/// [`MatchingRefusal::NotFound`] for whoever does not have it, [`MatchingRefusal::NoPeeksLeft`].
pub fn peek(
    now: UnixMs,
    user: &UserId,
    found: PeekContext,
    new_id: NewId<'_>,
) -> MatchingDecision<Gift> {
    let gift = found.gift.filter(|gift| gift.is_received_by(user));
    let mut gift = gift.ok_or(MatchingRefusal::NotFound)?;
    if !gift.is_sealed(now) {
        return Ok(Decided::unchanged(gift));
    }
    if gift.opens_when_read(user, now) {
        return read_gift(now, user, Some(gift), new_id);
    }
    if let Some(at) = found.next_peek_at.filter(|at| *at > now) {
        return Err(MatchingRefusal::NoPeeksLeft(at));
    }
    gift.opened_at = Some(now);
    let at = next_day(now, found.time_zone.as_deref());
    let mut announcer = Announcer::new(now, new_id);
    announcer.gift(&gift, EventType::GiftOpened);
    let changes = vec![
        MatchingChange::UpdateGift(Box::new(gift.clone())),
        MatchingChange::SetNextPeek {
            user: user.clone(),
            at,
        },
    ];
    Ok(Decided {
        answer: gift,
        effects: MatchingEffects::new(changes, announcer.effects),
    })
}

/// When the next day begins in a zone; in UTC where none is known. Clocks that skip midnight begin the day where they
/// come out, and clocks that show it twice the first time, unless that is past.
fn next_day(now: UnixMs, time_zone: Option<&str>) -> UnixMs {
    let zone: Tz = time_zone
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC);
    let local = zone.timestamp_millis_opt(now.0).single();
    let date = local.and_then(|local| local.date_naive().checked_add_days(Days::new(1)));
    let Some(date) = date else {
        return now + DAY_MS;
    };
    let midnight = LocalDateTime {
        date_time: date.format("%Y-%m-%dT00:00").to_string(),
        time_zone: zone.name().to_owned(),
    };
    let first = resolve(&midnight).map(|(at, _)| at).filter(|at| *at > now);
    let last = || {
        let shown = zone.from_local_datetime(&date.and_time(NaiveTime::MIN));
        let at = UnixMs(shown.latest()?.timestamp_millis());
        Some(at).filter(|at| *at > now)
    };
    first.or_else(last).unwrap_or(now + DAY_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> UnixMs {
        let at: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
        UnixMs(at.timestamp_millis())
    }

    #[test]
    fn sch_173_the_next_day_begins_by_the_clock_of_the_receiver() {
        for (zone, now, next) in [
            (
                "Europe/Berlin",
                "2027-06-01T21:59:59Z",
                "2027-06-01T22:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2027-06-01T22:00:00Z",
                "2027-06-02T22:00:00Z",
            ),
            // The day of 23 hours, and the day of 25.
            (
                "Europe/Berlin",
                "2027-03-27T23:00:00Z",
                "2027-03-28T22:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2027-10-30T22:00:00Z",
                "2027-10-31T23:00:00Z",
            ),
            ("Asia/Seoul", "2027-01-01T14:59:59Z", "2027-01-01T15:00:00Z"),
            // Midnight is skipped: the day begins at one.
            (
                "America/Santiago",
                "2027-09-04T12:00:00Z",
                "2027-09-05T04:00:00Z",
            ),
            // Midnight comes twice: the day begins with the first.
            (
                "America/Havana",
                "2027-11-06T12:00:00Z",
                "2027-11-07T04:00:00Z",
            ),
            // A whole day is skipped.
            (
                "Pacific/Apia",
                "2011-12-29T20:00:00Z",
                "2011-12-30T10:00:00Z",
            ),
            // From just after midnight back into the day before: the second midnight is still ahead.
            (
                "America/St_Johns",
                "2010-11-07T03:00:00Z",
                "2010-11-07T03:30:00Z",
            ),
        ] {
            assert_eq!(next_day(at(now), Some(zone)), at(next), "{zone} {now}");
        }
        assert_eq!(
            next_day(at("2027-06-01T05:00:00Z"), None),
            at("2027-06-02T00:00:00Z")
        );
        assert_eq!(
            next_day(at("2027-06-01T05:00:00Z"), Some("Mars/Base")),
            at("2027-06-02T00:00:00Z")
        );
    }

    proptest! {
        #[test]
        fn sch_173_the_next_day_is_ahead_and_at_most_two_days_off(
            seconds in 1_000_000_000_i64..4_000_000_000,
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        ) {
            let now = UnixMs(seconds * 1_000);
            let next = next_day(now, Some(zone.name()));
            prop_assert!(next > now && next.since(now) <= 2 * DAY_MS);
            let date = |at: UnixMs| zone.timestamp_millis_opt(at.0).unwrap().date_naive();
            prop_assert!(date(next) > date(now));
        }
    }
}
