//! Messages whose text is gone after a time: how long it may be, and what is told of one whose time has come.

use wire::UnixMs;
use wire::chat::Message;

/// Shortest life of a text, in milliseconds: what is shorter would be over before it is read.
pub const MIN_TTL_MS: u64 = 1_000;
/// Longest life of a text that has an end, in milliseconds: a year.
pub const MAX_TTL_MS: u64 = 365 * 24 * 60 * 60 * 1_000;

/// True for the life of a text that a client may ask for.
#[must_use]
pub fn is_ttl(ttl_ms: u64) -> bool {
    (MIN_TTL_MS..=MAX_TTL_MS).contains(&ttl_ms)
}

/// When a text that is stored at `now` is gone.
#[must_use]
pub fn expiry(now: UnixMs, ttl_ms: Option<u64>) -> Option<UnixMs> {
    let ttl_ms = i64::try_from(ttl_ms?).unwrap_or(i64::MAX);
    Some(UnixMs(now.0.saturating_add(ttl_ms)))
}

/// The message as it may be told at `now`, whether or not its text is still stored.
#[must_use]
pub fn without_expired_text(message: Message, now: UnixMs) -> Message {
    let is_over = message.expires_at.is_some_and(|at| at <= now);
    match is_over || message.deleted {
        true => Message {
            body: String::new(),
            ..message
        },
        false => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::tests::message;

    #[test]
    fn cht_240_a_text_is_told_until_its_time_and_no_longer() {
        let told_at = |now| {
            let mut one = message("r", 1, "a");
            one.expires_at = expiry(UnixMs(1_000), Some(500));
            without_expired_text(one, UnixMs(now))
        };
        assert_eq!(told_at(1_499).body, "body 1");
        assert_eq!(told_at(1_500).body, "");
        assert_eq!(told_at(1_500).expires_at, Some(UnixMs(1_500)));
        assert_eq!(expiry(UnixMs(1_000), None), None);
    }

    #[test]
    fn cht_241_a_text_lives_a_second_to_a_year() {
        let year = 31_536_000_000;
        assert_eq!(
            [0, 999, 1_000, year, year + 1].map(is_ttl),
            [false, false, true, true, false]
        );
    }
}
