//! The instant that a local time means, by the rules of its time zone.

use chrono::{LocalResult, NaiveDateTime, Offset as _, TimeZone as _};
use chrono_tz::{GapInfo, Tz};
use wire::{LocalDateTime, LocalTimeNote, ResolvedLocalTime, UnixMs};

use crate::contact::time_zone;
use crate::field_checks::FieldErrors;

/// How a local time is written, by its length; nothing else is one.
const FORMS: [(usize, &str); 2] = [(16, "%Y-%m-%dT%H:%M"), (19, "%Y-%m-%dT%H:%M:%S")];
/// Minutes of an hour.
pub(crate) const MINUTES: u32 = 60;
/// Hours of a day.
const HOURS: u32 = 24;

/// The instant of a local time. One that the clocks skip is counted by the offset before the gap, and of one that they
/// show twice the first is meant (RFC 5545, section 3.3.5); then the second value says so. `None` where it is no local time.
#[must_use]
pub fn resolve(local: &LocalDateTime) -> Option<(UnixMs, Option<ResolvedLocalTime>)> {
    let zone: Tz = local.time_zone.parse().ok()?;
    let clock = parse(&local.date_time)?;
    match zone.from_local_datetime(&clock) {
        LocalResult::Single(at) => Some((UnixMs(at.timestamp_millis()), None)),
        LocalResult::Ambiguous(first, _) => {
            let resolved = ResolvedLocalTime {
                note: LocalTimeNote::Fold,
                offset: first.offset().fix().to_string(),
            };
            Some((UnixMs(first.timestamp_millis()), Some(resolved)))
        }
        LocalResult::None => {
            let (_, before) = GapInfo::new(&clock, &zone)?.begin?;
            let offset = before.fix();
            let at =
                clock.and_utc().timestamp_millis() - i64::from(offset.local_minus_utc()) * 1_000;
            let resolved = ResolvedLocalTime {
                note: LocalTimeNote::Gap,
                offset: offset.to_string(),
            };
            Some((UnixMs(at), Some(resolved)))
        }
    }
}

/// The minute of the day that `HH:MM` is; `None` for what is written otherwise.
pub(crate) fn minute_of_day(text: &str) -> Option<u32> {
    let below = |part: &str, bound: u32| {
        let is_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let number = part.parse::<u32>().ok().filter(|number| *number < bound);
        number.filter(|_| is_digits)
    };
    let (hours, minutes) = text.split_once(':')?;
    Some(below(hours, HOURS)? * MINUTES + below(minutes, MINUTES)?)
}

/// Checks a local start, and resolves it; its zone is then as the database writes it. `None` where it is none.
pub(crate) fn check_local(
    errors: &mut FieldErrors,
    said: LocalDateTime,
) -> Option<(UnixMs, LocalDateTime)> {
    let zone = time_zone(&said.time_zone);
    if zone.is_none() {
        errors.add(
            "starts_at_local.time_zone",
            "bad_time_zone",
            "That is not an IANA time zone, as Europe/Berlin.",
        );
    }
    if parse(&said.date_time).is_none() {
        errors.add(
            "starts_at_local.date_time",
            "bad_date_time",
            "A local time is written as 2027-03-14T02:30, without an offset.",
        );
    }
    let local = LocalDateTime {
        date_time: said.date_time,
        time_zone: zone?.to_owned(),
    };
    let (starts_at, _) = resolve(&local)?;
    Some((starts_at, local))
}

fn parse(date_time: &str) -> Option<NaiveDateTime> {
    let (_, form) = FORMS
        .iter()
        .find(|(length, _)| *length == date_time.len())?;
    let starts_with_a_digit = date_time.starts_with(|first: char| first.is_ascii_digit());
    let parsed = NaiveDateTime::parse_from_str(date_time, form).ok()?;
    // A leap second is a fraction above the second before it, and no time zone has one.
    let is_whole = parsed.and_utc().timestamp_subsec_nanos() == 0;
    (starts_with_a_digit && is_whole).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn local(date_time: &str, time_zone: &str) -> LocalDateTime {
        LocalDateTime {
            date_time: date_time.into(),
            time_zone: time_zone.into(),
        }
    }

    #[test]
    fn sch_123_local_times_resolve_as_rfc_5545_says() {
        use LocalTimeNote::{Fold, Gap};
        let table = [
            (
                "America/New_York",
                "2027-03-14T02:30",
                "2027-03-14T07:30:00Z",
                Some((Gap, "-05:00")),
            ),
            (
                "America/New_York",
                "2027-11-07T01:30",
                "2027-11-07T05:30:00Z",
                Some((Fold, "-04:00")),
            ),
            (
                "Europe/London",
                "2027-03-28T01:30",
                "2027-03-28T01:30:00Z",
                Some((Gap, "+00:00")),
            ),
            (
                "Europe/London",
                "2027-10-31T01:30",
                "2027-10-31T00:30:00Z",
                Some((Fold, "+01:00")),
            ),
            (
                "Australia/Lord_Howe",
                "2027-10-03T02:15",
                "2027-10-02T15:45:00Z",
                Some((Gap, "+10:30")),
            ),
            (
                "America/Santiago",
                "2027-09-05T00:30",
                "2027-09-05T04:30:00Z",
                Some((Gap, "-04:00")),
            ),
            (
                "Pacific/Apia",
                "2011-12-30T10:00",
                "2011-12-30T20:00:00Z",
                Some((Gap, "-10:00")),
            ),
            (
                "Asia/Kathmandu",
                "2027-06-01T12:00:30",
                "2027-06-01T06:15:30Z",
                None,
            ),
        ];
        for (zone, date_time, instant, note) in table {
            let (at, resolved) = resolve(&local(date_time, zone)).unwrap();
            let expected: chrono::DateTime<chrono::Utc> = instant.parse().unwrap();
            assert_eq!(at.0, expected.timestamp_millis(), "{zone} {date_time}");
            let resolved = resolved.map(|resolved| (resolved.note, resolved.offset));
            let note = note.map(|(note, offset)| (note, offset.to_owned()));
            assert_eq!(resolved, note, "{zone} {date_time}");
        }
    }

    #[test]
    fn sch_123_what_is_no_local_time_is_refused_by_its_field() {
        for date_time in [
            "",
            "2027-03-14",
            "2027-03-14 02:30",
            "2027-03-14T02:30Z",
            "2027-3-14T02:30:0",
            "2027-02-29T02:30",
            "2027-03-14T24:00",
            "2027-03-14T02:30:60",
            "+027-03-14T02:30",
            "2027-03-14T02:3\u{664}",
            "20270314T023000Z",
        ] {
            let mut errors = FieldErrors::default();
            assert_eq!(check_local(&mut errors, local(date_time, "UTC")), None);
            let fields: Vec<_> = errors.0.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, ["starts_at_local.date_time"], "{date_time:?}");
        }
        for zone in ["Mars/Base", "+25:00", "+01:00", ""] {
            let mut errors = FieldErrors::default();
            assert_eq!(
                check_local(&mut errors, local("2027-03-14T02:30", zone)),
                None
            );
            let codes: Vec<_> = errors.0.iter().map(|error| error.code.as_str()).collect();
            assert_eq!(codes, ["bad_time_zone"], "{zone:?}");
        }
        let read = check_local(
            &mut FieldErrors::default(),
            local("2027-03-14T02:30", "est5edt"),
        );
        assert_eq!(read.unwrap().1.time_zone, "EST5EDT");
    }

    proptest! {
        #[test]
        fn sch_123_a_time_that_is_once_on_the_clock_is_that_instant_and_another_is_within_a_day(
            seconds in 1_700_000_000_i64..4_000_000_000,
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        ) {
            let clock = chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            let written = clock.format("%Y-%m-%dT%H:%M:%S").to_string();
            let (at, resolved) = resolve(&local(&written, zone.name())).unwrap();
            let shown = zone.timestamp_millis_opt(at.0).unwrap().naive_local();
            let is_gap = resolved.is_some_and(|resolved| resolved.note == LocalTimeNote::Gap);
            prop_assert_eq!(shown == clock, !is_gap);
            prop_assert!((shown - clock).num_hours().abs() <= 24);
        }
    }
}
