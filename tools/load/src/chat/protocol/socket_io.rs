//! Socket.IO's packets over a WebSocket of Engine.IO: a digit for each of the two says what kind, then JSON. An event that
//! may be missed ends with a mark; whoever comes back says the last that they have.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;

use super::{ChatCursor, ChatEvent, ChatEvents, client_id, number_of};
use crate::chat::entry::ChatEntry;

fn connect(entry: &ChatEntry, cursor: Option<&ChatCursor>) -> String {
    let mut auth = json!({"room": &*entry.room, "user": entry.device});
    if let Some(cursor) = cursor {
        auth["pid"] = cursor.epoch.as_str().into();
        auth["offset"] = cursor.offset.as_deref().into();
    }
    format!("40{auth}")
}

pub(super) fn send(entry: &ChatEntry, number: u64) -> String {
    let message = json!({"client_id": client_id(number), "body": &*entry.body});
    format!("42{number}[\"send\",{message}]")
}

#[derive(Debug, Deserialize)]
struct ConnectedSocket {
    pid: String,
}

#[derive(Debug, Deserialize)]
struct SocketMessage<'a> {
    seq: u64,
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct SocketAck {
    seq: u64,
}

pub(super) fn read(
    text: &str,
    entry: &ChatEntry,
    cursor: Option<&ChatCursor>,
    events: &mut ChatEvents,
) {
    let event = match text.as_bytes() {
        [b'0', ..] => Some(ChatEvent::Answer(connect(entry, cursor))),
        [b'2'] => Some(ChatEvent::Answer("3".to_owned())),
        [b'4', b'0', ..] => connected(&text[2..], cursor),
        [b'4', b'2', ..] => message(&text[2..], entry),
        [b'4', b'3', ..] => ack(&text[2..]),
        [b'4', b'1', ..] => Some(refused("disconnected")),
        [b'4', b'4', ..] => Some(refused("connect_error")),
        _ => None,
    };
    events.push_back(event.unwrap_or_else(|| refused("unreadable_frame")));
}

fn refused(code: &str) -> ChatEvent {
    ChatEvent::Refused {
        code: code.to_owned(),
    }
}

fn connected(json: &str, cursor: Option<&ChatCursor>) -> Option<ChatEvent> {
    let connected: ConnectedSocket = serde_json::from_str(json).ok()?;
    Some(ChatEvent::Entered {
        recovered: cursor.is_some_and(|cursor| cursor.epoch == connected.pid),
        epoch: connected.pid,
        // Its rooms are new: nobody has written in them.
        last_seq: 0,
        ping_ms: None,
    })
}

fn message(json: &str, entry: &ChatEntry) -> Option<ChatEvent> {
    let (_, message, offset): (&str, SocketMessage<'_>, String) =
        serde_json::from_str(json).ok()?;
    Some(ChatEvent::Delivered {
        seq: message.seq,
        number: number_of(&message.client_id),
        intact: message.body == *entry.body,
        offset: Some(offset),
    })
}

fn ack(packet: &str) -> Option<ChatEvent> {
    let (number, json) = packet.split_at(packet.find('[')?);
    let (ack,): (SocketAck,) = serde_json::from_str(json).ok()?;
    Some(ChatEvent::Acked {
        number: number.parse().ok()?,
        seq: Some(ack.seq),
    })
}

#[cfg(test)]
mod tests {
    use super::super::ChatServerProtocol::SocketIo;
    use super::super::tests::{entry, read};
    use super::*;

    #[test]
    fn lod_32_socket_io_is_come_back_to_with_the_mark_of_the_last_event() {
        let cursor = ChatCursor {
            epoch: "p".to_owned(),
            seq: 7,
            offset: Some("o7".to_owned()),
        };
        let open = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
        let answer = |text: &str| ChatEvent::Answer(text.to_owned());
        let first = read(SocketIo, open, None);
        assert_eq!(first, [answer(r#"40{"room":"r1","user":"d"}"#)]);
        let [ChatEvent::Answer(again)] = &read(SocketIo, open, Some(&cursor))[..] else {
            panic!("no answer")
        };
        let auth: serde_json::Value = serde_json::from_str(&again[2..]).unwrap();
        assert_eq!((&auth["pid"], &auth["offset"]), (&json!("p"), &json!("o7")));

        let entered = |recovered| ChatEvent::Entered {
            epoch: "p".to_owned(),
            last_seq: 0,
            recovered,
            ping_ms: None,
        };
        let connected = r#"40{"sid":"s","pid":"p"}"#;
        assert_eq!(read(SocketIo, connected, None), [entered(false)]);
        assert_eq!(read(SocketIo, connected, Some(&cursor)), [entered(true)]);
        let delivered = ChatEvent::Delivered {
            seq: 8,
            number: Some(8),
            intact: false,
            offset: Some("o8".to_owned()),
        };
        let message = r#"42["message",{"seq":8,"client_id":"m8","from":"d","body":"Ha"},"o8"]"#;
        assert_eq!(read(SocketIo, message, None), [delivered]);
        let acked = ChatEvent::Acked {
            number: 8,
            seq: Some(8),
        };
        assert_eq!(read(SocketIo, r#"438[{"seq":8}]"#, None), [acked]);
        assert_eq!(read(SocketIo, "2", None), [answer("3")]);
        assert_eq!(read(SocketIo, "42[]", None), [refused("unreadable_frame")]);
        assert!(send(&entry(), 8).starts_with(r#"428["send",{"#));
    }
}
