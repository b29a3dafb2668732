//! A moment as it is written to a person: in their language, by their calendar's order and their clock, in their time zone.
//! Texts are in English and Korean; a reader of another language gets English with the clock of their own country.

use chrono::{DateTime, Datelike as _, Offset as _, Timelike as _, Utc};
use chrono_tz::Tz;
use wire::UnixMs;

/// Regions whose clocks say the hours twice a day (CLDR, `timeData`).
const TWELVE_HOURS: [&str; 70] = [
    "AE", "AG", "AL", "AS", "AU", "BB", "BD", "BH", "BM", "BN", "BS", "BT", "CA", "CO", "CY", "DJ",
    "DM", "DO", "DZ", "EG", "EH", "ER", "ET", "FJ", "GD", "GH", "GM", "GR", "GU", "GY", "HK", "IN",
    "IQ", "JM", "JO", "KH", "KI", "KN", "KP", "KR", "KW", "KY", "LB", "LC", "LR", "LY", "MH", "MO",
    "MW", "MY", "NA", "NZ", "OM", "PG", "PH", "PK", "PR", "PS", "QA", "SA", "SB", "SD", "SG", "SL",
    "SO", "SS", "SY", "TW", "US", "YE",
];
/// Languages whose readers have such a clock where no region is said.
const TWELVE_HOUR_LANGUAGES: [&str; 21] = [
    "am", "ar", "bn", "el", "en", "fil", "gu", "hi", "km", "kn", "ko", "ml", "mr", "ms", "or",
    "pa", "so", "sq", "ta", "te", "ur",
];
/// Regions that write the month before the day in English.
const MONTH_FIRST: [&str; 10] = ["AS", "CA", "GU", "JP", "KR", "MH", "PH", "PR", "TW", "US"];

/// A language that texts are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReaderLanguage {
    /// For everybody who does not read the other.
    English,
    /// For whoever reads Korean.
    Korean,
}

impl ReaderLanguage {
    /// Of a BCP 47 tag.
    #[must_use]
    pub fn of(locale: Option<&str>) -> Self {
        match locale.map(language) {
            Some("ko") => Self::Korean,
            _ => Self::English,
        }
    }

    /// The tag of the language.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }
}

/// Who reads a moment, and where.
#[derive(Debug, Clone, Copy)]
pub struct TimeReader<'a> {
    /// The language of the text around it.
    pub language: ReaderLanguage,
    /// BCP 47 tag of the reader's own language, which says how their clock is.
    pub locale: Option<&'a str>,
    /// IANA time zone; UTC where none is known.
    pub time_zone: Option<&'a str>,
}

/// The parts of a moment, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenTime {
    /// Weekday and date, as `Friday, 15 January 2027`.
    pub date: String,
    /// The time of day, as `17:00` or `5:00 PM`.
    pub time: String,
    /// The time zone with its offset then, as `Asia/Seoul (UTC+09:00)`.
    pub zone: String,
    /// Whether it lies in the day of the reader in which it is told: then a time of day says it all.
    pub is_today: bool,
}

impl SpokenTime {
    /// How a reader is told, at `told_at`, of a moment.
    #[must_use]
    pub fn of(at: UnixMs, told_at: UnixMs, reader: TimeReader<'_>) -> Self {
        let zone = reader.time_zone.and_then(|name| name.parse::<Tz>().ok());
        let zone = zone.unwrap_or(Tz::UTC);
        let local_of = |at: UnixMs| {
            let utc: DateTime<Utc> = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
            utc.with_timezone(&zone)
        };
        let local = local_of(at);
        Self {
            date: date(&local, reader),
            time: time(&local, reader),
            zone: zone_name(zone, &local),
            is_today: local.date_naive() == local_of(told_at).date_naive(),
        }
    }
}

fn date(at: &DateTime<Tz>, reader: TimeReader<'_>) -> String {
    const WEEKDAYS: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];
    let (year, month, day) = (at.year(), at.month(), at.day());
    match reader.language {
        ReaderLanguage::Korean => {
            let weekday = WEEKDAYS[at.weekday().num_days_from_monday() as usize];
            format!("{year}년 {month}월 {day}일 {weekday}요일")
        }
        ReaderLanguage::English if is_month_first(reader.locale) => {
            at.format("%A, %B %-d, %Y").to_string()
        }
        ReaderLanguage::English => at.format("%A, %-d %B %Y").to_string(),
    }
}

fn time(at: &DateTime<Tz>, reader: TimeReader<'_>) -> String {
    let minute = at.minute();
    if !has_twelve_hours(reader.locale) {
        return format!("{:02}:{minute:02}", at.hour());
    }
    let (is_after_noon, hour) = at.hour12();
    match (reader.language, is_after_noon) {
        (ReaderLanguage::Korean, false) => format!("오전 {hour}:{minute:02}"),
        (ReaderLanguage::Korean, true) => format!("오후 {hour}:{minute:02}"),
        (ReaderLanguage::English, false) => format!("{hour}:{minute:02} AM"),
        (ReaderLanguage::English, true) => format!("{hour}:{minute:02} PM"),
    }
}

/// The name of the zone without underscores, and how far it is from UTC at that moment.
fn zone_name(zone: Tz, at: &DateTime<Tz>) -> String {
    if zone == Tz::UTC {
        return "UTC".to_owned();
    }
    let name = zone.name().replace('_', " ");
    format!("{name} (UTC{})", at.offset().fix())
}

/// The first subtag of a tag.
fn language(locale: &str) -> &str {
    locale.split('-').next().unwrap_or_default()
}

/// The region of a tag, if it says one; what stands behind a single letter is of an extension.
fn region(locale: &str) -> Option<&str> {
    let parts = locale.split('-').skip(1);
    let mut parts = parts.take_while(|part| part.len() > 1);
    parts.find(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase()))
}

/// The clock that the tag asks for (`-u-hc-`), else that of its region, else that of its language.
fn has_twelve_hours(locale: Option<&str>) -> bool {
    let locale = locale.unwrap_or("en");
    if let Some((_, asked)) = locale.split_once("-hc-") {
        return asked.starts_with("h11") || asked.starts_with("h12");
    }
    match region(locale) {
        Some(region) => TWELVE_HOURS.contains(&region),
        None => TWELVE_HOUR_LANGUAGES.contains(&language(locale)),
    }
}

fn is_month_first(locale: Option<&str>) -> bool {
    let locale = locale.unwrap_or("en");
    match region(locale) {
        Some(region) => MONTH_FIRST.contains(&region),
        None => language(locale) == "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(at: UnixMs, locale: &str, zone: &str) -> [String; 3] {
        let reader = TimeReader {
            language: ReaderLanguage::of(Some(locale)),
            locale: Some(locale),
            time_zone: Some(zone),
        };
        let spoken = SpokenTime::of(at, at, reader);
        [spoken.date, spoken.time, spoken.zone]
    }

    #[test]
    fn sch_315_a_moment_is_written_in_its_readers_zone_and_by_their_clock() {
        // 2027-03-14T06:30:00Z, an hour in which New York has still winter time.
        let at = UnixMs(1_805_005_800_000);
        for (locale, zone, date, time, named) in [
            (
                "en-US",
                "America/New_York",
                "Sunday, March 14, 2027",
                "1:30 AM",
                "America/New York (UTC-05:00)",
            ),
            ("en", "UTC", "Sunday, March 14, 2027", "6:30 AM", "UTC"),
            (
                "en-GB",
                "Europe/London",
                "Sunday, 14 March 2027",
                "06:30",
                "Europe/London (UTC+00:00)",
            ),
            (
                "de-DE",
                "Europe/Berlin",
                "Sunday, 14 March 2027",
                "07:30",
                "Europe/Berlin (UTC+01:00)",
            ),
            (
                "ko",
                "Asia/Seoul",
                "2027년 3월 14일 일요일",
                "오후 3:30",
                "Asia/Seoul (UTC+09:00)",
            ),
            (
                "ko-KR-u-hc-h23",
                "Asia/Seoul",
                "2027년 3월 14일 일요일",
                "15:30",
                "Asia/Seoul (UTC+09:00)",
            ),
            (
                "en-IN",
                "Asia/Kolkata",
                "Sunday, 14 March 2027",
                "12:00 PM",
                "Asia/Kolkata (UTC+05:30)",
            ),
            (
                "zh-Hant-TW",
                "Asia/Taipei",
                "Sunday, March 14, 2027",
                "2:30 PM",
                "Asia/Taipei (UTC+08:00)",
            ),
        ] {
            assert_eq!(
                spoken(at, locale, zone),
                [date, time, named],
                "{locale} {zone}"
            );
        }
        let summer = spoken(at + 3_600_000, "en-US", "America/New_York");
        assert_eq!(summer[1..], ["3:30 AM", "America/New York (UTC-04:00)"]);
        assert_eq!(
            spoken(at, "en", "Mars/Base")[2],
            "UTC",
            "a zone that is none"
        );
    }

    #[test]
    fn sch_397_today_is_the_day_of_the_readers_own_zone() {
        const HOUR_MS: i64 = 3_600_000;
        // 2027-03-14T06:30:00Z.
        let at = UnixMs(1_805_005_800_000);
        for (zone, hours_before, is_today) in [
            ("UTC", 6, true),
            ("UTC", 7, false),
            ("UTC", 24, false),
            // Half past three in the afternoon there, and half past one in the night.
            ("Asia/Seoul", 15, true),
            ("Asia/Seoul", 16, false),
            ("America/New_York", 1, true),
            ("America/New_York", 2, false),
        ] {
            let reader = TimeReader {
                language: ReaderLanguage::English,
                locale: None,
                time_zone: Some(zone),
            };
            let spoken = SpokenTime::of(at, at - hours_before * HOUR_MS, reader);
            assert_eq!(spoken.is_today, is_today, "{zone} {hours_before}");
        }
    }

    #[test]
    fn sch_315_korean_is_for_whoever_reads_korean() {
        for (locale, language) in [
            (Some("ko"), ReaderLanguage::Korean),
            (Some("ko-KR"), ReaderLanguage::Korean),
            (Some("kok"), ReaderLanguage::English),
            (Some("de"), ReaderLanguage::English),
            (None, ReaderLanguage::English),
        ] {
            assert_eq!(ReaderLanguage::of(locale), language, "{locale:?}");
        }
    }
}
