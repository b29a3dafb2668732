//! WebSockets: the upgrade, life and silence, breaches, and how it ends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use service::http::HttpError;
use service::socket::{Disconnect, Incoming, SocketLimits, SocketSettings, Upgrade};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use wire::CloseCode;

use crate::echo::{Echo, EchoFixture, close_code, frame};
use crate::support::all_ended;

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn edg_17_the_subprotocol_is_ours_or_not_named() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.server.connect().await;
    raw.send(
        fixture
            .request("sec-websocket-protocol: other, test.v1\n")
            .as_bytes(),
    )
    .await;
    let head = raw.read_head().await;
    assert!(
        head.contains("101") && head.contains("sec-websocket-protocol: test.v1"),
        "{head}"
    );
    fixture.opened().await;
    drop(raw);
    assert_eq!(fixture.gone().await, Disconnect::Vanished);

    let plain = fixture.raw().await;
    fixture.opened().await;
    drop(plain);

    let foreign = fixture.request("connection: close\nsec-websocket-protocol: other\n");
    let answer = fixture.server.ask(&foreign.replace("\r\n", "\n")).await;
    assert_eq!((answer.status, answer.code()), (400, "malformed".into()));
    let old = fixture
        .request("connection: close\n")
        .replace("version: 13", "version: 8");
    let answer = fixture.server.ask(&old.replace("\r\n", "\n")).await;
    assert_eq!((answer.status, answer.code()), (400, "malformed".into()));
    let keyless = fixture
        .request("connection: close\n")
        .replace("sec-websocket-key", "x-key");
    let answer = fixture.server.ask(&keyless.replace("\r\n", "\n")).await;
    assert_eq!((answer.status, answer.code()), (400, "malformed".into()));
    fixture.stop().await;
}

#[tokio::test]
async fn edg_10_a_foreign_page_is_refused_before_the_upgrade() {
    let mut fixture = EchoFixture::start().await;
    for headers in [
        "origin: null\n",
        "origin: http://evil.example\n",
        "origin: http://localhost:8080\norigin: http://localhost:8080\n",
    ] {
        let request = fixture.request(&format!("connection: close\n{headers}"));
        let answer = fixture.server.ask(&request.replace("\r\n", "\n")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "origin_not_allowed".into())
        );
    }
    let mut raw = fixture.server.connect().await;
    raw.send(fixture.request("origin: http://[::1]:8080\n").as_bytes())
        .await;
    assert!(raw.read_head().await.contains("101"));
    fixture.opened().await;
    drop(raw);
    fixture.stop().await;
}

#[tokio::test]
async fn edg_18_what_is_queued_leaves_in_one_write() {
    let fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    raw.send(&frame(0x81, b"burst")).await;
    let mut bytes = [0; 4096];
    let count = raw.0.read(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes[..count]);
    assert!(
        text.contains("frame 0") && text.contains("frame 49"),
        "{text}"
    );
    drop(raw);
    fixture.stop().await;
}

#[tokio::test]
async fn edg_18_what_is_queued_leaves_while_the_owner_waits_for_something_else() {
    let seen = Arc::new(Notify::new());
    let arrives = Arc::clone(&seen);
    let waits =
        async move |State(echo): State<Echo>, upgrade: Upgrade| -> Result<Response, HttpError> {
            let arrives = Arc::clone(&arrives);
            upgrade.accept(
                &echo.origins,
                echo.settings,
                &echo.tasks,
                async move |mut socket| {
                    let handle = socket.handle();
                    handle.try_send("before".into()).unwrap();
                    // Queued by another task while this one waits.
                    let later = tokio::spawn(async move {
                        tokio::task::yield_now().await;
                        handle.try_send("meanwhile".into()).unwrap();
                    });
                    socket.write_while(arrives.notified()).await;
                    later.await.unwrap();
                    assert_eq!(socket.next().await, Incoming::Text("after".into()));
                    while let Incoming::Text(_) = socket.next().await {}
                    socket
                },
            )
        };
    let fixture = EchoFixture::routed(SocketSettings::new("test.v1"), get(waits)).await;
    let mut client = fixture.client().await;
    client.send(Message::text("after")).await.unwrap();
    for expected in ["before", "meanwhile"] {
        let frame = tokio::time::timeout(LIMIT, client.next()).await;
        assert_eq!(frame.unwrap().unwrap().unwrap(), Message::text(expected));
    }
    seen.notify_one();
    client.close(None).await.unwrap();
    assert!(client.next().await.unwrap().unwrap().is_close());
    fixture.stop().await;
}

#[tokio::test]
async fn edg_34_compression_is_not_negotiated() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.server.connect().await;
    let offer = "sec-websocket-extensions: permessage-deflate; client_max_window_bits\n";
    raw.send(fixture.request(offer).as_bytes()).await;
    let head = raw.read_head().await;
    assert!(head.contains("101"), "{head}");
    assert!(!head.contains("sec-websocket-extensions"), "{head}");
    // A frame that says that it is compressed has a reserved bit set.
    raw.send(&frame(0xc1, b"a")).await;
    assert_eq!(close_code(&raw.read_to_end().await), Some(1002));
    fixture.opened().await;
    fixture.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_19_a_silent_socket_is_pinged_and_then_lost() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    raw.send(&frame(0x81, b"a")).await;
    let begun = Instant::now();
    let bytes = raw.read_to_end().await;
    assert_eq!(bytes[..3], [0x81, 1, b'a']);
    assert_eq!(
        bytes[3..7],
        [0x89, 0, 0x89, 0],
        "two pings, at 5 and at 10 s"
    );
    assert_eq!(close_code(&bytes), Some(4001));
    assert_eq!(
        fixture.gone().await,
        Disconnect::Server(CloseCode::HeartbeatTimeout)
    );
    let after = begun.elapsed();
    assert!(
        after >= Duration::from_secs(12) && after < Duration::from_secs(16),
        "{after:?}"
    );
    fixture.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_19_any_frame_counts_as_life() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    raw.send(&frame(0x81, b"a")).await;
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_secs(11)).await;
        raw.send(&frame(0x8a, b"")).await;
    }
    assert!(!fixture.opened().await.is_closed());
    drop(raw);
    fixture.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_23_the_first_frame_has_a_time_limit() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    let begun = Instant::now();
    raw.send(&frame(0x89, b"ping")).await;
    assert_eq!(close_code(&raw.read_to_end().await), Some(4507));
    assert_eq!(
        fixture.gone().await,
        Disconnect::Server(CloseCode::JoinTimeout)
    );
    assert!(begun.elapsed() >= SocketLimits::default().join_timeout());
    fixture.stop().await;
}

#[tokio::test]
async fn edg_24_breaches_have_their_codes() {
    let mut fixture = EchoFixture::start().await;
    let fragmented = [frame(0x01, &[b'x'; 40_000]), frame(0x80, &[b'x'; 40_000])].concat();
    let mut unmasked = frame(0x81, b"");
    unmasked.truncate(1);
    unmasked.extend([1, b'a']);
    let huge = [
        vec![0x81, 0xff],
        (1u64 << 62).to_be_bytes().to_vec(),
        vec![0; 8],
    ]
    .concat();
    let negative = [vec![0x81, 0xff], vec![0xff; 8], vec![0; 8]].concat();
    let crumbs = [frame(0x01, b""), frame(0x00, b"x").repeat(64 * 1024 + 1)].concat();
    let split = [frame(0x01, b"\xce"), frame(0x80, b"\xff")].concat();
    let breaches = [
        ("binary", frame(0x82, b"a"), 1003),
        ("not UTF-8", frame(0x81, b"\xff\xfe"), 1007),
        ("not UTF-8 over two fragments", split, 1007),
        ("cut in a character", frame(0x81, b"\xce"), 1007),
        ("too large", frame(0x81, &[b'x'; 64 * 1024 + 1]), 1009),
        ("too large in all", fragmented, 1009),
        ("too large in fragments of one byte", crumbs, 1009),
        ("a size that can't be", huge, 1009),
        ("a size that no frame may name", negative, 1009),
        (
            "much too large",
            frame(0x81, &vec![b'x'; 1024 * 1024]),
            1009,
        ),
        ("unmasked", unmasked, 1002),
        ("reserved bit", frame(0xc1, b"a"), 1002),
        ("reserved opcode", frame(0x83, b"a"), 1002),
        ("fragmented ping", frame(0x09, b"a"), 1002),
        ("long ping", frame(0x89, &[0; 126]), 1002),
    ];
    for (name, bytes, code) in breaches {
        let mut raw = fixture.raw().await;
        raw.send(&bytes).await;
        let answer = tokio::time::timeout(LIMIT, raw.read_to_end())
            .await
            .unwrap();
        assert_eq!(close_code(&answer), Some(code), "{name}");
        let expected = CloseCode::ALL
            .into_iter()
            .find(|c| c.code() == code)
            .unwrap();
        assert_eq!(fixture.gone().await, Disconnect::Server(expected), "{name}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn binary_is_taken_only_from_who_asks_for_any_frame() {
    async fn any(State(echo): State<Echo>, upgrade: Upgrade) -> Result<Response, HttpError> {
        upgrade.accept(
            &echo.origins,
            echo.settings,
            &echo.tasks,
            async |mut socket| {
                let handle = socket.handle();
                while let Ok(frame) = socket.next_frame().await {
                    handle.try_send_frame(frame).unwrap();
                }
                assert!(matches!(socket.next().await, Incoming::Closed(_)));
                socket
            },
        )
    }
    let fixture = EchoFixture::routed(SocketSettings::new("test.v1"), get(any)).await;
    let mut client = fixture.client().await;
    for message in [Message::binary(vec![0xff]), Message::text("a")] {
        client.send(message.clone()).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), message);
    }
    client.close(None).await.unwrap();
    assert!(client.next().await.unwrap().unwrap().is_close());
    fixture.stop().await;
}

#[tokio::test]
async fn edg_24_who_is_still_sending_is_told_and_not_reset() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    let frame = frame(0x81, &vec![b'x'; 256 * 1024]);
    let (begin, rest) = frame.split_at(64);
    raw.send(begin).await;
    let mut close = [0; 4];
    raw.0.read_exact(&mut close).await.unwrap();
    assert_eq!(close_code(&close), Some(1009));
    assert_eq!(
        fixture.gone().await,
        Disconnect::Server(CloseCode::TooLarge)
    );
    // Its tasks have ended, so that without lingering the connection would be gone.
    all_ended(&fixture.tasks).await;
    for piece in rest.chunks(32 * 1024) {
        raw.send(piece).await;
    }
    drop(raw);
    fixture.stop().await;
}

#[tokio::test]
async fn edg_24_the_largest_frame_is_taken() {
    let fixture = EchoFixture::start().await;
    let mut client = fixture.client().await;
    let text = "x".repeat(64 * 1024);
    client.send(Message::text(text.clone())).await.unwrap();
    let echoed = client.next().await.unwrap().unwrap();
    assert_eq!(echoed.into_text().unwrap().as_str(), text);
    drop(client);
    fixture.stop().await;
}

#[tokio::test]
async fn edg_25_a_close_of_the_other_end_is_answered() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    raw.send(&frame(0x88, &[0x0f, 0xa0])).await;
    let answer = raw.read_to_end().await;
    assert_eq!(close_code(&answer), Some(4000));
    assert_eq!(fixture.gone().await, Disconnect::Peer(Some(4000)));
    fixture.stop().await;
}

#[tokio::test]
async fn edg_25_our_close_says_why_after_what_was_queued() {
    let mut fixture = EchoFixture::start().await;
    let mut client = fixture.client().await;
    let handle = fixture.opened().await;
    handle.try_send("last words".into()).unwrap();
    handle.close(CloseCode::SessionOver);
    assert_eq!(
        client.next().await.unwrap().unwrap(),
        Message::text("last words")
    );
    let Message::Close(Some(close)) = client.next().await.unwrap().unwrap() else {
        panic!("no close frame");
    };
    assert_eq!(
        (u16::from(close.code), close.reason.as_str()),
        (4504, "session_over")
    );
    assert!(client.next().await.is_none(), "a clean end");
    assert_eq!(
        fixture.gone().await,
        Disconnect::Server(CloseCode::SessionOver)
    );
    assert!(handle.is_closed());
    fixture.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_25_a_close_that_is_not_answered_is_not_waited_for_long() {
    let mut fixture = EchoFixture::start().await;
    let mut raw = fixture.raw().await;
    let begun = Instant::now();
    fixture.opened().await.close(CloseCode::Replaced);
    assert_eq!(close_code(&raw.read_to_end().await), Some(4505));
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    fixture.stop().await;
}

#[tokio::test(start_paused = true)]
async fn edg_26_who_reads_nothing_is_ended() {
    let mut settings = SocketSettings::new("test.v1");
    settings.queue_frames = 1 << 20;
    settings.queue_bytes = 1 << 30;
    settings.silent_after = Duration::from_secs(3_600);
    let mut fixture = EchoFixture::with(settings).await;
    let mut raw = fixture.raw().await;
    raw.send(&frame(0x81, b"a")).await;
    let handle = fixture.opened().await;
    raw.0.read_exact(&mut [0; 3]).await.unwrap();
    // More than the kernel's buffers of both ends take.
    let text = service::socket::Utf8Bytes::from("x".repeat(64 * 1024));
    for _ in 0..512 {
        handle.try_send(text.clone()).unwrap();
    }
    assert_eq!(
        fixture.gone().await,
        Disconnect::Server(CloseCode::SlowConsumer)
    );
    drop(raw);
    fixture.stop().await;
}

#[tokio::test]
async fn a_reset_is_a_loss() {
    let mut fixture = EchoFixture::start().await;
    let client = fixture.client().await;
    fixture.opened().await;
    drop(client);
    assert_eq!(fixture.gone().await, Disconnect::Vanished);
    fixture.stop().await;
}
