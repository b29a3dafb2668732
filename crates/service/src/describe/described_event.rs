//! Events that a service posts to the endpoints of applications, as `webhooks` of its OpenAPI document.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::operation::Describe;
use super::schemas::Schemas;

/// Under which heading they stand.
const TAG: &str = "Webhooks";
/// What each request carries, as Standard Webhooks 1.0 says.
const HEADERS: [(&str, &str); 3] = [
    (
        "webhook-id",
        "The event's id, the same in each attempt: a second delivery is known by it.",
    ),
    ("webhook-timestamp", "Of the attempt, in seconds."),
    (
        "webhook-signature",
        "`v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between.",
    ),
];

/// One type of event, and the particulars that come with it.
#[derive(Debug, Clone)]
pub struct DescribedEvent {
    name: &'static str,
    summary: &'static str,
    data: Describe,
    /// Fields that always come and fields that may, where the type has others too.
    fields: Option<[&'static [&'static str]; 2]>,
}

impl DescribedEvent {
    /// An event whose data are a `T`.
    #[must_use]
    pub fn of<T: JsonSchema>(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            data: |generator: &mut SchemaGenerator| -> Schema { T::json_schema(generator) },
            fields: None,
        }
    }

    /// Of the fields that `T` has, those that always come with this event, and those that may.
    #[must_use]
    pub fn with(mut self, always: &'static [&'static str], may: &'static [&'static str]) -> Self {
        self.fields = Some([always, may]);
        self
    }

    /// The type's name, as `session.live`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// All of them by name.
pub(super) fn webhooks(events: &[DescribedEvent], schemas: &mut Schemas) -> Map<String, Value> {
    let described = |event: &DescribedEvent| {
        let operation = json!({
            "operationId": format!("webhook_{}", event.name.replace('.', "_")),
            "summary": event.summary,
            "tags": [TAG],
            "security": [],
            "parameters": HEADERS.map(|(name, description)| json!({
                "name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"},
            })),
            "requestBody": {"required": true, "content": {"application/json": {"schema": body(event, schemas)}}},
            "responses": {"2XX": {"description": "It was taken. Anything else is tried again."}},
        });
        (event.name.to_owned(), json!({ "post": operation }))
    };
    events.iter().map(described).collect()
}

fn body(event: &DescribedEvent, schemas: &mut Schemas) -> Value {
    json!({
        "type": "object",
        "properties": {
            "type": {"const": event.name},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened, as RFC 3339 writes it."},
            "data": data(event, schemas),
        },
        "required": ["type", "timestamp", "data"],
    })
}

fn data(event: &DescribedEvent, schemas: &mut Schemas) -> Value {
    let schema = schemas.outgoing(event.data);
    let own = schema["properties"].as_object().cloned();
    let mut properties = own.unwrap_or_default();
    let mut required = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some([always, may]) = event.fields {
        properties
            .retain(|name, _| always.contains(&name.as_str()) || may.contains(&name.as_str()));
        required = always.iter().copied().map(Value::from).collect();
    }
    properties.insert(
        "subject".to_owned(),
        json!({"type": "string", "description": "What it happened to: the id of a session, match or room."}),
    );
    properties.insert(
        "revision".to_owned(),
        json!({"type": "integer", "minimum": 0, "description": "Of what has one, as a booking or a group."}),
    );
    required.push("subject".into());
    json!({"type": "object", "properties": properties, "required": required})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_483_an_event_has_the_fields_of_its_type_and_its_subject() {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        struct Fact {
            who: Option<String>,
            until: Option<u32>,
            why: Option<String>,
        }
        let events = [
            DescribedEvent::of::<Fact>("thing.begun", "It began.").with(&["who"], &["until"]),
            DescribedEvent::of::<Fact>("thing.ended", "It ended."),
        ];
        let all = webhooks(&events, &mut Schemas::openapi());
        let data = |name: &str| {
            let post = &all[name]["post"];
            let body = &post["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(body["properties"]["type"]["const"], name);
            body["properties"]["data"].clone()
        };
        let begun = data("thing.begun");
        assert_eq!(begun["required"], json!(["who", "subject"]));
        let names: Vec<&String> = begun["properties"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["revision", "subject", "until", "who"]);
        assert!(data("thing.ended")["properties"]["why"].is_object());
    }
}
