//! How a person is reached: e-mail address, language and time zone. A language that nobody can read costs no
//! booking, a time zone that does not exist does: reminders would come at another hour.

use chrono_tz::TZ_VARIANTS;

use crate::field_checks::FieldErrors;

/// Bytes of an e-mail address (RFC 5321: 256 with the angle brackets).
const MAX_EMAIL_BYTES: usize = 254;
/// Bytes before the `@` (RFC 5321).
const MAX_LOCAL_PART_BYTES: usize = 64;
/// Bytes of a language tag; those of RFC 5646 that anybody uses are shorter.
const MAX_LOCALE_BYTES: usize = 64;

/// What an application says of how to reach a person; none is known where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) email: Option<String>,
    /// A BCP 47 language tag.
    pub(crate) locale: Option<String>,
    /// An IANA time zone, as the database writes it.
    pub(crate) time_zone: Option<String>,
}

/// Checks address and zone of the person at `path`, and reads the language.
pub(crate) fn check_contact(errors: &mut FieldErrors, path: &str, said: Contact) -> Contact {
    let email = said.email.map(|email| email.trim().to_owned());
    if email.as_deref().is_some_and(|email| !is_email(email)) {
        errors.add(
            format!("{path}.email"),
            "bad_email",
            "That is not an e-mail address.",
        );
    }
    let zone = said.time_zone.as_deref().map(time_zone);
    if zone == Some(None) {
        errors.add(
            format!("{path}.time_zone"),
            "bad_time_zone",
            "That is not an IANA time zone, as Europe/Berlin.",
        );
    }
    Contact {
        email,
        locale: said.locale.as_deref().and_then(locale),
        time_zone: zone.flatten().map(str::to_owned),
    }
}

pub(crate) fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_control() || c.is_whitespace() || "<>,;:\"".contains(c);
    !local.is_empty()
        && local.len() <= MAX_LOCAL_PART_BYTES
        && !local.contains('@')
        && !domain.is_empty()
        && email.len() <= MAX_EMAIL_BYTES
        && !email.chars().any(plain)
}

/// The zone of the IANA database with that name or alias, in whatever case it is written. No offset is one:
/// it does not say when the clocks change.
pub(crate) fn time_zone(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let zones = TZ_VARIANTS.iter().map(|zone| zone.name());
    zones
        .into_iter()
        .find(|zone| zone.eq_ignore_ascii_case(name))
}

/// The BCP 47 tag that a text means: tags in any case, those of POSIX (`zh_Hant_TW`, `de_DE.UTF-8@euro`), and
/// the first of an `Accept-Language`. None where it names no language, as `C` and `*`.
pub(crate) fn locale(text: &str) -> Option<String> {
    let first = text.split([',', ';']).next()?.trim();
    let tag = first.split(['.', '@']).next()?.replace('_', "-");
    let mut parts = tag.split('-');
    let language = parts.next().filter(|part| is_language(part))?;
    let mut read = language.to_ascii_lowercase();
    let mut in_extension = false;
    for part in parts {
        let fits = (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits || read.len() + part.len() >= MAX_LOCALE_BYTES {
            // What is wrong at the end does not make the beginning wrong.
            break;
        }
        in_extension |= part.len() == 1;
        read.push('-');
        read.push_str(&subtag(part, in_extension));
    }
    // A single letter begins what follows it, and stands for nothing alone.
    if read.len() > 2 && read.as_bytes()[read.len() - 2] == b'-' {
        read.truncate(read.len() - 2);
    }
    Some(read)
}

fn is_language(part: &str) -> bool {
    let is_alphabetic = part.bytes().all(|b| b.is_ascii_alphabetic());
    is_alphabetic && (2..=8).contains(&part.len()) && part.len() != 4 && !is_posix(part)
}

/// The names of no language in POSIX.
fn is_posix(part: &str) -> bool {
    part.eq_ignore_ascii_case("posix") || part.eq_ignore_ascii_case("und")
}

/// A part after the language in its usual case: scripts as `Hant`, regions as `TW`, others as `rozaj`.
fn subtag(part: &str, in_extension: bool) -> String {
    let is_alphabetic = part.bytes().all(|b| b.is_ascii_alphabetic());
    match part.len() {
        2 if is_alphabetic && !in_extension => part.to_ascii_uppercase(),
        4 if is_alphabetic && !in_extension => {
            let lower = part.to_ascii_lowercase();
            lower[..1].to_ascii_uppercase() + &lower[1..]
        }
        _ => part.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_107_a_time_zone_is_one_of_the_iana_database() {
        for (said, read) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            (" Asia/Seoul ", "Asia/Seoul"),
            (
                "America/Argentina/Buenos_Aires",
                "America/Argentina/Buenos_Aires",
            ),
            ("EST5EDT", "EST5EDT"),
            ("Asia/Calcutta", "Asia/Calcutta"),
            ("utc", "UTC"),
            ("Etc/GMT+5", "Etc/GMT+5"),
        ] {
            assert_eq!(time_zone(said), Some(read), "{said}");
        }
        for wrong in [
            "Mars/Base",
            "",
            " ",
            "+01:00",
            "+25:00",
            "-0500",
            "UTC+1",
            "GMT+5",
            "CEST",
            "Z",
            "local",
            "Europe",
            "Europe/",
            "/Europe/Berlin",
            "Europe/Berlin\0",
            "Europe\u{2215}Berlin",
            "../UTC",
            "posix/Europe/Berlin",
            "EST5EDT,M3.2.0,M11.1.0",
        ] {
            assert_eq!(time_zone(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn sch_108_a_locale_is_read_generously_and_never_refused() {
        for (said, read) in [
            ("de", Some("de")),
            ("en_US", Some("en-US")),
            ("EN-us", Some("en-US")),
            ("zh_Hant_TW", Some("zh-Hant-TW")),
            ("zh-hANT-tw", Some("zh-Hant-TW")),
            ("de_DE.UTF-8@euro", Some("de-DE")),
            ("sl-rozaj-biske", Some("sl-rozaj-biske")),
            ("es-419", Some("es-419")),
            ("de-1996", Some("de-1996")),
            ("th-TH-u-nu-THAI", Some("th-TH-u-nu-thai")),
            ("de-DE,de;q=0.9,en;q=0.8", Some("de-DE")),
            (" ko ", Some("ko")),
            ("fil-PH", Some("fil-PH")),
            ("en-", Some("en")),
            ("en--US", Some("en")),
            ("en-US-x", Some("en-US")),
            ("en-toolongsubtag", Some("en")),
            ("C", None),
            ("POSIX", None),
            ("C.UTF-8", None),
            ("POSIX.UTF-8", None),
            ("*", None),
            ("", None),
            ("und", None),
            ("x-private", None),
            ("i-klingon", None),
            ("한국어", None),
            ("12", None),
            ("null", None),
        ] {
            assert_eq!(locale(said).as_deref(), read, "{said:?}");
        }
        let long = "en-".to_owned() + &"abcdefgh-".repeat(1_000);
        assert!(locale(&long).unwrap().len() <= MAX_LOCALE_BYTES);
    }

    #[test]
    fn sch_108_what_is_read_is_read_the_same_again() {
        for said in [
            "zh_Hant_TW",
            "th-TH-u-nu-THAI",
            "de_DE.UTF-8@euro",
            "sl-ROZAJ",
        ] {
            let read = locale(said).unwrap();
            assert_eq!(locale(&read).as_ref(), Some(&read));
        }
    }
}
