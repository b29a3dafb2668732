//! The frames of a service's socket as an AsyncAPI 3.0 document.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use wire::{CloseCode, MAX_FRAME_BYTES};

use super::openapi::Api;
use super::operation::Describe;
use super::published;
use super::schemas::Schemas;

/// What a service's socket speaks.
#[derive(Debug, Clone)]
pub struct FrameChannel {
    /// Its name in the document.
    pub name: &'static str,
    /// Path of the WebSocket route, as `/v1/chat`.
    pub path: &'static str,
    /// What it is for, and how it begins.
    pub summary: &'static str,
    /// Echoed in the handshake.
    pub subprotocol: &'static str,
    /// Where the service listens unless it is told otherwise, as `host:port`.
    pub host: &'static str,
    /// What clients send.
    pub from_client: Frames,
    /// What the service sends.
    pub from_server: Frames,
}

/// The frames of one direction.
#[derive(Debug, Clone)]
pub struct Frames {
    describe: Describe,
    numbers: Option<FrameNumber>,
}

/// A field that frames carry beside those of their type.
#[derive(Debug, Clone, Copy)]
pub struct FrameNumber {
    /// Its name: `id` or `seq`.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// Its JSON types.
    pub types: &'static [&'static str],
    /// True where it always stands.
    pub required: bool,
    /// The types of frame that never carry it.
    pub except: &'static [&'static str],
}

impl Frames {
    /// The frames of `T`, an enum of frames told apart by `type`.
    #[must_use]
    pub fn of<T: JsonSchema>(numbers: Option<FrameNumber>) -> Self {
        Self {
            describe: |generator: &mut SchemaGenerator| -> Schema { T::json_schema(generator) },
            numbers,
        }
    }
}

/// The document. Seen from the service, as AsyncAPI 3 has it: it receives what clients send.
pub(super) fn document(api: &Api, channel: &FrameChannel) -> Value {
    let mut schemas = Schemas::asyncapi();
    let received = schemas.incoming(channel.from_client.describe);
    let sent = schemas.outgoing(channel.from_server.describe);
    let directions = [
        (
            "receive",
            "client",
            messages(&received, &channel.from_client),
        ),
        ("send", "server", messages(&sent, &channel.from_server)),
    ];
    let mut all = Map::new();
    let mut in_channel = Map::new();
    let mut operations = Map::new();
    for (action, side, messages) in directions {
        let mut refs = Vec::new();
        for (kind, message) in messages {
            let key = format!("{side}.{kind}");
            let to = |section: &str| json!({"$ref": format!("#/{section}/messages/{key}")});
            refs.push(to(&format!("channels/{}", channel.name)));
            in_channel.insert(key.clone(), to("components"));
            all.insert(key, message);
        }
        let operation = json!({
            "action": action,
            "summary": format!("What the {side} sends."),
            "channel": {"$ref": format!("#/channels/{}", channel.name)},
            "messages": refs,
        });
        operations.insert(format!("{action}_{side}_frames"), operation);
    }
    let mut document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": api.title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": api.summary,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"default": {
            "host": channel.host,
            "protocol": "ws",
            "description": "Where it listens by default. A ticket comes with the complete address.",
        }},
        "channels": {channel.name: {
            "address": channel.path,
            "summary": channel.summary,
            "description": description(channel),
            "messages": in_channel,
            "bindings": {"ws": handshake(channel)},
        }},
        "operations": operations,
        "components": {"messages": all, "schemas": schemas.finish()},
    });
    if let Some(published) = &api.published {
        published::add(&mut document, published);
    }
    document
}

fn handshake(channel: &FrameChannel) -> Value {
    let subprotocol = json!({"type": "string", "const": channel.subprotocol});
    json!({
        "method": "GET",
        "headers": {"type": "object", "properties": {"Sec-WebSocket-Protocol": subprotocol}},
        "bindingVersion": "0.1.0",
    })
}

fn description(channel: &FrameChannel) -> String {
    let codes: Vec<String> = CloseCode::ALL
        .into_iter()
        .map(|code| format!("- {} `{}`", code.code(), code.name()))
        .collect();
    format!(
        "Subprotocol `{}`. Each frame is a text message: a JSON object with `type`, at most {} KiB. Unknown \
         fields are ignored, and a client ignores frames of a `type` that it does not know.\n\n\
         Close codes (4000–4499: connect again, with back-off; 4500–4999: something has to change first):\n\n{}",
        channel.subprotocol,
        MAX_FRAME_BYTES / 1024,
        codes.join("\n"),
    )
}

/// Each frame by its `type`.
fn messages(schema: &Value, frames: &Frames) -> Vec<(String, Value)> {
    let variants = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let message = |variant: &Value| {
        let kind = variant["properties"]["type"]["const"].as_str()?.to_owned();
        let mut payload = variant.clone();
        let summary = payload["description"].take();
        payload.as_object_mut()?.retain(|_, value| !value.is_null());
        if let Some(numbers) = frames
            .numbers
            .filter(|n| !n.except.contains(&kind.as_str()))
        {
            number(&mut payload, numbers);
        }
        let message = json!({"name": kind, "title": kind, "summary": summary, "payload": payload});
        Some((kind, message))
    };
    variants.iter().filter_map(message).collect()
}

fn number(payload: &mut Value, numbers: FrameNumber) {
    payload["properties"][numbers.name] =
        json!({"type": numbers.types, "description": numbers.description});
    if let (true, Some(required)) = (numbers.required, payload["required"].as_array_mut()) {
        required.push(json!(numbers.name));
    }
}
