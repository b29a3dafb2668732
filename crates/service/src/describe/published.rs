//! A channel whose frames a specification of others describes: they are named here, with what is particular to us.

use serde_json::{Map, Value, json};

/// What a service speaks beside its own frames.
#[derive(Debug, Clone)]
pub struct PublishedChannel {
    /// Its name in the document.
    pub name: &'static str,
    /// Path of the WebSocket route.
    pub path: &'static str,
    /// What it is for, and how it begins.
    pub summary: &'static str,
    /// What is particular to it here.
    pub description: &'static str,
    /// Echoed in the handshake.
    pub subprotocol: &'static str,
    /// Where its specification is.
    pub specification: &'static str,
    /// What clients send.
    pub from_client: &'static [PublishedFrame],
    /// What the service sends.
    pub from_server: &'static [PublishedFrame],
}

/// One kind of frame.
#[derive(Debug, Clone, Copy)]
pub struct PublishedFrame {
    /// Its name in the specification.
    pub name: &'static str,
    /// What it is for here.
    pub summary: &'static str,
    /// Its headers beside those of the specification, or with a meaning of ours.
    pub headers: &'static [&'static str],
}

/// Adds the channel to a document of AsyncAPI 3.0.
pub(super) fn add(document: &mut Value, channel: &PublishedChannel) {
    let mut in_channel = Map::new();
    let directions = [
        ("receive", "client", channel.from_client),
        ("send", "server", channel.from_server),
    ];
    for (action, side, frames) in directions {
        let mut refs = Vec::new();
        for frame in frames {
            let key = format!("{}.{side}.{}", channel.name, frame.name);
            refs.push(json!({"$ref": format!("#/channels/{}/messages/{key}", channel.name)}));
            in_channel.insert(
                key.clone(),
                json!({"$ref": format!("#/components/messages/{key}")}),
            );
            document["components"]["messages"][key] = message(frame);
        }
        let name = format!("{action}_{}_{side}_frames", channel.name);
        document["operations"][name] = json!({
            "action": action,
            "summary": format!("What the {side} sends ({}).", channel.subprotocol),
            "channel": {"$ref": format!("#/channels/{}", channel.name)},
            "messages": refs,
        });
    }
    let subprotocol = json!({"type": "string", "const": channel.subprotocol});
    document["channels"][channel.name] = json!({
        "address": channel.path,
        "summary": channel.summary,
        "description": channel.description,
        "externalDocs": {"url": channel.specification},
        "messages": in_channel,
        "bindings": {"ws": {
            "method": "GET",
            "headers": {"type": "object", "properties": {"Sec-WebSocket-Protocol": subprotocol}},
            "bindingVersion": "0.1.0",
        }},
    });
}

fn message(frame: &PublishedFrame) -> Value {
    let headers: Map<String, Value> = frame
        .headers
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string"})))
        .collect();
    json!({
        "name": frame.name,
        "title": frame.name,
        "summary": frame.summary,
        "headers": {"type": "object", "properties": headers},
        "payload": {"type": "string"},
    })
}
