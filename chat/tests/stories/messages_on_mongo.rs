//! Messages on a server of MongoDB's protocol: two chat, send again, come back and read, also after a restart.

use std::time::Duration;

use chat::MessagesUrl;
use serde_json::json;
use service::StartError;
use storage::testing::{TestDatabase, TestEngine};
use testkit::{ANN, BO, BookedRoom, ChatPeer, MongoServer, SOON};
use wire::chat::{Message, Messages, Send, Welcome};
use wire::{ErrorBody, ErrorCode};

use crate::server::{Places, Server, config, generous, settle};

#[tokio::test]
async fn cht_107_two_chat_with_their_messages_on_secantus() {
    two_chat_come_back_and_read(MongoServer::Secantus, TestEngine::Sqlite).await;
}

#[tokio::test]
async fn cht_107_two_chat_with_their_messages_on_secantus_and_rooms_on_postgres() {
    two_chat_come_back_and_read(MongoServer::Secantus, TestEngine::Postgres).await;
}

#[tokio::test]
async fn cht_107_two_chat_with_their_messages_on_ferret() {
    two_chat_come_back_and_read(MongoServer::Ferret, TestEngine::Sqlite).await;
}

#[tokio::test]
async fn cht_107_two_chat_with_their_messages_on_a_named_server() {
    two_chat_come_back_and_read(MongoServer::Named, TestEngine::Sqlite).await;
}

async fn two_chat_come_back_and_read(server: MongoServer, engine: TestEngine) {
    let Some(messages) = server.new_database() else {
        return;
    };
    let Some(rooms) = TestDatabase::create(engine).await else {
        return;
    };
    let places = Places {
        rooms: Some(rooms.url().clone()),
        messages: Some(MessagesUrl::parse(&messages).unwrap()),
        ..Places::default()
    };
    let mut server = Server::with_places(places).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    for n in 1..=3 {
        ann.say(&room.id, &format!("c-{n}"), "hello, Bo").await;
        bo.expect::<Message>(SOON).await;
    }
    // Sent again, in the same words and in others.
    assert_eq!(ann.say(&room.id, "c-2", "hello, Bo").await.seq, 2);
    let other = Send {
        room: room.id.clone(),
        client_id: "c-2".into(),
        body: "other".into(),
        ttl_ms: None,
    };
    ann.send_numbered(other).await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::Conflict);
    settle(&mut bo).await;
    bo.expect_no::<Message>(Duration::ZERO).await;

    let cursors = bo.cursors.clone();
    bo.cut().await;
    for n in 4..=9 {
        ann.say(&room.id, &format!("c-{n}"), "missed").await;
    }
    server.restart().await;
    let mut bo = ChatPeer::connect(&server.socket_url()).await;
    bo.cursors.clone_from(&cursors);
    let ticket = server.ticket(BO, &room);
    bo.send_hello(&ticket, "device of bo", Some(cursors)).await;
    assert!(bo.expect::<Welcome>(SOON).await.rooms[0].recovered);
    for seq in 4..=9 {
        assert_eq!(bo.expect::<Message>(SOON).await.seq, seq);
    }
    let mut ann = server.peer(ANN, &room).await;
    assert_eq!(ann.say(&room.id, "c-9", "missed").await.seq, 9);
    assert_eq!(ann.say(&room.id, "c-10", "and again").await.seq, 10);

    let http = testkit::Http::bearer(&server.signer.chat(BO, &[]));
    let url = server.url(&format!("/v1/rooms/{}/messages?after=7", room.id));
    let page: Messages = http.get(&url).await.json(200);
    let seqs: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, [8, 9, 10]);
    let rooms = http.get(&server.url("/v1/rooms")).await;
    assert_eq!(rooms.body["items"][0]["last_seq"], json!(10));
    server.stop().await;
}

#[tokio::test]
async fn cht_123_a_server_that_knows_less_than_the_rooms_is_refused_by_name() {
    let (Some(messages), Some(empty)) = (
        MongoServer::Secantus.new_database(),
        MongoServer::Secantus.new_database(),
    ) else {
        return;
    };
    let places = Places {
        messages: Some(MessagesUrl::parse(&messages).unwrap()),
        ..Places::default()
    };
    let mut server = Server::with_places(places).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    for n in 1..=3 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
        bo.expect::<Message>(SOON).await;
    }
    server.stop().await;
    let start = async |accepted: Vec<String>| {
        let mut config = config(server.data.path(), server.signer.url(), generous());
        config.messages = MessagesUrl::parse(&empty).unwrap();
        config.accepted_loss = accepted;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shutdown = service::Shutdown::new();
        shutdown.start();
        chat::run(listener, config, shutdown).await
    };
    let Err(StartError::Refused(line)) = start(Vec::new()).await else {
        panic!("it started");
    };
    let what = format!("room {} had message 3, and 0 is the last", room.id);
    assert!(line.starts_with("storage_lost_tail: mongodb://"), "{line}");
    assert!(line.contains(&what), "{line}");
    let name = line.split_once("accepted_loss = [\"").unwrap().1;
    let name = name.split_once('"').unwrap().0.to_owned();
    start(vec![name]).await.unwrap();
    start(Vec::new()).await.unwrap();
}
