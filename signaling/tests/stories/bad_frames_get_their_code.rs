//! What no good client sends: each gets its code, and the socket lives on or closes as the table says.

use serde_json::json;
use testkit::{ANN, SOON, TestPeer};
use wire::signaling::{Pong, Welcome};
use wire::{ErrorBody, ErrorCode, FrameId};

use crate::server::{SignalingServer, booking};

/// Frames of a flood: far above the burst of 200.
const FLOOD: usize = 2_000;

async fn told(peer: &mut TestPeer, text: &str) -> ErrorBody {
    peer.send_text(text).await;
    peer.expect::<ErrorBody>(SOON).await
}

async fn lives(peer: &mut TestPeer) {
    peer.send_text(r#"{"type":"ping","sent_at":7}"#).await;
    assert_eq!(peer.expect::<Pong>(SOON).await.sent_at.as_i64(), Some(7));
}

#[tokio::test]
async fn sig_110_the_first_frame_must_be_join() {
    let server = SignalingServer::start().await;
    for text in [r#"{"type":"ping","sent_at":1}"#, r#"{"type":"leave"}"#] {
        let mut peer = TestPeer::connect(&server.url).await;
        let error = told(&mut peer, text).await;
        assert_eq!(error.code, ErrorCode::Unauthenticated);
        assert_eq!(peer.expect_close(SOON).await, Some(4501));
    }
}

#[tokio::test]
async fn sig_110_a_socket_that_does_not_join_is_closed_after_5_s() {
    let server = SignalingServer::start().await;
    let mut peer = TestPeer::connect(&server.url).await;
    let began = testkit::now();
    // Anything that is no join does not prolong it.
    told(&mut peer, r#"{"type":"dance"}"#).await;
    assert_eq!(peer.expect_close(2 * SOON).await, Some(4507));
    let waited = peer.last_at.since(began);
    assert!((4_900..7_000).contains(&waited), "{waited} ms");
}

#[tokio::test]
async fn sig_111_a_join_that_cannot_be_read_is_refused() {
    let server = SignalingServer::start().await;
    let mut peer = TestPeer::connect(&server.url).await;
    let error = told(&mut peer, r#"{"type":"join","id":3}"#).await;
    assert_eq!(error.code, ErrorCode::InvalidField);
    assert_eq!(error.field.as_deref(), Some("ticket"));
    assert_eq!(error.id, Some(FrameId::Number(3)));
    assert_eq!(peer.expect_close(SOON).await, Some(4500));
}

#[tokio::test]
async fn sig_112_a_malformed_frame_costs_an_error_and_the_third_the_socket() {
    let server = SignalingServer::start().await;
    let mut peer = server.join(ANN, &booking().spec()).await;
    let error = told(&mut peer, "{").await;
    assert_eq!((error.code, error.field), (ErrorCode::Malformed, None));
    lives(&mut peer).await;
    let error = told(&mut peer, r#"{"type":"offer","id":9,"epoch":1}"#).await;
    assert_eq!(error.code, ErrorCode::InvalidField);
    assert_eq!(error.field.as_deref(), Some("sdp"));
    assert_eq!(error.id, Some(FrameId::Number(9)));
    lives(&mut peer).await;
    assert_eq!(told(&mut peer, "17").await.code, ErrorCode::Malformed);
    lives(&mut peer).await;
    assert_eq!(told(&mut peer, "[]").await.code, ErrorCode::Malformed);
    assert_eq!(peer.expect_close(SOON).await, Some(4500));
}

#[tokio::test]
async fn sig_112_each_kind_of_nonsense_is_malformed_or_names_its_field() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep = format!(r#"{{"type":"data","payload":{deep}}}"#);
    for (text, field) in [
        ("", None),
        ("null", None),
        (r#"{"type":"leave""#, None),
        (r#"{"type":"leave","type":"leave"}"#, None),
        (r#"{"epoch":1}"#, None),
        (r#"{"type":7}"#, None),
        (r#"{"type":"connected","epoch":"1"}"#, Some("epoch")),
        (r#"{"type":"connected","epoch":-1}"#, Some("epoch")),
        (r#"{"type":"connected","epoch":1e999}"#, Some("epoch")),
        (r#"{"type":"connected","epoch":NaN}"#, None),
        (r#"{"type":"extend","id":"x"}"#, Some("id")),
        (r#"{"type":"data"}"#, Some("payload")),
        (deep.as_str(), Some("payload")),
    ] {
        let mut peer = server.join(ANN, &session).await;
        let error = told(&mut peer, text).await;
        let shown = &text[..text.len().min(60)];
        let code = match field {
            Some(_) => ErrorCode::InvalidField,
            None => ErrorCode::Malformed,
        };
        assert_eq!(error.code, code, "{shown}");
        assert_eq!(error.field.as_deref(), field, "{shown}");
        lives(&mut peer).await;
    }
}

#[tokio::test]
async fn sig_113_an_unknown_type_costs_an_error_however_often() {
    let server = SignalingServer::start().await;
    let mut peer = server.join(ANN, &booking().spec()).await;
    for id in 1..=5 {
        let error = told(&mut peer, &format!(r#"{{"type":"dance","id":{id}}}"#)).await;
        assert_eq!(error.code, ErrorCode::UnknownType);
        assert_eq!(error.id, Some(FrameId::Number(id)));
    }
    // An unknown field is no fault at all.
    peer.send_text(r#"{"type":"ping","sent_at":7,"mood":"good"}"#)
        .await;
    peer.expect::<Pong>(SOON).await;
}

#[tokio::test]
async fn sig_114_breaches_of_the_websocket_keep_their_codes() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let mut binary = server.join(ANN, &session).await;
    binary.socket().send_binary(vec![1, 2, 3]).await;
    assert_eq!(binary.expect_close(SOON).await, Some(1003));

    let mut large = server.join(ANN, &session).await;
    let text = json!({"type": "data", "payload": "x".repeat(64 * 1024)}).to_string();
    large.send_text(text).await;
    assert_eq!(large.expect_close(SOON).await, Some(1009));
}

#[tokio::test]
async fn sig_115_a_flood_is_told_when_to_go_on_and_then_closed() {
    let server = SignalingServer::start().await;
    let session = booking().spec();
    let mut flooder = server.join(ANN, &session).await;
    for at in 0..FLOOD {
        flooder
            .send_text(format!(r#"{{"type":"ping","sent_at":{at}}}"#))
            .await;
    }
    let error = flooder.expect::<ErrorBody>(SOON).await;
    assert_eq!(error.code, ErrorCode::RateLimited);
    assert!(
        error
            .retry_after_ms
            .is_some_and(|ms| (1..=1_000).contains(&ms))
    );
    assert_eq!(flooder.expect_close(SOON).await, Some(4004));
}

#[tokio::test]
async fn sig_116_joins_of_one_address_are_limited() {
    let server = SignalingServer::with(|config| {
        config.limits.sockets.joins_per_second = 1;
        config.limits.sockets.joins_burst = 2;
    })
    .await;
    let ticket = server.ticket(ANN, &booking().spec());
    let mut seen = Vec::new();
    for _ in 0..4 {
        let mut peer = TestPeer::connect(&server.url).await;
        peer.send_join(&ticket, None).await;
        seen.push(match peer.next(SOON).await {
            Some(wire::signaling::ServerFrame::ErrorBody(error)) => {
                assert_eq!(error.code, ErrorCode::RateLimited);
                assert!(error.retry_after_ms.is_some());
                assert_eq!(peer.expect_close(SOON).await, Some(4004));
                false
            }
            _ => true,
        });
    }
    assert_eq!(seen, [true, true, false, false]);
}

#[tokio::test]
async fn sig_117_only_listed_pages_may_connect() {
    let server = SignalingServer::start().await;
    for origin in [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        let mut peer = TestPeer::connect_from(&server.url, origin).await.unwrap();
        peer.send_join(&server.ticket(ANN, &booking().spec()), None)
            .await;
        peer.expect::<Welcome>(SOON).await;
    }
    for origin in [
        "null",
        "http://localhost",
        "https://localhost:8080",
        "http://localhost:8080.evil.example",
        "http://evil.example",
        "HTTP://LOCALHOST:8080",
    ] {
        let refused = TestPeer::connect_from(&server.url, origin)
            .await
            .unwrap_err();
        assert_eq!(refused.status, 403, "{origin}");
        assert!(
            refused.body.contains("origin_not_allowed"),
            "{}",
            refused.body
        );
    }
}
