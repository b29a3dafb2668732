//! Settings of join links.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Sessions are stored for 90 days after their end: no link opens more.
const MAX_AFTER_END_MS: i64 = 90 * DAY_MS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LinksSection {
    /// How long a link opens the record and the chat after its session, as `30d`, `12h` or `0s`.
    pub(crate) after_end: String,
}

impl Default for LinksSection {
    fn default() -> Self {
        let days = scheduler::LINKS_AFTER_END_MS / DAY_MS;
        Self {
            after_end: format!("{days}d"),
        }
    }
}

impl LinksSection {
    /// [`Self::after_end`] in milliseconds, at most 90 days.
    ///
    /// # Errors
    /// Names the key and what is wrong with it.
    pub(crate) fn after_end_ms(&self) -> Result<i64, Failure> {
        let text = self.after_end.trim();
        let wrong = |why: String| Failure::config(format!("links.after_end: {text:?} {why}"));
        let ms = match text.strip_suffix('d') {
            Some(days) => days
                .parse::<u32>()
                .map(|days| i64::from(days) * DAY_MS)
                .map_err(|_| wrong("is no span, as 30d or 12h".to_owned()))?,
            None => {
                let span = load::parse_duration(text).map_err(&wrong)?;
                i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
            }
        };
        (ms <= MAX_AFTER_END_MS)
            .then_some(ms)
            .ok_or_else(|| wrong("is more than 90d, after which sessions are erased".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_100_how_long_links_outlive_their_session_is_a_span_of_at_most_90_days() {
        let ms = |text: &str| {
            let section = LinksSection {
                after_end: text.to_owned(),
            };
            section.after_end_ms()
        };
        assert_eq!(LinksSection::default().after_end, "30d");
        for (text, expected) in [("30d", 30 * DAY_MS), ("0s", 0), ("12h", DAY_MS / 2)] {
            assert_eq!(ms(text).ok(), Some(expected), "{text}");
        }
        for wrong in ["", "soon", "91d", "-1d", "d", "99999999999d"] {
            let Err(Failure::Config(line)) = ms(wrong) else {
                panic!("{wrong} was taken");
            };
            assert!(line.starts_with("links.after_end"), "{line}");
        }
    }
}
