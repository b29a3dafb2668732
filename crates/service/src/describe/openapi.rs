//! A table of operations as an OpenAPI 3.1 document.

use serde_json::{Map, Value, json};
use wire::{ErrorCode, Problem};

use super::audience::RouteAudience;
use super::auth_scheme::AuthScheme;
use super::described_event::{DescribedEvent, webhooks};
use super::operation::{Content, Operation, ResponseSpec, common, following_test_clock};
use super::published::PublishedChannel;
use super::schemas::Schemas;

/// What a service does over HTTP. What every service does is in it from the start.
#[derive(Debug, Clone)]
pub struct Api {
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    pub(super) published: Option<PublishedChannel>,
    operations: Vec<Operation>,
    events: Vec<DescribedEvent>,
}

impl Api {
    /// A service's own operations; the common ones come after them.
    #[must_use]
    pub fn new(title: &'static str, summary: &'static str, operations: Vec<Operation>) -> Self {
        Self {
            title,
            summary,
            published: None,
            operations,
            events: Vec::new(),
        }
        .with(common())
    }

    /// With the route by which a service is told where the clock of tests is, if it has that clock.
    #[must_use]
    pub fn following_test_clock(self, has_one: bool) -> Self {
        match has_one {
            true => self.with(vec![following_test_clock()]),
            false => self,
        }
    }

    /// With a channel beside that of the service's own frames.
    #[must_use]
    pub fn speaking(mut self, channel: PublishedChannel) -> Self {
        self.published = Some(channel);
        self
    }

    /// With the events that it posts to the endpoints of applications.
    #[must_use]
    pub fn posting(mut self, events: Vec<DescribedEvent>) -> Self {
        self.events = events;
        self
    }

    /// Each operation, and for whom it is.
    #[must_use]
    pub fn audiences(&self) -> Vec<RouteAudience> {
        let audience = |operation: &Operation| RouteAudience {
            method: operation.method,
            path: operation.path,
            auth: operation.auth,
        };
        self.operations.iter().map(audience).collect()
    }

    pub(super) fn with(mut self, more: Vec<Operation>) -> Self {
        self.operations.extend(more);
        self
    }
}

/// Builds the OpenAPI document of a service.
pub(super) fn document(api: &Api) -> Value {
    let mut schemas = Schemas::openapi();
    let mut paths = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for operation in &api.operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation, &mut schemas);
        if !tags.contains(&operation.tag) {
            tags.push(operation.tag);
        }
    }
    schemas.outgoing(|generator| generator.subschema_for::<Problem>());
    let webhooks = webhooks(&api.events, &mut schemas);
    let tags: Vec<Value> = tags.iter().map(|tag| json!({"name": tag})).collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "version": env!("CARGO_PKG_VERSION"),
            "summary": api.summary,
            "description": "JSON in UTF-8. A field ending in `_at` is a point in time in Unix milliseconds, \
                one ending in `_ms` a span. A refusal is a problem document (RFC 9457): match on its `code`, \
                which does not change. No credential ever stands in an address.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "."}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.finish(),
            "securitySchemes": credentials(&api.operations),
        },
    });
    if !webhooks.is_empty() {
        document["webhooks"] = Value::Object(webhooks);
    }
    document
}

fn credentials(operations: &[Operation]) -> Value {
    let used = AuthScheme::ALL
        .into_iter()
        .filter(|auth| operations.iter().any(|o| o.auth.contains(auth)));
    let described = used.map(|auth| {
        let description = auth.description();
        let mut scheme = match auth.cookie() {
            Some(name) => {
                json!({"type": "apiKey", "in": "cookie", "name": name, "description": description})
            }
            None => json!({"type": "http", "scheme": "bearer", "description": description}),
        };
        if auth.is_jwt() {
            scheme["bearerFormat"] = json!("JWT");
        }
        (auth.name().to_owned(), scheme)
    });
    Value::Object(described.collect())
}

fn described(operation: &Operation, schemas: &mut Schemas) -> Value {
    let security: Vec<Value> = operation
        .auth
        .iter()
        .map(|auth| json!({auth.name(): []}))
        .collect();
    let mut described = json!({
        "operationId": operation_id(operation),
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": security,
        "parameters": parameters(operation, schemas),
        "responses": responses(operation, schemas),
    });
    if let Some(body) = &operation.body {
        described["requestBody"] = json!({
            "required": body.required,
            "content": {"application/json": {"schema": schemas.incoming(body.schema)}},
        });
        if let Some(example) = &body.example {
            described["requestBody"]["content"]["application/json"]["example"] = example.clone();
        }
    }
    described
}

/// `POST /v1/sessions/{id}/cancel` is `post_sessions_id_cancel`.
fn operation_id(operation: &Operation) -> String {
    let path = operation.path.trim_start_matches("/v1");
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<&str> = std::iter::once(operation.method).chain(words).collect();
    words.join("_")
}

fn parameters(operation: &Operation, schemas: &mut Schemas) -> Vec<Value> {
    let in_path = placeholders(operation.path).map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let mut all: Vec<Value> = in_path.collect();
    all.extend(operation.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": parameter.location,
            "description": parameter.description,
            "schema": schemas.incoming(parameter.schema),
        })
    }));
    all
}

/// The names in braces.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn responses(operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut all = Map::new();
    for ResponseSpec {
        status,
        description,
        content,
    } in &operation.answers
    {
        let mut answer = json!({"description": description});
        match content {
            Content::None => {}
            Content::Json(schema) => {
                let schema = schemas.outgoing(*schema);
                answer["content"] = json!({"application/json": {"schema": schema}});
            }
            Content::Other(media) => answer["content"] = json!({*media: {}}),
        }
        all.insert(status.to_string(), answer);
    }
    for (status, codes) in operation.all_refusals() {
        all.insert(status.to_string(), refusal(status, &codes));
    }
    Value::Object(all)
}

fn refusal(status: u16, codes: &[ErrorCode]) -> Value {
    let words: Vec<Value> = codes.iter().map(|code| json!(code)).collect();
    let names: Vec<String> = words
        .iter()
        .filter_map(Value::as_str)
        .map(|word| format!("`{word}`"))
        .collect();
    let schema = json!({"allOf": [
        {"$ref": "#/components/schemas/Problem"},
        {"properties": {"code": {"enum": words}}},
    ]});
    let mut refusal = json!({
        "description": names.join(", "),
        "content": {"application/problem+json": {"schema": schema}},
    });
    if let Some((name, schema)) = header_of(status) {
        refusal["headers"] = json!({name: {"required": true, "schema": schema}});
    }
    refusal
}

/// The header that each refusal of that status has.
fn header_of(status: u16) -> Option<(&'static str, Value)> {
    match status {
        401 => Some(("WWW-Authenticate", json!({"const": "Bearer"}))),
        // In whole seconds.
        429 | 503 => Some(("Retry-After", json!({"type": "integer", "minimum": 1}))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_and_ids_come_from_the_path() {
        let path = "/v1/sessions/{id}/participants/{user_id}";
        assert_eq!(placeholders(path).collect::<Vec<_>>(), ["id", "user_id"]);
        let operation = Operation::delete(path, "");
        assert_eq!(
            operation_id(&operation),
            "delete_sessions_id_participants_user_id"
        );
    }
}
