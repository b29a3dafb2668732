//! What a push service's answer means (RFC 8030, and what the large ones document).

use axum::http::{HeaderMap, StatusCode, header};
use chrono::DateTime;
use scheduler_core::ChannelAnswer;
use service::egress::EgressError;
use wire::UnixMs;

/// The longest wait that a push service may ask for, in milliseconds: a day.
const MAX_RETRY_AFTER_MS: i64 = 86_400_000;

pub(super) fn answer(status: StatusCode, headers: &HeaderMap, now: UnixMs) -> ChannelAnswer {
    let reason = format!("http_{}", status.as_u16());
    match status {
        status if status.is_success() => ChannelAnswer::Sent,
        StatusCode::NOT_FOUND | StatusCode::GONE => ChannelAnswer::Gone { reason },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => ChannelAnswer::Retry {
            after_ms: retry_after_ms(headers, now),
            reason,
        },
        status if status.is_server_error() => ChannelAnswer::Retry {
            after_ms: retry_after_ms(headers, now),
            reason,
        },
        _ => ChannelAnswer::Refused { reason },
    }
}

pub(super) fn failure(error: EgressError) -> ChannelAnswer {
    let reason = error.to_string();
    match error {
        EgressError::Refused(_) => ChannelAnswer::Refused { reason },
        _ => ChannelAnswer::Retry {
            after_ms: None,
            reason,
        },
    }
}

/// Of `Retry-After`: seconds, or a date (RFC 9110).
fn retry_after_ms(headers: &HeaderMap, now: UnixMs) -> Option<i64> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let after_ms = match text.parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(1_000),
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.timestamp_millis() - now.0,
    };
    Some(after_ms.clamp(0, MAX_RETRY_AFTER_MS))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use service::egress::EgressRefusal;

    use super::*;

    const NOW: UnixMs = UnixMs(1_900_000_000_000);

    fn word(answer: &ChannelAnswer) -> &'static str {
        match answer {
            ChannelAnswer::Sent | ChannelAnswer::Taken { .. } => "sent",
            ChannelAnswer::Retry { .. } => "retry",
            ChannelAnswer::Gone { .. } => "gone",
            ChannelAnswer::Refused { .. } => "refused",
            ChannelAnswer::Suppressed { .. } => "suppressed",
            ChannelAnswer::Off { .. } => "off",
            ChannelAnswer::Postponed { .. } => "postponed",
        }
    }

    #[test]
    fn sch_286_every_answer_of_a_push_service_means_one_thing() {
        let table: [(&[u16], &str); 4] = [
            (&[200, 201, 202, 204], "sent"),
            (&[404, 410], "gone"),
            (&[408, 429, 500, 502, 503, 504], "retry"),
            (&[301, 307, 400, 401, 403, 405, 413], "refused"),
        ];
        for (statuses, due) in table {
            for status in statuses {
                let status = StatusCode::from_u16(*status).unwrap();
                let answer = answer(status, &HeaderMap::new(), NOW);
                assert_eq!(word(&answer), due, "{status}");
            }
        }
        let inside = failure(EgressError::Refused(EgressRefusal::Address));
        assert_eq!(word(&inside), "refused");
        for error in [
            EgressError::Unresolved,
            EgressError::Connect,
            EgressError::Timeout,
            EgressError::Broken,
        ] {
            assert_eq!(word(&failure(error)), "retry");
        }
    }

    #[test]
    fn sch_286_a_push_service_says_when_to_come_again() {
        for (text, due) in [
            ("120", Some(120_000)),
            ("0", Some(0)),
            ("-3", Some(0)),
            ("99999999999999999", Some(MAX_RETRY_AFTER_MS)),
            ("Sun, 17 Mar 2030 17:46:45 GMT", Some(5_000)),
            ("Sun, 17 Mar 2030 17:46:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(text));
            let ChannelAnswer::Retry { after_ms, .. } =
                answer(StatusCode::SERVICE_UNAVAILABLE, &headers, NOW)
            else {
                panic!("503 is tried again");
            };
            assert_eq!(after_ms, due, "{text}");
        }
    }
}
