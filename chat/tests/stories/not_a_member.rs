//! Who is not in a room learns nothing of it, by frame or over HTTP.

use std::time::Duration;

use serde_json::json;
use testkit::{ANN, BO, BookedRoom, Http, SOON};
use wire::chat::{History, Message, Send};
use wire::{ErrorBody, ErrorCode};

use crate::server::{Server, settle};

#[tokio::test]
async fn cht_22_a_stranger_can_neither_read_nor_write() {
    let server = Server::start().await;
    let (BookedRoom(room), BookedRoom(other)) = (BookedRoom::new(), BookedRoom::new());
    let mut ann = server.peer(ANN, &room).await;
    ann.say(&room.id, "c-1", "secret").await;

    let ticket = server.signer.chat("eve", &[]);
    let mut eve = testkit::ChatPeer::hello(&server.socket_url(), &ticket, "device").await;
    assert!(eve.welcome.as_ref().unwrap().rooms.is_empty());
    for room in [&room.id, &other.id] {
        let frame = Send {
            room: room.clone(),
            client_id: "c".into(),
            body: "hi".into(),
            ttl_ms: None,
        };
        eve.send_numbered(frame).await;
        assert_eq!(
            eve.expect::<ErrorBody>(SOON).await.code,
            ErrorCode::NotAMember
        );
        let frame = History {
            room: room.clone(),
            before: None,
            after: None,
            limit: None,
        };
        eve.send_numbered(frame).await;
        assert_eq!(
            eve.expect::<ErrorBody>(SOON).await.code,
            ErrorCode::NotAMember
        );

        let http = Http::bearer(&ticket);
        let messages = server.url(&format!("/v1/rooms/{room}/messages"));
        assert_eq!(http.get(&messages).await.problem(404), "not_a_member");
        let body = json!({"client_id": "c", "body": "hi"});
        assert_eq!(
            http.post(&messages, body).await.problem(404),
            "not_a_member"
        );
        let read = server.url(&format!("/v1/rooms/{room}/read"));
        assert_eq!(
            http.put(&read, json!({"seq": 1})).await.problem(404),
            "not_a_member"
        );
    }
    ann.expect::<Message>(SOON).await;
    settle(&mut ann).await;
    ann.expect_no::<Message>(Duration::ZERO).await;
}

#[tokio::test]
async fn cht_22_a_ticket_of_a_join_link_reaches_its_room_only() {
    let server = Server::start().await;
    let (BookedRoom(room), BookedRoom(other)) = (BookedRoom::new(), BookedRoom::new());
    let mut bo = server.peer(BO, &room).await;
    server.peer(BO, &other).await;
    let grants = [room.clone(), other.clone()];
    let ticket = server.signer.chat_only(ANN, &grants, vec![room.id.clone()]);
    let mut ann = testkit::ChatPeer::hello(&server.socket_url(), &ticket, "device").await;
    let rooms = &ann.welcome.as_ref().unwrap().rooms;
    assert_eq!(
        rooms.iter().map(|view| &view.room).collect::<Vec<_>>(),
        [&room.id]
    );
    assert_eq!(ann.say(&room.id, "c-1", "hi").await.seq, 1);
    bo.expect::<Message>(SOON).await;
    let frame = Send {
        room: other.id.clone(),
        client_id: "c".into(),
        body: "hi".into(),
        ttl_ms: None,
    };
    ann.send_numbered(frame).await;
    assert_eq!(
        ann.expect::<ErrorBody>(SOON).await.code,
        ErrorCode::NotAMember
    );
    let listed = Http::bearer(&ticket).get(&server.url("/v1/rooms")).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
}
