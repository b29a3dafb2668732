//! Chat's frames: written by the types of the wire, and read for what matters here, so that a newer server may tell more.

use std::borrow::Cow;

use serde::Deserialize;
use wire::RoomId;
use wire::chat::{ChatClientFrame, Cursor, Hello, Ping, Send};

use super::{ChatCursor, ChatEvent, ChatEvents, NOT_WELCOMED, client_id, number_of};
use crate::chat::entry::ChatEntry;

pub(super) fn hello(entry: &ChatEntry, cursor: Option<&ChatCursor>) -> String {
    let cursors = cursor.map(|cursor| {
        let of_room = Cursor {
            epoch: cursor.epoch.clone(),
            seq: cursor.seq,
        };
        [(RoomId(entry.room.as_ref().to_owned()), of_room)].into()
    });
    let hello = Hello {
        ticket: entry.ticket.as_deref().unwrap_or_default().to_owned(),
        device_id: entry.device.clone(),
        cursors,
    };
    ChatClientFrame::from(hello).to_text(None)
}

pub(super) fn send(entry: &ChatEntry, number: u64) -> String {
    let send = Send {
        room: RoomId(entry.room.as_ref().to_owned()),
        client_id: client_id(number),
        body: entry.body.as_ref().to_owned(),
        ttl_ms: None,
    };
    ChatClientFrame::from(send).to_text(Some(("id", number)))
}

pub(super) fn ping(sent_at: i64) -> String {
    let ping = Ping {
        sent_at: Some(sent_at.into()),
    };
    ChatClientFrame::from(ping).to_text(None)
}

/// The fields of all frames that matter, at once: a frame is read in one pass.
#[derive(Debug, Deserialize)]
struct ChatFrame<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    id: Option<u64>,
    #[serde(borrow)]
    room: Option<Cow<'a, str>>,
    seq: Option<u64>,
    #[serde(borrow)]
    client_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    body: Option<Cow<'a, str>>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
    reason: Option<String>,
    ping_ms: Option<u64>,
}

/// What a `welcome` says of each room.
#[derive(Debug, Deserialize)]
struct WelcomeRooms {
    rooms: Vec<WelcomeRoom>,
}

#[derive(Debug, Deserialize)]
struct WelcomeRoom {
    room: String,
    epoch: String,
    last_seq: u64,
    recovered: bool,
}

pub(super) fn read(text: &str, entry: &ChatEntry, events: &mut ChatEvents) {
    let Ok(frame) = serde_json::from_str::<ChatFrame<'_>>(text) else {
        let code = "unreadable_frame".to_owned();
        return events.push_back(ChatEvent::Refused { code });
    };
    let is_of_room = frame.room.as_deref() == Some(entry.room.as_ref());
    match (frame.r#type.as_ref(), frame.id, frame.seq) {
        ("message", _, Some(seq)) if is_of_room => events.push_back(ChatEvent::Delivered {
            seq,
            number: frame.client_id.as_deref().and_then(number_of),
            intact: frame.body.as_deref() == Some(entry.body.as_ref()),
            offset: None,
        }),
        ("sent", Some(number), seq) if is_of_room => {
            events.push_back(ChatEvent::Acked { number, seq });
        }
        ("welcome", ..) => events.push_back(entered(text, entry, frame.ping_ms)),
        ("error", ..) => {
            let code = frame.code.unwrap_or_default();
            let code = match frame.reason {
                Some(reason) => format!("{code}_{reason}"),
                None => code.into_owned(),
            };
            events.push_back(ChatEvent::Refused { code });
        }
        _ => {}
    }
}

fn entered(text: &str, entry: &ChatEntry, ping_ms: Option<u64>) -> ChatEvent {
    let welcome = serde_json::from_str::<WelcomeRooms>(text).ok();
    let rooms = welcome.map(|welcome| welcome.rooms).unwrap_or_default();
    let ours = rooms.into_iter().find(|room| room.room == *entry.room);
    match ours {
        Some(room) => ChatEvent::Entered {
            epoch: room.epoch,
            last_seq: room.last_seq,
            recovered: room.recovered,
            ping_ms,
        },
        None => ChatEvent::Refused {
            code: NOT_WELCOMED.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::UnixMs;
    use wire::chat::{ChatServerFrame, Message, Sent};

    use super::super::ChatServerProtocol::Rendezvous;
    use super::super::tests::{entry, read};
    use super::*;

    #[test]
    fn lod_32_what_we_say_is_what_the_wire_crate_reads() {
        let cursor = ChatCursor {
            epoch: "e".to_owned(),
            seq: 7,
            offset: None,
        };
        for line in [
            hello(&entry(), Some(&cursor)),
            hello(&entry(), None),
            send(&entry(), 3),
            ping(5),
        ] {
            ChatClientFrame::parse(&line).unwrap();
        }
    }

    #[test]
    fn lod_32_what_the_wire_crate_writes_is_read() {
        let message = Message {
            room: RoomId("r1".to_owned()),
            seq: 8,
            message_id: "x".to_owned(),
            from: wire::UserId("u".to_owned()),
            client_id: client_id(8),
            body: "Hi".to_owned(),
            sent_at: UnixMs(1),
            expires_at: None,
            deleted: false,
            corrupt: false,
        };
        let text = ChatServerFrame::from(message).to_text(None);
        let delivered = ChatEvent::Delivered {
            seq: 8,
            number: Some(8),
            intact: true,
            offset: None,
        };
        assert_eq!(read(Rendezvous, &text, None), [delivered]);
        let sent = Sent {
            id: Some(8.into()),
            room: RoomId("r1".to_owned()),
            seq: 8,
            message_id: "x".to_owned(),
            sent_at: UnixMs(1),
        };
        let text = ChatServerFrame::from(sent).to_text(None);
        let acked = ChatEvent::Acked {
            number: 8,
            seq: Some(8),
        };
        assert_eq!(read(Rendezvous, &text, None), [acked]);
    }

    #[test]
    fn lod_32_a_welcome_and_a_refusal_are_known_and_what_is_new_is_passed_over() {
        let room =
            json!({"room": "r1", "epoch": "e", "last_seq": 4, "recovered": true, "kind": "pair"});
        let welcome = json!({"type": "welcome", "rooms": [room], "ping_ms": 25_000, "new": [1]});
        let entered = ChatEvent::Entered {
            epoch: "e".to_owned(),
            last_seq: 4,
            recovered: true,
            ping_ms: Some(25_000),
        };
        assert_eq!(read(Rendezvous, &welcome.to_string(), None), [entered]);
        let without = json!({"type": "welcome", "rooms": [], "ping_ms": 25_000}).to_string();
        let refused = |code: &str| ChatEvent::Refused {
            code: code.to_owned(),
        };
        assert_eq!(
            read(Rendezvous, &without, None),
            [refused("room_not_welcomed")]
        );
        let error =
            json!({"type": "error", "code": "unauthenticated", "reason": "expired"}).to_string();
        assert_eq!(
            read(Rendezvous, &error, None),
            [refused("unauthenticated_expired")]
        );
        assert_eq!(read(Rendezvous, "42", None), [refused("unreadable_frame")]);
        assert!(read(Rendezvous, r#"{"type":"heads","rooms":[]}"#, None).is_empty());
    }
}
