//! `SEND`, what is refused, and what is no frame.

use testkit::{ANN, BO, BookedRoom, SOON};
use wire::chat::{Message, Read};
use wire::stomp::StompCommand;

use super::peer::{StompPeer, text};
use crate::server::Server;

#[tokio::test]
async fn cht_138_a_receipt_comes_once_the_message_is_durable_and_says_where_it_stands() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut bo = server.peer(BO, &room).await;
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    let topic = format!("/topic/rooms/{}", room.id);
    ann.subscribe("t", &topic, &[]).await;
    let to = format!("/app/rooms/{}", room.id);
    let headers = [
        ("destination", to.as_str()),
        ("client-id", "c:1\\"),
        ("receipt", "r:1"),
    ];
    for _ in 0..2 {
        ann.send(StompCommand::Send, &headers, "안녕 👋\nand: \\n")
            .await;
        let receipt = ann.receipt("r:1").await;
        assert_eq!(receipt.header("seq"), Some("1"));
    }
    let told = bo.expect::<Message>(SOON).await;
    let id = told.message_id.as_str();
    let message = ann.message("t").await;
    for (name, value) in [
        ("destination", topic.as_str()),
        ("seq", "1"),
        ("message-id", id),
        ("from", ANN),
        ("client-id", "c:1\\"),
        ("content-type", "text/plain"),
    ] {
        assert_eq!(message.header(name), Some(value), "{name}");
    }
    assert!(message.header("sent-at").unwrap().parse::<i64>().unwrap() > 0);
    assert_eq!(message.body, "안녕 👋\nand: \\n".as_bytes());
    let read = format!("/app/rooms/{}/read", room.id);
    let mut bo_reads = StompPeer::connect(&server.stomp_url(), &server.ticket(BO, &room)).await;
    let headers = [("destination", read.as_str()), ("receipt", "read")];
    bo_reads.send(StompCommand::Send, &headers, "1").await;
    bo_reads.receipt("read").await;
    assert_eq!(bo.expect::<Read>(SOON).await.seq, 1);
    bo.assert_none::<Message>();
}

/// Command, headers, body, and the code of its refusal.
type RefusedFrame<'a> = (StompCommand, Vec<(&'a str, &'a str)>, &'a str, &'a str);

#[tokio::test]
async fn cht_139_a_refused_frame_is_told_and_the_connection_lives() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    let (own, strange) = (format!("/app/rooms/{}", room.id), "/app/rooms/of-others");
    let read = format!("{own}/read");
    let long = "x".repeat(20_000);
    let send = StompCommand::Send;
    let cases: [RefusedFrame<'_>; 9] = [
        (
            send,
            vec![("destination", strange), ("client-id", "c")],
            "hi",
            "not_a_member",
        ),
        (
            send,
            vec![("destination", own.as_str())],
            "hi",
            "invalid_field",
        ),
        (
            send,
            vec![("destination", "/queue/other")],
            "hi",
            "invalid_field",
        ),
        (
            send,
            vec![("destination", own.as_str()), ("client-id", "c")],
            " ",
            "bad_text",
        ),
        (
            send,
            vec![("destination", own.as_str()), ("client-id", "c")],
            &long,
            "bad_text",
        ),
        (
            send,
            vec![("destination", read.as_str())],
            "many",
            "invalid_field",
        ),
        (
            StompCommand::Begin,
            vec![("transaction", "t")],
            "",
            "unsupported",
        ),
        (StompCommand::Ack, vec![("id", "1")], "", "unsupported"),
        (
            StompCommand::Unsubscribe,
            vec![("id", "none")],
            "",
            "invalid_field",
        ),
    ];
    for (command, mut headers, body, code) in cases {
        headers.push(("receipt", "r"));
        ann.send(command, &headers, body).await;
        let (refused, receipt) = ann.refusal().await;
        assert_eq!(
            (refused.as_str(), receipt.as_deref()),
            (code, Some("r")),
            "{headers:?}"
        );
    }
    let receipts = ann.count(|frame| frame.command == StompCommand::Receipt);
    assert_eq!(receipts, 0, "what is refused has no receipt");
    ann.socket.send_text("DANCE\nreceipt:d\n\n\0").await;
    assert_eq!(
        ann.refusal().await,
        ("unknown_type".to_owned(), Some("d".to_owned()))
    );
    // Who has subscribed to nothing is told too.
    let ticket = server.ticket(ANN, &room);
    let mut deaf = StompPeer::open(&server.stomp_url()).await;
    deaf.say_hello(&[("passcode", &ticket)]).await;
    deaf.send(send, &[("destination", strange), ("client-id", "c")], "hi")
        .await;
    assert_eq!(deaf.refusal().await.0, "not_a_member");
}

#[tokio::test]
async fn cht_139_the_third_malformed_frame_in_ten_seconds_closes() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    for _ in 0..2 {
        ann.socket.send_text("SEND\nno colon\n\nhi\0").await;
        assert_eq!(ann.refusal().await.0, "malformed");
    }
    ann.subscribe("rooms", "/user/queue/rooms", &[]).await;
    ann.socket.send_text("SEND\nfoo:\\t\n\n\0").await;
    assert_eq!(ann.end().await, ("malformed".to_owned(), Some(4500)));
}

#[tokio::test]
async fn cht_131_frames_are_read_from_binary_messages_in_pieces_and_several_at_once() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = StompPeer::connect(&server.stomp_url(), &server.ticket(ANN, &room)).await;
    let to = format!("/app/rooms/{}", room.id);
    let frame = |key: &str| {
        let headers = [
            ("destination", to.as_str()),
            ("client-id", key),
            ("receipt", key),
        ];
        text(StompCommand::Send, &headers, "👋")
    };
    let several = format!("\n{}\r\n\n{}", frame("c-1"), frame("c-2"));
    ann.socket.send_binary(several.into_bytes()).await;
    let split = frame("c-3").into_bytes();
    for piece in split.chunks(split.len() / 3) {
        ann.socket.send_binary(piece.to_vec()).await;
    }
    for (key, seq) in [("c-1", "1"), ("c-2", "2"), ("c-3", "3")] {
        assert_eq!(ann.receipt(key).await.header("seq"), Some(seq));
    }
    let headers = [("destination", to.as_str()), ("client-id", "c-4")];
    let mut bytes = text(StompCommand::Send, &headers, "xx").into_bytes();
    let at = bytes.len() - 2;
    bytes[at] = 0xff;
    ann.socket.send_binary(bytes).await;
    assert_eq!(ann.refusal().await.0, "bad_text");
}
