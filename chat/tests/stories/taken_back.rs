//! What is refused though the ticket is good: a person was removed, or has stored enough for now.

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, SOON, now};
use wire::chat::{Message, Send};
use wire::{ChatRoomGrant, ErrorBody, ErrorCode};

use crate::events::tell;
use crate::server::Server;

const SESSION: &str = "s-1";

fn kicked(session: &str, user: &str) -> Value {
    json!({
        "id": format!("{session} {user}"), "type": "user.kicked", "occurred_at": now(), "source": "signaling",
        "subject": session, "data": {"user_id": user},
    })
}

/// The ticket of a join link to a session.
fn of_link(server: &Server, user: &str, room: &ChatRoomGrant, session: &str) -> String {
    let mut claims = server.signer.chat_claims(user, std::slice::from_ref(room));
    claims.only = Some(vec![room.id.clone()]);
    claims.session = Some(session.into());
    server.signer.sign_claims(&claims)
}

#[tokio::test]
async fn cht_63_who_was_removed_from_a_session_loses_its_room_at_once_and_for_good() {
    let mut server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let url = server.socket_url();
    let link = of_link(&server, ANN, &room, SESSION);
    let other = of_link(&server, ANN, &room, "s-2");
    let mut ann = ChatPeer::hello(&url, &link, "phone").await;
    let mut elsewhere = ChatPeer::hello(&url, &other, "laptop").await;
    let mut bo = ChatPeer::hello(&url, &of_link(&server, BO, &room, SESSION), "phone").await;
    assert_eq!(tell(&server, &[kicked(SESSION, ANN)]).await, 200);
    assert_eq!(ann.expect_close(SOON).await, Some(4506));
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let post = json!({"client_id": "c-1", "body": "hi"});
    for _ in 0..2 {
        let (error, code) = ChatPeer::refused(&url, &link).await;
        assert_eq!((error.code, code), (ErrorCode::Forbidden, Some(4506)));
        let http = Http::bearer(&link);
        assert_eq!(
            http.post(&messages, post.clone()).await.problem(403),
            "forbidden"
        );
        assert_eq!(http.get(&messages).await.problem(403), "forbidden");
        assert_eq!(
            http.get(&server.url("/v1/sync")).await.problem(403),
            "forbidden"
        );
        // The other one, and the same person by another session's link, are as before.
        bo.say(&room.id, &format!("c-{}", now().0), "still here")
            .await;
        elsewhere.expect::<Message>(SOON).await;
        server.restart().await;
        bo = bo.reconnect().await;
        elsewhere = elsewhere.reconnect().await;
    }
}

#[tokio::test]
async fn cht_64_above_a_quota_a_message_is_refused_with_when_to_try_again() {
    let server = Server::with(|limits| limits.person_messages_per_hour = 2).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for key in ["c-1", "c-2"] {
        ann.say(&room.id, key, "hi").await;
    }
    let third = Send {
        room: room.id.clone(),
        client_id: "c-3".to_owned(),
        body: "hi".to_owned(),
        ttl_ms: None,
    };
    ann.send_numbered(third).await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::QuotaExceeded);
    assert!(
        error
            .retry_after_ms
            .is_some_and(|ms| (1..=3_600_000).contains(&ms))
    );
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let post = json!({"client_id": "c-3", "body": "hi"});
    let answer = server.http(ANN, &room).post(&messages, post.clone()).await;
    assert_eq!(answer.problem(429), "quota_exceeded");
    assert!(answer.headers.contains_key("retry-after"));
    server
        .http(BO, &room)
        .post(&messages, post)
        .await
        .json::<Message>(201);
}

/// By whichever way it comes, until something of the room is taken back.
#[tokio::test]
async fn cht_268_a_full_room_takes_no_more_until_something_is_taken_back() {
    let server = Server::with(|limits| limits.room_bytes = 10).await;
    let BookedRoom(room) = BookedRoom::new();
    let http = server.http(ANN, &room);
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
    let post = |key: &str| json!({"client_id": key, "body": "four"});
    for key in ["c-1", "c-2"] {
        assert_eq!(http.post(&messages, post(key)).await.status, 201);
    }
    let refused = http.post(&messages, post("c-3")).await;
    assert_eq!(refused.problem(429), "quota_exceeded");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(http.post(&messages, post("c-2")).await.status, 200);
    let mut bo = server.peer(BO, &room).await;
    let send = Send {
        room: room.id.clone(),
        client_id: "c-1".to_owned(),
        body: "four".to_owned(),
        ttl_ms: None,
    };
    bo.send_numbered(send).await;
    let refused = bo.expect::<ErrorBody>(SOON).await;
    assert_eq!(refused.code, ErrorCode::QuotaExceeded);
    assert!(refused.retry_after_ms.is_some());
    assert_eq!(http.delete(&format!("{messages}/1")).await.status, 204);
    assert_eq!(http.post(&messages, post("c-3")).await.status, 201);
    assert_eq!(http.post(&messages, post("c-4")).await.status, 429);
}
