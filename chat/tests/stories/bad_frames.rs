//! What no good client sends: a refusal with its code, and the socket lives, up to a point.

use std::time::Duration;

use testkit::{ANN, BookedRoom, ChatPeer, SOON};
use wire::chat::{Accepted, Message, Ping, Pong};
use wire::{ErrorBody, ErrorCode};

use crate::server::Server;

#[tokio::test]
async fn cht_35_a_bad_frame_is_refused_and_the_third_malformed_one_closes() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    ann.send_text(r#"{"type":"dance","id":"x"}"#).await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::UnknownType);
    assert!(error.id.is_some());
    ann.send_text(r#"{"type":"send","room":"r","client_id":1,"body":"hi","id":4}"#)
        .await;
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::InvalidField, Some("client_id"))
    );
    assert_eq!(error.id.and_then(|id| id.number()), Some(4));
    ann.send_text("{").await;
    assert_eq!(
        ann.expect::<ErrorBody>(SOON).await.code,
        ErrorCode::Malformed
    );
    ann.send(Ping { sent_at: None }).await;
    ann.expect::<Pong>(SOON).await;
    ann.send_text("[]").await;
    ann.expect::<ErrorBody>(SOON).await;
    ann.send_text("17").await;
    assert_eq!(ann.expect_close(SOON).await, Some(4500));
}

#[tokio::test]
async fn cht_62_wrong_content_is_an_error_for_its_frame_and_no_step_towards_closing() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for _ in 0..5 {
        ann.send_text(r#"{"type":"read","room":"r","seq":1.5,"id":4}"#)
            .await;
        let error = ann.expect::<ErrorBody>(SOON).await;
        assert_eq!(error.code, ErrorCode::InvalidField);
        assert_eq!(error.field.as_deref(), Some("seq"));
    }
    let id = &room.id;
    // Half a surrogate pair, a byte order mark, and a number that is whole however it is written.
    let text = format!(
        "\u{feff}{{\"type\":\"send\",\"id\":5e1,\"room\":\"{id}\",\"client_id\":\"c\",\"body\":\"a\\ud800\"}}"
    );
    ann.send_text(text).await;
    let stored = ann.expect::<Message>(SOON).await;
    assert_eq!(stored.body, "a\u{fffd}");
    let text = format!(r#"{{"type":"read","room":"{id}","seq":1.0,"id":51}}"#);
    ann.send_text(text).await;
    assert_eq!(ann.expect::<Accepted>(SOON).await.id.number(), Some(51));
}

#[tokio::test]
async fn cht_36_hello_comes_first_and_soon() {
    let server = Server::start().await;
    let mut silent = ChatPeer::connect(&server.socket_url()).await;
    let mut hasty = ChatPeer::connect(&server.socket_url()).await;
    hasty.send(Ping { sent_at: None }).await;
    assert_eq!(
        hasty.expect::<ErrorBody>(SOON).await.code,
        ErrorCode::Unauthenticated
    );
    assert_eq!(hasty.expect_close(SOON).await, Some(4501));
    assert_eq!(
        silent.expect_close(Duration::from_secs(7)).await,
        Some(4507)
    );
}

#[tokio::test]
async fn cht_37_too_large_and_binary_frames_close() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    ann.send_text("x".repeat(64 * 1024 + 1)).await;
    assert_eq!(ann.expect_close(SOON).await, Some(1009));
    let mut ann = server.peer(ANN, &room).await;
    ann.socket().send_binary(vec![1, 2, 3]).await;
    assert_eq!(ann.expect_close(SOON).await, Some(1003));
}

#[tokio::test]
async fn cht_38_too_many_frames_are_refused_and_a_flood_is_cut() {
    let server = Server::with(|limits| {
        limits.sockets.frames_per_second = 1;
        limits.sockets.frames_burst = 5;
    })
    .await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for _ in 0..300 {
        ann.send(Ping { sent_at: None }).await;
    }
    let error = ann.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::RateLimited);
    assert!(error.retry_after_ms.is_some_and(|ms| ms <= 1_000));
    assert_eq!(ann.expect_close(SOON).await, Some(4004));
}
