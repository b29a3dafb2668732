//! What an endpoint is sent of an event.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value};
use wire::{Event, UnixMs, WebhookBody};

/// The body for an event, the same however often it is sent.
#[must_use]
pub fn webhook_body(event: &Event) -> WebhookBody {
    let mut data = match &event.data {
        Value::Object(fields) => fields.clone(),
        _ => Map::new(),
    };
    data.insert("subject".to_owned(), event.subject.as_str().into());
    if let Some(revision) = event.revision {
        data.insert("revision".to_owned(), revision.into());
    }
    WebhookBody {
        kind: event.kind.clone(),
        timestamp: rfc_3339(event.occurred_at),
        data,
    }
}

fn rfc_3339(at: UnixMs) -> String {
    let time = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::webhook::outgoing::tests::event;

    #[test]
    fn sch_297_a_body_has_type_time_and_data_with_subject_and_revision() {
        let mut joined = event("session.joined", json!({"user_id": "u"}));
        joined.occurred_at = UnixMs(1_900_000_000_007);
        let body = serde_json::to_value(webhook_body(&joined)).unwrap();
        let expected = json!({
            "type": "session.joined",
            "timestamp": "2030-03-17T17:46:40.007Z",
            "data": {"user_id": "u", "subject": "s"},
        });
        assert_eq!(body, expected);
        joined.revision = Some(4);
        assert_eq!(webhook_body(&joined).data["revision"], 4);
    }
}
