//! Quiet hours: whether an instant lies in them, by the clock of the person who has them.

use chrono::{TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use wire::{Quiet, UnixMs};

use crate::local_time::{MINUTES, minute_of_day};

/// True where a clock in that zone stands within the quiet hours at that moment; over midnight where they begin later in
/// the day than they end. Where the clocks are put forward or back, the hours are so much shorter or longer. The zone
/// that is not known is UTC.
pub(super) fn is_quiet(at: UnixMs, quiet: &Quiet, time_zone: Option<&str>) -> bool {
    let zone = time_zone.and_then(|name| name.parse::<Tz>().ok());
    let clock = zone.unwrap_or(Tz::UTC).timestamp_millis_opt(at.0).single();
    let hours = minute_of_day(&quiet.from).zip(minute_of_day(&quiet.to));
    let (Some(clock), Some((from, to))) = (clock, hours) else {
        return false;
    };
    let minute = clock.hour() * MINUTES + clock.minute();
    match from <= to {
        true => (from..to).contains(&minute),
        false => !(to..from).contains(&minute),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quiet(from: &str, to: &str) -> Quiet {
        Quiet {
            from: from.into(),
            to: to.into(),
        }
    }

    fn at(instant: &str) -> UnixMs {
        let instant: chrono::DateTime<chrono::Utc> = instant.parse().unwrap();
        UnixMs(instant.timestamp_millis())
    }

    /// How many minutes of the day that begins at `midnight` and lasts `hours` are quiet.
    fn quiet_minutes(midnight: &str, hours: i64, quiet: &Quiet, zone: &str) -> usize {
        let minutes = (0..hours * 60).map(|minute| at(midnight) + minute * 60_000);
        minutes
            .filter(|at| is_quiet(*at, quiet, Some(zone)))
            .count()
    }

    #[test]
    fn sch_351_quiet_hours_are_by_the_persons_own_clock_and_over_midnight() {
        let night = quiet("22:00", "08:00");
        for (instant, zone, is) in [
            ("2027-06-01T12:59:59Z", "Asia/Seoul", false),
            ("2027-06-01T13:00:00Z", "Asia/Seoul", true),
            ("2027-06-01T22:59:59Z", "Asia/Seoul", true),
            ("2027-06-01T23:00:00Z", "Asia/Seoul", false),
            ("2027-06-01T16:14:59Z", "Asia/Kathmandu", false),
            ("2027-06-01T16:15:00Z", "Asia/Kathmandu", true),
            ("2027-06-01T21:59:59Z", "Mars/Base", false),
            ("2027-06-01T22:00:00Z", "Mars/Base", true),
        ] {
            assert_eq!(
                is_quiet(at(instant), &night, Some(zone)),
                is,
                "{instant} {zone}"
            );
        }
        assert!(is_quiet(at("2027-06-01T22:00:00Z"), &night, None), "UTC");
        let noon = quiet("12:00", "13:00");
        assert!(is_quiet(at("2027-06-01T12:59:59Z"), &noon, None));
        assert!(!is_quiet(at("2027-06-01T13:00:00Z"), &noon, None));
    }

    #[test]
    fn sch_351_the_hour_that_the_clocks_skip_is_not_there_and_the_one_that_comes_twice_counts_twice()
     {
        let early = quiet("01:00", "04:00");
        let zone = "America/New_York";
        assert_eq!(quiet_minutes("2027-03-13T05:00:00Z", 24, &early, zone), 180);
        assert_eq!(quiet_minutes("2027-03-14T05:00:00Z", 23, &early, zone), 120);
        assert_eq!(quiet_minutes("2027-11-07T04:00:00Z", 25, &early, zone), 240);
        let howe = "Australia/Lord_Howe";
        assert_eq!(quiet_minutes("2027-10-02T13:30:00Z", 24, &early, howe), 150);
    }

    proptest! {
        #[test]
        fn sch_351_an_instant_is_quiet_by_what_the_clock_on_the_wall_shows(
            seconds in 1_700_000_000_i64..4_000_000_000,
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
            (from, to) in (0_u32..1440, 0_u32..1440).prop_filter("none are none", |(from, to)| from != to),
        ) {
            let hours = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
            let (from, to) = (hours(from), hours(to));
            let now = UnixMs(seconds * 1_000);
            let wall = zone.timestamp_millis_opt(now.0).unwrap().format("%H:%M").to_string();
            let within = from <= wall && wall < to;
            let over_midnight = from > to && (wall >= from || wall < to);
            let found = is_quiet(now, &quiet(&from, &to), Some(zone.name()));
            prop_assert_eq!(found, within || over_midnight);
            prop_assert_eq!(is_quiet(now, &quiet(&to, &from), Some(zone.name())), !found);
        }
    }
}
