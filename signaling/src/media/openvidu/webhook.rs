//! OpenVidu 2's webhooks: not signed and without an id, so that each is a hint, and its API is asked.

use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::media::parsed_event::{ParsedEvent, UnreadableEvent};

/// Events that say that somebody came, went, or that a session began or ended.
const OF_PEOPLE: [&str; 6] = [
    "sessionCreated",
    "sessionDestroyed",
    "participantJoined",
    "participantLeft",
    "webrtcConnectionCreated",
    "webrtcConnectionDestroyed",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenViduEvent {
    #[serde(default)]
    event: String,
    #[serde(default)]
    timestamp: Value,
    #[serde(default)]
    session_id: String,
}

/// Whether the header that the operator set was shown.
pub(crate) fn is_genuine(expected: &str, shown: &str) -> Result<(), &'static str> {
    match bool::from(expected.as_bytes().ct_eq(shown.as_bytes())) {
        true => Ok(()),
        false => Err("bad_header"),
    }
}

/// What an event is known by when it comes again, and when it was made, in Unix milliseconds.
pub(crate) fn key_and_time(body: &[u8]) -> (Option<String>, Option<i64>) {
    let Ok(event) = serde_json::from_slice::<Value>(body) else {
        return (None, None);
    };
    let first = |names: &[&str]| {
        let found = names.iter().map(|name| &event[*name]);
        found
            .into_iter()
            .find(|value| !value.is_null())
            .map_or_else(String::new, Value::to_string)
    };
    let key = [
        first(&["uniqueSessionId", "sessionId"]),
        first(&["event"]),
        first(&["connectionId", "streamId", "id"]),
        first(&["timestamp"]),
        first(&["reason", "status"]),
    ];
    let at = event["timestamp"].as_i64().filter(|at| *at > 0);
    let says_something = !event["event"].is_null() && !event["timestamp"].is_null();
    (says_something.then(|| key.join(" ")), at)
}

/// Reads an event: which session its server is to be asked about.
pub(crate) fn read(body: &str) -> Result<ParsedEvent, UnreadableEvent> {
    // Serde would also take an array for a struct.
    if !body.trim_start().starts_with('{') {
        return Err(UnreadableEvent("no object".to_owned()));
    }
    let event: OpenViduEvent = serde_json::from_str(body)
        .map_err(|error| UnreadableEvent(format!("no event: {error}")))?;
    if !OF_PEOPLE.contains(&event.event.as_str()) {
        return Ok(ParsedEvent::Nothing);
    }
    if event.session_id.is_empty() || event.timestamp.is_null() {
        return Err(UnreadableEvent(format!("{} of no session", event.event)));
    }
    Ok(ParsedEvent::Hint {
        room: event.session_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: &str = r#"{"event":"participantLeft","timestamp":1700000000123,"sessionId":"s_1",
        "uniqueSessionId":"s_1_1700000000000","connectionId":"con_A","reason":"disconnect","duration":12}"#;

    fn key(body: &str) -> Option<String> {
        key_and_time(body.as_bytes()).0
    }

    #[test]
    fn med_50_an_event_is_known_by_what_it_is_about_and_when() {
        let other_words = LEFT.replace("\"duration\":12", "\"duration\":13,\"new\":{}");
        assert_eq!(
            key(LEFT),
            key(&other_words),
            "the same event, told in other words"
        );
        for (part, other) in [
            ("s_1_1700000000000", "s_1_1700000000001"),
            ("participantLeft", "participantJoined"),
            ("con_A", "con_B"),
            ("1700000000123", "1700000000124"),
            ("\"disconnect\"", "\"networkDisconnect\""),
        ] {
            assert_ne!(key(LEFT), key(&LEFT.replace(part, other)), "{part}");
        }
        assert_eq!(key_and_time(LEFT.as_bytes()).1, Some(1_700_000_000_123));
        assert_eq!(key("{}"), None);
    }

    #[test]
    fn med_50_every_event_of_people_is_a_hint_and_the_rest_is_passed_over() {
        for kind in OF_PEOPLE {
            let body = LEFT.replace("participantLeft", kind);
            assert!(
                matches!(read(&body), Ok(ParsedEvent::Hint { room }) if room == "s_1"),
                "{kind}"
            );
        }
        for other in [
            "signalSent",
            "recordingStatusChanged",
            "nodeCrashed",
            "danced",
        ] {
            let body = LEFT.replace("participantLeft", other);
            assert!(matches!(read(&body), Ok(ParsedEvent::Nothing)), "{other}");
        }
        for broken in [
            "",
            "[]",
            r#"{"event":"participantLeft"}"#,
            r#"{"event":[]}"#,
        ] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn med_51_only_the_header_that_was_agreed_is_taken() {
        assert!(is_genuine("Basic abc", "Basic abc").is_ok());
        for wrong in ["", "Basic", "Basic ab", "Basic abcd", "basic abc"] {
            assert!(is_genuine("Basic abc", wrong).is_err(), "{wrong}");
        }
    }
}
