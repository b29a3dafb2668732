//! What an endpoint's answer means.

use wire::UnixMs;

use crate::delivery::ChannelAnswer;

/// What a status says of an attempt. 2xx alone is a success; 410 ends the endpoint, and everything else is tried again, a
/// redirection too: it may lead inside, and none is followed. `retry_after` is that header.
#[must_use]
pub fn answer_of(now: UnixMs, status: u16, retry_after: Option<&str>) -> ChannelAnswer {
    let reason = format!("http_{status}");
    match status {
        200..=299 => ChannelAnswer::Taken { answer: reason },
        410 => ChannelAnswer::Gone { reason },
        _ => ChannelAnswer::Retry {
            after_ms: retry_after.and_then(|text| wait_ms(now, text)),
            reason,
        },
    }
}

/// A number of seconds, or a date as HTTP writes it.
fn wait_ms(now: UnixMs, text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(UnixMs(date.timestamp_millis()).since(now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_900_000_000_000);

    fn after_ms(text: &str) -> Option<i64> {
        match answer_of(NOW, 429, Some(text)) {
            ChannelAnswer::Retry { after_ms, reason } => {
                assert_eq!(reason, "http_429");
                after_ms
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sch_303_2xx_alone_is_a_success_and_410_the_end() {
        for status in [200, 204, 299] {
            let answer = format!("http_{status}");
            assert_eq!(
                answer_of(NOW, status, None),
                ChannelAnswer::Taken { answer }
            );
        }
        let gone = ChannelAnswer::Gone {
            reason: "http_410".to_owned(),
        };
        assert_eq!(answer_of(NOW, 410, None), gone);
        for status in [199, 302, 400, 404, 500, 502, 504] {
            let answer = answer_of(NOW, status, None);
            assert!(matches!(answer, ChannelAnswer::Retry { .. }), "{status}");
        }
    }

    #[test]
    fn sch_303_a_wait_is_read_in_seconds_and_as_a_date() {
        assert_eq!(after_ms("120"), Some(120_000));
        assert_eq!(after_ms("Sun, 17 Mar 2030 17:47:40 GMT"), Some(60_000));
        assert_eq!(after_ms("Fri, 01 Jan 2010 00:00:00 GMT"), Some(0));
        assert_eq!(after_ms("-5"), None);
        assert_eq!(after_ms("soon"), None);
    }
}
