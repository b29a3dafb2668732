//! Centrifugo's JSON: several commands or replies stand in one frame, a line each. An empty one is a sign of life, and answered.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::{ChatCursor, ChatEvent, ChatEvents, client_id, number_of};
use crate::chat::entry::ChatEntry;

/// Ids of the two commands by which one comes in; messages have those after them.
const CONNECT: u64 = 1;
const SUBSCRIBE: u64 = 2;

pub(super) fn connect(entry: &ChatEntry) -> String {
    json!({"id": CONNECT, "connect": {"token": entry.ticket.as_deref(), "name": "load"}})
        .to_string()
}

fn subscribe(entry: &ChatEntry, cursor: Option<&ChatCursor>) -> String {
    let subscribe = match cursor {
        Some(cursor) => json!({
            "channel": &*entry.room, "recover": true, "epoch": cursor.epoch, "offset": cursor.seq,
        }),
        None => json!({"channel": &*entry.room}),
    };
    json!({"id": SUBSCRIBE, "subscribe": subscribe}).to_string()
}

pub(super) fn publish(entry: &ChatEntry, number: u64) -> String {
    let data = json!({"client_id": client_id(number), "body": &*entry.body});
    json!({"id": SUBSCRIBE + number, "publish": {"channel": &*entry.room, "data": data}})
        .to_string()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CentrifugoReply<'a> {
    id: Option<u64>,
    error: Option<ReplyError>,
    connect: Option<IgnoredAny>,
    #[serde(borrow)]
    subscribe: Option<CentrifugoSubscription<'a>>,
    #[serde(borrow)]
    push: Option<CentrifugoPush<'a>>,
    publish: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct ReplyError {
    code: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CentrifugoSubscription<'a> {
    epoch: String,
    offset: u64,
    recovered: bool,
    #[serde(borrow)]
    publications: Vec<Publication<'a>>,
}

#[derive(Debug, Deserialize)]
struct CentrifugoPush<'a> {
    #[serde(borrow, default)]
    channel: Cow<'a, str>,
    #[serde(borrow, default, rename = "pub")]
    publication: Option<Publication<'a>>,
}

#[derive(Debug, Deserialize)]
struct Publication<'a> {
    #[serde(borrow)]
    data: MessageData<'a>,
    #[serde(default)]
    offset: u64,
}

#[derive(Debug, Deserialize)]
struct MessageData<'a> {
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

pub(super) fn read(
    text: &str,
    entry: &ChatEntry,
    cursor: Option<&ChatCursor>,
    events: &mut ChatEvents,
) {
    for line in text.lines().filter(|line| !line.is_empty()) {
        match serde_json::from_str::<CentrifugoReply<'_>>(line) {
            Ok(reply) => reply_event(reply, entry, cursor, events),
            Err(_) => events.push_back(ChatEvent::Refused {
                code: "unreadable_frame".to_owned(),
            }),
        }
    }
}

fn reply_event(
    reply: CentrifugoReply<'_>,
    entry: &ChatEntry,
    cursor: Option<&ChatCursor>,
    events: &mut ChatEvents,
) {
    if let Some(error) = reply.error {
        let code = format!("error_{}", error.code);
        return events.push_back(ChatEvent::Refused { code });
    }
    if let Some(push) = reply.push {
        let ours = push.channel == *entry.room;
        events.extend(
            push.publication
                .filter(|_| ours)
                .map(|one| delivered(&one, entry)),
        );
    } else if reply.connect.is_some() {
        events.push_back(ChatEvent::Answer(subscribe(entry, cursor)));
    } else if let Some(subscribed) = reply.subscribe {
        events.push_back(ChatEvent::Entered {
            epoch: subscribed.epoch,
            last_seq: subscribed.offset,
            recovered: subscribed.recovered,
            // The server asks, and is answered.
            ping_ms: None,
        });
        let missed = subscribed.publications.iter();
        events.extend(missed.map(|one| delivered(one, entry)));
    } else if let (Some(id), Some(_)) = (reply.id, reply.publish) {
        events.push_back(ChatEvent::Acked {
            number: id.saturating_sub(SUBSCRIBE),
            seq: None,
        });
    } else if reply.id.is_none() {
        events.push_back(ChatEvent::Answer("{}".to_owned()));
    }
}

fn delivered(publication: &Publication<'_>, entry: &ChatEntry) -> ChatEvent {
    ChatEvent::Delivered {
        seq: publication.offset,
        number: number_of(&publication.data.client_id),
        intact: publication.data.body == *entry.body,
        offset: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ChatServerProtocol::Centrifugo;
    use super::super::tests::{entry, read};
    use super::*;

    #[test]
    fn lod_32_centrifugo_is_come_into_by_two_steps_and_answers_stand_line_by_line() {
        let cursor = ChatCursor {
            epoch: "e".to_owned(),
            seq: 7,
            offset: None,
        };
        let connected = r#"{"id":1,"connect":{"client":"c","version":"6","ping":25,"pong":true}}"#;
        let events = read(Centrifugo, connected, Some(&cursor));
        let [ChatEvent::Answer(subscribe)] = &events[..] else {
            panic!("{events:?}")
        };
        let subscribe: serde_json::Value = serde_json::from_str(subscribe).unwrap();
        let asked = json!({"channel": "r1", "recover": true, "epoch": "e", "offset": 7});
        assert_eq!(subscribe["subscribe"], asked);

        let message = r#"{"offset":8,"data":{"client_id":"m8","body":"Hi"}}"#;
        let lines = format!(
            "{{\"id\":2,\"subscribe\":{{\"epoch\":\"e\",\"offset\":8,\"recovered\":true,\"publications\":[{message}]}}}}\n\
             {{\"id\":11,\"publish\":{{}}}}\n{{\"push\":{{\"channel\":\"r1\",\"pub\":{message}}}}}\n{{}}\n"
        );
        let delivered = ChatEvent::Delivered {
            seq: 8,
            number: Some(8),
            intact: true,
            offset: None,
        };
        let expected = [
            ChatEvent::Entered {
                epoch: "e".to_owned(),
                last_seq: 8,
                recovered: true,
                ping_ms: None,
            },
            delivered.clone(),
            ChatEvent::Acked {
                number: 9,
                seq: None,
            },
            delivered,
            ChatEvent::Answer("{}".to_owned()),
        ];
        assert_eq!(read(Centrifugo, &lines, Some(&cursor)), expected);
        let refused = ChatEvent::Refused {
            code: "error_103".to_owned(),
        };
        let error = r#"{"id":2,"error":{"code":103,"message":"permission denied"}}"#;
        assert_eq!(read(Centrifugo, error, None), [refused]);
        assert!(publish(&entry(), 9).starts_with(r#"{"id":11,"publish":"#));
    }
}
