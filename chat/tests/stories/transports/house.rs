//! Messages that are taken back, that expire, and that are too old: the same for whoever reads, by whatever way.

use std::time::Duration;

use chat::store::sql::SqlMessages;
use chat::store::{MessageStore, NewMessage};
use chat_core::{ChainSalt, MessageDraft};
use serde_json::{Value, json};
use storage::{Database, Schema};
use testkit::{ANN, BO, BookedRoom, ChatPeer, SOON, now, until};
use wire::chat::{
    ChatServerFrame, DeleteMessage, History, MarkRead, Message, MessageDeleted, Messages, RoomView,
    Send, Sent,
};
use wire::{ErrorBody, ErrorCode, RoomId};

use super::client::Transport;
use crate::server::{Places, Server, settle};

/// What is said and taken back, and nothing else in the file.
const CANARY: &str = "a canary of 1,000 words";
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The code with which it is refused, if it is.
async fn take_back(peer: &mut ChatPeer, room: &RoomId, seq: u64) -> Result<(), ErrorCode> {
    let room = room.clone();
    let id = peer.send_numbered(DeleteMessage { room, seq }).await;
    loop {
        match peer.next(SOON).await.expect("an answer") {
            ChatServerFrame::Accepted(accepted) if accepted.id == id.into() => return Ok(()),
            ChatServerFrame::ErrorBody(error) if error.id == Some(id.into()) => {
                return Err(error.code);
            }
            other => peer.keep(other),
        }
    }
}

async fn history(peer: &mut ChatPeer, room: &RoomId) -> Messages {
    let room = room.clone();
    let (before, after, limit) = (None, None, None);
    peer.send_numbered(History {
        room,
        before,
        after,
        limit,
    })
    .await;
    peer.expect(SOON).await
}

#[tokio::test]
async fn cht_232_a_message_taken_back_is_a_stub_by_every_way() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut clients = Vec::new();
    let left = server.peer(BO, &room).await.cut().await;
    for transport in [Transport::LongPoll, Transport::Http, Transport::Stomp] {
        let mut client = transport.client(&server, BO, &room).await;
        client.cut().await;
        clients.push(client);
    }
    let http = server.http(ANN, &room);
    let at = |rest: &str| server.url(&format!("/v1/rooms/{}/{rest}", room.id));
    let poll: Value = server
        .http(BO, &room)
        .get(&server.url("/v1/sync"))
        .await
        .body;
    for (key, text) in [("c-1", "first"), ("c-2", CANARY), ("c-3", "third")] {
        ann.say(&room.id, key, text).await;
    }
    let mut bo = server.peer(BO, &room).await;
    assert_eq!(take_back(&mut ann, &room.id, 2).await, Ok(()));
    let told = bo.expect::<MessageDeleted>(SOON).await;
    assert_eq!((told.seq, told.user_id.as_str()), (2, ANN));
    // Again, by either way; and what is another's, or not there.
    assert_eq!(take_back(&mut ann, &room.id, 2).await, Ok(()));
    assert_eq!(http.delete(&at("messages/2")).await.status, 204);
    bo.expect_no::<MessageDeleted>(Duration::ZERO).await;
    assert_eq!(
        take_back(&mut bo, &room.id, 1).await,
        Err(ErrorCode::Forbidden)
    );
    let theirs = server.http(BO, &room).delete(&at("messages/1")).await;
    assert_eq!(theirs.problem(403), "forbidden");
    for seq in ["9", "0", "x", "-1"] {
        let answer = http.delete(&at(&format!("messages/{seq}"))).await;
        assert_eq!(answer.problem(404), "not_found", "{seq}");
    }
    let is_stub = |message: &Message| {
        assert_eq!(message.deleted, message.body.is_empty());
        (message.seq, message.deleted)
    };
    let opened = left.connect().await;
    let mut back = opened.unwrap_or_else(|(_, refused)| panic!("{refused:?}"));
    back.greet_again().await;
    for seq in 1..=3 {
        let message = back.expect::<Message>(SOON).await;
        assert_eq!(is_stub(&message), (seq, seq == 2));
    }
    for client in &mut clients {
        client.resume().await;
        for seq in 1..=3 {
            assert_eq!(is_stub(&client.receive().await), (seq, seq == 2));
        }
    }
    // On the wire it is `null`.
    let page: Value = http.get(&at("messages")).await.body;
    let stub = &page["messages"][1];
    assert_eq!(
        (&stub["body"], &stub["deleted"]),
        (&Value::Null, &json!(true))
    );
    // Who polls is told that something changed, and who has not read it has it unread.
    let cursor = poll["cursor"].as_str().unwrap();
    let query = server.url(&format!("/v1/sync?cursor={cursor}"));
    let news: Value = server.http(BO, &room).get(&query).await.body;
    let frames = news["frames"].as_array().unwrap();
    assert!(
        frames.iter().any(|frame| frame["changes"] == json!(1)),
        "{news}"
    );
    let rooms: Value = server
        .http(BO, &room)
        .get(&server.url("/v1/rooms"))
        .await
        .body;
    let shown = &rooms["items"][0];
    assert_eq!(
        (&shown["changes"], &shown["unread"]),
        (&json!(1), &json!(3))
    );
    // A retry brings nothing back.
    assert_eq!(ann.say(&room.id, "c-2", CANARY).await.seq, 2);
    let again = json!({"client_id": "c-2", "body": "something else"});
    let again = http.post(&at("messages"), again).await;
    assert_eq!((again.status, &again.body["body"]), (200, &Value::Null));
    assert_eq!(history(&mut bo, &room.id).await.messages.len(), 3);
}

#[tokio::test]
async fn cht_233_of_a_text_taken_back_no_file_has_a_byte() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for n in 0..20 {
        let text = if n == 10 {
            CANARY.to_owned()
        } else {
            format!("{n}")
        };
        ann.say(&room.id, &format!("c-{n}"), &text).await;
    }
    assert_eq!(take_back(&mut ann, &room.id, 11).await, Ok(()));
    let folder = server.data.path().join("chat");
    let found = || {
        let files = std::fs::read_dir(&folder).unwrap();
        let has_it = |path: &std::path::Path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            let mut parts = bytes.windows(CANARY.len());
            parts.any(|part| part == CANARY.as_bytes())
        };
        files
            .map(|file| file.unwrap().path())
            .any(|path| has_it(&path))
    };
    until("it is in no file", SOON, async || (!found()).then_some(())).await;
    server.restart().await;
    let mut ann = server.peer(ANN, &room).await;
    let page = history(&mut ann, &room.id).await;
    assert!(page.messages[10].deleted && page.messages.iter().all(|m| !m.corrupt));
    assert!(!found());
    server.stop().await;
    let url = storage::DatabaseUrl::sqlite(folder.join("chat.db"));
    let messages = chat::MessagesUrl::Sqlite(url.clone());
    let options = storage::DatabaseOptions::default();
    let report = chat::verify(&url, &messages, &options).await.unwrap();
    assert_eq!((report.messages, report.faults), (20, 0));
}

#[tokio::test]
async fn cht_244_what_expires_is_told_until_its_time_by_every_way() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    let http = server.http(ANN, &room);
    let posts = server.url(&format!("/v1/rooms/{}/messages", room.id));
    for bad in [0, 999, 31_536_000_001_u64] {
        let refused = json!({"client_id": "c", "body": "hi", "ttl_ms": bad});
        let answer = http.post(&posts, refused).await;
        assert_eq!(answer.problem(422), "invalid_field");
        assert_eq!(answer.body["errors"][0]["field"], "ttl_ms");
    }
    let send = Send {
        room: room.id.clone(),
        client_id: "c-1".to_owned(),
        body: "a moment".to_owned(),
        ttl_ms: Some(1_000),
    };
    let refused = Send {
        ttl_ms: Some(1),
        ..send.clone()
    };
    ann.send_numbered(refused).await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::InvalidField, Some("ttl_ms"))
    );
    ann.send_numbered(send).await;
    let sent = ann.expect::<Sent>(SOON).await;
    let told = bo.expect::<Message>(SOON).await;
    assert_eq!(told.body, "a moment");
    assert_eq!(told.expires_at, Some(sent.sent_at + 1_000));
    let is_over = until("its time has come", SOON, async || {
        let asked = now();
        let page: Messages = http.get(&posts).await.json(200);
        let one = &page.messages[0];
        let is_told = one.body == "a moment";
        assert!(is_told || one.body.is_empty());
        assert!(
            asked < sent.sent_at + 1_000 || !is_told,
            "its time was over"
        );
        one.body.is_empty().then(|| one.clone())
    })
    .await;
    assert!(now() >= sent.sent_at + 1_000, "not before");
    assert_eq!(
        (is_over.expires_at, is_over.deleted),
        (told.expires_at, false)
    );
    // Once it is gone from the store, the room counts it.
    until("the room counts it", SOON, async || {
        let rooms: Value = http.get(&server.url("/v1/rooms")).await.body;
        let shown = &rooms["items"][0];
        assert_eq!(shown["last_message"]["body"], Value::Null);
        (shown["changes"] == json!(1)).then_some(())
    })
    .await;
    for transport in Transport::ALL {
        let mut client = transport.client(&server, BO, &room).await;
        let (seq, _) = client
            .send(&format!("c {transport:?}"), "and on")
            .await
            .unwrap();
        assert_eq!(client.receive().await.seq, seq);
    }
    let page = history(&mut bo, &room.id).await;
    assert_eq!(
        (page.messages.len(), page.messages[0].body.as_str()),
        (5, "")
    );
}

/// Messages from before, put into the file of a server that is stopped.
async fn put_messages(server: &Server, room: &RoomId, ages: impl Iterator<Item = i64>) {
    let file = server.data.path().join("chat/chat.db");
    let database = Database::open_file(&file, Schema::chat()).await.unwrap();
    let messages = SqlMessages::new(database);
    let message = |(n, age_ms): (usize, i64)| NewMessage {
        draft: MessageDraft {
            room: room.clone(),
            from: ANN.into(),
            client_id: format!("old-{n}"),
            body: format!("{n} of before"),
            ttl_ms: None,
        },
        message_id: uuid::Uuid::now_v7().to_string(),
        sent_at: now() + -age_ms,
        salt: ChainSalt(*uuid::Uuid::new_v4().as_bytes()),
        room_bytes: u64::MAX,
    };
    let batch: Vec<NewMessage> = ages.enumerate().map(message).collect();
    for appended in messages.append(&batch).await {
        appended.unwrap();
    }
    messages.close().await;
}

#[tokio::test]
async fn cht_253_what_is_too_old_goes_and_whoever_was_behind_is_told() {
    let mut server = Server::with_places(Places {
        retention_days: 7,
        ..Places::default()
    })
    .await;
    let BookedRoom(room) = BookedRoom::new();
    drop(server.peer(ANN, &room).await);
    let bo = server.peer(BO, &room).await;
    let left = bo.cut().await;
    server.stop().await;
    // 500 that are too old, and 3 that are not.
    let ages = std::iter::repeat_n(8 * DAY, 500).chain([6 * DAY; 3]);
    put_messages(&server, &room.id, ages).await;
    server.restart().await;
    let http = server.http(BO, &room);
    let shown = until("what is too old is gone", SOON, async || {
        let rooms: Value = http.get(&server.url("/v1/rooms")).await.body;
        let shown = rooms["items"][0].clone();
        (shown["min_seq"] == json!(501)).then_some(shown)
    })
    .await;
    assert_eq!(
        (&shown["last_seq"], &shown["read_seq"]),
        (&json!(503), &json!(500))
    );
    assert_eq!(shown["unread"], json!(3));
    let query = format!("/v1/rooms/{}/messages?after=0&limit=200", room.id);
    let page: Messages = http.get(&server.url(&query)).await.json(200);
    let seqs: Vec<u64> = page.messages.iter().map(|message| message.seq).collect();
    assert_eq!((page.min_seq, seqs), (501, vec![501, 502, 503]));
    // Who was at the beginning is not sent what is left as if it were all.
    let opened = left.connect().await;
    let mut bo = opened.unwrap_or_else(|(_, refused)| panic!("{refused:?}"));
    bo.greet_again().await;
    let recovered = |peer: &ChatPeer| {
        let welcome = peer.welcome.as_ref().unwrap();
        let room: &RoomView = &welcome.rooms[0];
        (room.recovered, room.min_seq, room.last_seq)
    };
    assert_eq!(recovered(&bo), (false, 501, 503));
    bo.send(MarkRead {
        room: room.id.clone(),
        seq: 2,
    })
    .await;
    settle(&mut bo).await;
    let rooms: Value = http.get(&server.url("/v1/rooms")).await.body;
    assert_eq!(rooms["items"][0]["read_seq"], json!(500));
    let mut ann = server.peer(ANN, &room).await;
    assert_eq!(ann.say(&room.id, "c-1", "and on").await.seq, 504);
    server.stop().await;
    let url = storage::DatabaseUrl::sqlite(server.data.path().join("chat/chat.db"));
    let messages = chat::MessagesUrl::Sqlite(url.clone());
    let options = storage::DatabaseOptions::default();
    let report = chat::verify(&url, &messages, &options).await.unwrap();
    assert_eq!((report.messages, report.faults), (4, 0));
}
