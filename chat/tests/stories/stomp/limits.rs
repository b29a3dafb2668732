//! The limits of the other subprotocol hold here.

use testkit::{ANN, BO, BookedRoom, SOON};
use wire::stomp::StompCommand;

use super::peer::StompPeer;
use crate::server::Server;

#[tokio::test]
async fn cht_142_too_many_frames_are_refused_and_a_flood_is_cut() {
    let server = Server::with(|limits| {
        limits.sockets.frames_per_second = 1;
        limits.sockets.frames_burst = 5;
    })
    .await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    let frame = [("id", "none"), ("receipt", "u")];
    for _ in 0..300 {
        ann.send(StompCommand::Unsubscribe, &frame, "").await;
    }
    while ann.refusal().await != ("rate_limited".to_owned(), Some("u".to_owned())) {}
    assert_eq!(ann.end().await, ("rate_limited".to_owned(), Some(4004)));
    let mut bo = StompPeer::connect(&server.stomp_url(), &server.ticket(BO, &room)).await;
    for _ in 0..300 {
        bo.socket.send_text("\n").await;
    }
    assert_eq!(bo.close().await, Some(4004), "heart-beats count too");
}

#[tokio::test]
async fn cht_142_what_is_too_large_closes_with_1009() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let ticket = server.ticket(ANN, &room);
    let mut message = StompPeer::connect(&server.stomp_url(), &ticket).await;
    message.socket.send_text("x".repeat(64 * 1024 + 1)).await;
    assert_eq!(message.close().await, Some(1009));
    let mut frame = StompPeer::connect(&server.stomp_url(), &ticket).await;
    frame
        .socket
        .send_text(format!("SEND\n\n{}", "x".repeat(60 * 1024)))
        .await;
    frame.socket.send_text("x".repeat(60 * 1024)).await;
    assert_eq!(frame.end().await, ("too_large".to_owned(), Some(1009)));
    let mut headers = StompPeer::connect(&server.stomp_url(), &ticket).await;
    headers
        .socket
        .send_text(format!("SEND\n{}\n\0", "a:b\n".repeat(65)))
        .await;
    assert_eq!(headers.end().await, ("too_large".to_owned(), Some(1009)));
}

#[tokio::test]
async fn cht_142_a_slow_reader_is_dropped_and_goes_on_after_what_it_has() {
    let server = Server::with(|limits| limits.sockets.queue_bytes = 64 * 1024).await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let ticket = server.ticket(BO, &room);
    let topic = format!("/topic/rooms/{}", room.id);
    let mut bo = StompPeer::connect(&server.stomp_url(), &ticket).await;
    bo.subscribe("t", &topic, &[]).await;
    bo.socket.stall(true).await;
    // More than the sockets' own buffers and the queue hold together.
    let (body, count) = ("x".repeat(15_000), 280);
    for n in 0..count {
        ann.say(&room.id, &format!("c-{n}"), &body).await;
    }
    bo.socket.stall(false).await;
    let code = bo.close().await;
    assert!(matches!(code, Some(4002) | None), "{code:?}");
    let had = bo.count(|frame| frame.header("subscription") == Some("t"));
    assert!(had < count, "it was dropped");
    let mut bo = StompPeer::connect(&server.stomp_url(), &ticket).await;
    bo.subscribe("t", &topic, &[("after", &had.to_string())])
        .await;
    for seq in had + 1..=count {
        let message = bo.message("t").await;
        assert_eq!(message.header("seq"), Some(seq.to_string().as_str()));
    }
    ann.expect::<wire::chat::Message>(SOON).await;
}
