//! The server of the messages is away for a while: stopped, so that nothing answers, or so that an answer is lost.

use std::time::Duration;

use chat::MessagesUrl;
use chat::store::MessageStore;
use chat::store::mongo::{MongoMessages, MongoUrl};
use serde_json::json;
use testkit::{ANN, BO, BookedRoom, MongoServer, SOON};
use wire::chat::{ChatServerFrame, History, MarkRead, Message, Messages, Read, Send, Sent};
use wire::{ErrorBody, ErrorCode};

use crate::rooms_away::link::{Link, LinkState};
use crate::server::{Places, Server, settle};

/// Longest wait for what the server of messages must do, beyond the service's own limits.
const IN_TIME: Duration = Duration::from_secs(20);

#[tokio::test]
async fn cht_108_messages_on_secantus_that_are_away_cost_nobody_a_socket() {
    away_and_back(MongoServer::Secantus).await;
}

#[tokio::test]
async fn cht_108_messages_on_ferret_that_are_away_cost_nobody_a_socket() {
    away_and_back(MongoServer::Ferret).await;
}

#[tokio::test]
async fn cht_300_what_others_do_arrives_while_a_page_is_read() {
    let Some((link, mut server, _)) = begin(MongoServer::Secantus).await else {
        return;
    };
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    for seq in 1..=3 {
        bo.say(&room.id, &format!("c-{seq}"), "hi").await;
    }
    // A slow machine may need more than the time that a read has: then it is asked again.
    let mut answered = false;
    for seq in 1..=3 {
        link.set(LinkState::Frozen);
        let history = History {
            room: room.id.clone(),
            before: None,
            after: None,
            limit: None,
        };
        let id = bo.send_numbered(history).await;
        let room = room.id.clone();
        ann.send(MarkRead { room, seq }).await;
        while bo.expect::<Read>(IN_TIME).await.user_id.as_str() != ANN {}
        link.set(LinkState::Open);
        if answer_to(&mut bo, id)
            .await
            .is_some_and(|page| page.messages.len() == 3)
        {
            answered = true;
            break;
        }
    }
    assert!(answered, "what Ann did arrived once the read had failed");
    server.stop().await;
}

/// The page that a numbered frame asked for; none where it was refused.
async fn answer_to(peer: &mut testkit::ChatPeer, asked: u64) -> Option<Messages> {
    loop {
        match peer.next(IN_TIME).await.expect("the socket lives") {
            ChatServerFrame::Messages(page) => return Some(page),
            ChatServerFrame::ErrorBody(error)
                if error.id.as_ref().and_then(wire::FrameId::number) == Some(asked) =>
            {
                return None;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn cht_109_an_answer_that_secantus_lost_makes_no_second_message() {
    a_lost_answer(MongoServer::Secantus).await;
}

#[tokio::test]
async fn cht_109_an_answer_that_ferret_lost_makes_no_second_message() {
    a_lost_answer(MongoServer::Ferret).await;
}

/// A server whose messages are behind a link that can break, and the way around it.
async fn begin(server: MongoServer) -> Option<(Link, Server, MongoUrl)> {
    let url = server.new_database()?;
    // Or a replica set would tell the driver its own address.
    let and = if url.ends_with('?') { "" } else { "&" };
    let (link, through) = Link::to(&format!("{url}{and}directConnection=true")).await;
    let places = Places {
        messages: Some(MessagesUrl::parse(&through).unwrap()),
        ..Places::default()
    };
    let server = Server::with_places(places).await;
    Some((link, server, MongoUrl::parse(&url).unwrap()))
}

async fn away_and_back(server: MongoServer) {
    let Some((link, mut server, _)) = begin(server).await else {
        return;
    };
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    let http = server.http(BO, &room);
    let history = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let mut said = 0;
    for state in [LinkState::Closed, LinkState::Frozen] {
        said += 1;
        ann.say(&room.id, &format!("c-{said}"), "hi").await;
        bo.expect::<Message>(SOON).await;
        link.set(state);
        let refused = Send {
            room: room.id.clone(),
            client_id: format!("c-{}", said + 1),
            body: "hi".to_owned(),
            ttl_ms: None,
        };
        let id = ann.send_numbered(refused.clone()).await;
        let error = ann.expect::<ErrorBody>(IN_TIME).await;
        assert_eq!(error.code, ErrorCode::StorageUnavailable);
        assert_eq!(error.id.and_then(|id| id.number()), Some(id));
        assert!(error.retry_after_ms.is_some());
        let answer = http.get(&history).await;
        assert_eq!(answer.problem(503), "storage_unavailable");
        assert!(answer.headers.contains_key("retry-after"));
        // What is in memory, and what is another database's, goes on.
        let rooms = http.get(&server.url("/v1/rooms")).await;
        assert_eq!(rooms.body["items"][0]["last_seq"], json!(said));
        let (room_id, seq) = (room.id.clone(), said);
        bo.send(MarkRead { room: room_id, seq }).await;
        while ann.expect::<Read>(IN_TIME).await.user_id.as_str() != BO {}
        let ready = testkit::until("it is not ready", IN_TIME, async || {
            let ready = http.get(&server.url("/health/ready")).await;
            (ready.status == 503).then_some(ready)
        })
        .await;
        assert_eq!(ready.body["errors"][0]["field"], "messages");
        settle(&mut bo).await;

        link.set(LinkState::Open);
        testkit::until("messages are read again", IN_TIME, async || {
            (http.get(&history).await.status == 200).then_some(())
        })
        .await;
        let sent = send_until_taken(&mut ann, refused).await;
        said += 1;
        assert_eq!(sent.seq, said);
        assert_eq!(bo.expect::<Message>(IN_TIME).await.seq, said);
    }
    server.restart().await;
    let page: Messages = http.get(&history).await.json(200);
    assert_eq!(page.messages.len() as u64, said);
    server.stop().await;
}

/// The message is stored, and the answer to that gets lost.
async fn a_lost_answer(server: MongoServer) {
    let Some((link, mut server, url)) = begin(server).await else {
        return;
    };
    let beside = MongoMessages::open(&url).await.unwrap();
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let mut bo = server.peer(BO, &room).await;
    ann.say(&room.id, "c-1", "heard").await;
    bo.expect::<Message>(SOON).await;
    link.set(LinkState::Unanswered);
    let lost = Send {
        room: room.id.clone(),
        client_id: "c-2".to_owned(),
        body: "not heard of".to_owned(),
        ttl_ms: None,
    };
    ann.send_numbered(lost.clone()).await;
    let stored = testkit::until("it is stored", IN_TIME, async || {
        let heads = beside.heads(std::slice::from_ref(&room.id)).await.unwrap();
        heads
            .into_iter()
            .filter_map(|head| head.last)
            .find(|last| last.seq == 2)
    })
    .await;
    link.set(LinkState::Closed);
    let error = ann.expect::<ErrorBody>(IN_TIME).await;
    assert_eq!(error.code, ErrorCode::StorageUnavailable);
    bo.expect_no::<Message>(Duration::ZERO).await;

    link.set(LinkState::Open);
    let sent = send_until_taken(&mut ann, lost).await;
    assert_eq!((sent.seq, &sent.message_id), (2, &stored.message_id));
    assert_eq!(bo.expect::<Message>(IN_TIME).await, stored);
    assert_eq!(ann.say(&room.id, "c-3", "and on").await.seq, 3);
    let head = beside
        .heads(std::slice::from_ref(&room.id))
        .await
        .unwrap()
        .remove(0);
    assert_eq!((head.min_seq, head.last_seq), (1, 3));
    beside.close().await;
    server.stop().await;
}

/// As a client does it: again under the same key, until it is acknowledged.
async fn send_until_taken(peer: &mut testkit::ChatPeer, message: Send) -> Sent {
    let deadline = tokio::time::Instant::now() + IN_TIME;
    loop {
        peer.send_numbered(message.clone()).await;
        loop {
            match peer.next(IN_TIME).await.expect("the socket lives") {
                ChatServerFrame::Sent(sent) => return sent,
                ChatServerFrame::ErrorBody(error) => {
                    assert_eq!(error.code, ErrorCode::StorageUnavailable);
                    break;
                }
                _ => {}
            }
        }
        assert!(tokio::time::Instant::now() < deadline, "it is never taken");
    }
}
