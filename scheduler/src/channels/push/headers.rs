//! What a push service is told of a message that it can't read (RFC 8030): how long it keeps it, what it replaces, and
//! whether a sleeping device is woken for it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use wire::{Notification, NotificationKind, UnixMs};

const TTL: HeaderName = HeaderName::from_static("ttl");
const TOPIC: HeaderName = HeaderName::from_static("topic");
const URGENCY: HeaderName = HeaderName::from_static("urgency");

/// How long what never expires is kept for a device that is off, in seconds: a day. It stands in the list as well.
const DEFAULT_TTL_S: i64 = 86_400;
/// The longest that push services take, in seconds: 28 days.
const MAX_TTL_S: i64 = 28 * 86_400;
/// Characters of a topic, at most (RFC 8030, section 5.4).
const TOPIC_CHARS: usize = 32;

pub(super) fn of(
    notification: &Notification,
    expires_at: Option<UnixMs>,
    now: UnixMs,
    authorization: HeaderValue,
) -> HeaderMap {
    let ttl = expires_at.map_or(DEFAULT_TTL_S, |at| at.since(now) / 1000);
    let mut headers = HeaderMap::from_iter([
        (header::AUTHORIZATION, authorization),
        (
            header::CONTENT_ENCODING,
            HeaderValue::from_static("aes128gcm"),
        ),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (TTL, HeaderValue::from(ttl.clamp(0, MAX_TTL_S))),
        (
            URGENCY,
            HeaderValue::from_static(urgency(notification.kind)),
        ),
    ]);
    // Base64url is always a header's value.
    if let Ok(topic) = HeaderValue::try_from(topic(notification)) {
        headers.insert(TOPIC, topic);
    }
    headers
}

/// Of messages about the same in the same way, a device that was off gets the last one.
fn topic(notification: &Notification) -> String {
    let session = notification.session_id.as_ref().map(|id| id.as_str());
    let gift = notification.gift_id.as_ref().map(|id| id.0.as_str());
    let with = notification.match_id.as_ref().map(|id| id.0.as_str());
    let group = notification.room_id.as_ref().map(|id| id.as_str());
    let subject = session.or(gift).or(with).or(group);
    let subject = subject.unwrap_or(&notification.id);
    let named = format!("{subject} {}", notification.kind.name());
    let mut topic = URL_SAFE_NO_PAD.encode(Sha256::digest(named));
    topic.truncate(TOPIC_CHARS);
    topic
}

fn urgency(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::SessionReminder
        | NotificationKind::SessionOpened
        | NotificationKind::SessionRescheduled
        | NotificationKind::SessionCancelled => "high",
        _ => "normal",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: UnixMs = UnixMs(1_900_000_000_000);

    fn notification(id: &str, session: Option<&str>, kind: &str) -> Notification {
        let body = json!({"id": id, "kind": kind, "created_at": NOW, "session_id": session});
        serde_json::from_value(body).unwrap()
    }

    fn headers(told: &Notification, expires_in_ms: Option<i64>) -> HeaderMap {
        let expires_at = expires_in_ms.map(|ms| NOW + ms);
        of(told, expires_at, NOW, HeaderValue::from_static("vapid"))
    }

    #[test]
    fn sch_285_a_message_is_kept_until_it_is_stale_and_replaces_the_one_before() {
        let told = notification("n-1", Some("s-1"), "session_reminder");
        for (expires_in_ms, ttl) in [
            (Some(300_000), "300"),
            (Some(1_999), "1"),
            (Some(-5), "0"),
            (Some(90 * 86_400_000), "2419200"),
            (None, "86400"),
        ] {
            assert_eq!(headers(&told, expires_in_ms)["ttl"], ttl);
        }
        let topic = |told: &Notification| headers(told, None)["topic"].clone();
        let same = topic(&told);
        assert_eq!(same.len(), 32);
        let is_url_safe = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        assert!(same.as_bytes().iter().all(is_url_safe));
        let next = notification("n-2", Some("s-1"), "session_reminder");
        assert_eq!(same, topic(&next));
        for other in [
            notification("n-3", Some("s-1"), "session_cancelled"),
            notification("n-4", Some("s-2"), "session_reminder"),
            notification("n-5", None, "session_reminder"),
        ] {
            assert_ne!(same, topic(&other));
        }
        assert_eq!(headers(&told, None)["urgency"], "high");
        let gift = notification("n-6", None, "gift_received");
        assert_eq!(headers(&gift, None)["urgency"], "normal");
    }
}
