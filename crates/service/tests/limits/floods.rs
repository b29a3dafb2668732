//! Floods of what is no message, from a socket that never reads, before and after it has joined.

use std::time::Duration;

use service::limits::Limit;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::CloseCode;

use crate::server::{LimitServer, SOON, expect_text, say};

/// More than the kernel's buffers of both ends and the connection's lingering take together.
const MUCH: usize = 48 * 1024 * 1024;
/// What a flood consists of, and what is sent once before it.
const FLOODS: [(&str, &[u8], &[u8]); 6] = [
    ("pings", b"", &ping([b'x'; 125])),
    ("empty pings", b"", &[0x89, 0x80, 0, 0, 0, 0]),
    ("pongs", b"", &[0x8a, 0x80, 0, 0, 0, 0]),
    (
        "fragments of a byte",
        FIRST_FRAGMENT,
        &[0x00, 0x81, 0, 0, 0, 0, b'x'],
    ),
    ("empty fragments", FIRST_FRAGMENT, &[0x00, 0x80, 0, 0, 0, 0]),
    ("empty messages", b"", &[0x81, 0x80, 0, 0, 0, 0]),
];
const FIRST_FRAGMENT: &[u8] = &[0x01, 0x80, 0, 0, 0, 0];

const fn ping(payload: [u8; 125]) -> [u8; 131] {
    let mut frame = [0; 131];
    (frame[0], frame[1]) = (0x89, 0x80 | 125);
    let mut index = 0;
    while index < payload.len() {
        frame[6 + index] = payload[index];
        index += 1;
    }
    frame
}

/// A socket that sends and does not read.
struct Deaf(TcpStream);

impl Deaf {
    async fn connect(server: &LimitServer, has_joined: bool) -> Self {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = "GET /socket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-forwarded-for: 192.0.2.9\r\n\
                       sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        if has_joined {
            let join = [&[0x81, 0x88, 0, 0, 0, 0][..], b"join ann"].concat();
            stream.write_all(&join).await.unwrap();
            let mut joined = [0; 8];
            stream.read_exact(&mut joined).await.unwrap();
            assert!(joined.ends_with(b"joined"));
        }
        Self(stream)
    }

    /// Sends `frame` again and again until the connection is gone: so many bytes were taken.
    async fn flood(&mut self, first: &[u8], frame: &[u8]) -> usize {
        let many = [first, &frame.repeat(1_000)].concat();
        let (mut sent, repeated) = (0, &many[first.len()..]);
        let mut next: &[u8] = &many;
        while sent < MUCH && self.0.write_all(next).await.is_ok() {
            sent += next.len();
            next = repeated;
        }
        sent
    }
}

#[tokio::test]
async fn edg_72_who_floods_with_what_is_no_message_is_closed() {
    let mut floods = tokio::task::JoinSet::new();
    for (name, first, frame) in FLOODS {
        for has_joined in [false, true] {
            floods.spawn(async move {
                let server = LimitServer::start(|_, _| {}).await;
                let mut deaf = Deaf::connect(&server, has_joined).await;
                let sent = tokio::time::timeout(SOON, deaf.flood(first, frame)).await;
                let sent = sent.unwrap_or_else(|_| panic!("{name} {has_joined}: goes on"));
                assert!(sent < MUCH, "{name} {has_joined}: {sent}");
                // A message in so many parts is too large before it is a flood.
                let due = match first.is_empty() {
                    true => CloseCode::RateLimited,
                    false => CloseCode::TooLarge,
                };
                assert_eq!(server.ended().await, due, "{name} {has_joined}");
            });
        }
    }
    while let Some(ended) = floods.join_next().await {
        ended.unwrap();
    }
}

/// The pings are within the rate, so that what is not read is all that ends them.
#[tokio::test]
async fn edg_73_who_pings_and_does_not_read_is_a_slow_consumer() {
    let server = LimitServer::start(|_, sockets| {
        sockets.frames_per_second = 100_000_000;
        sockets.write_timeout_ms = 300;
    })
    .await;
    let before = server.hits(Limit::WriteTimeout).await;
    let mut deaf = Deaf::connect(&server, true).await;
    let sent = tokio::time::timeout(SOON, deaf.flood(b"", &ping([b'x'; 125]))).await;
    let sent = sent.expect("an end");
    assert!(
        sent < MUCH,
        "{sent} bytes of pings were taken, and their answers kept"
    );
    assert_eq!(server.ended().await, CloseCode::SlowConsumer);
    assert!(server.hits(Limit::WriteTimeout).await > before);
}

/// Who reads again in time goes on, and what waited meanwhile is read.
#[tokio::test]
async fn edg_73_who_reads_again_in_time_goes_on() {
    let server = LimitServer::start(|_, sockets| sockets.queue_bytes = 64 * 1024 * 1024).await;
    let mut late = Deaf::connect(&server, true).await;
    let say = |text: &str| {
        let length = u8::try_from(text.len()).unwrap();
        [&[0x81, 0x80 | length, 0, 0, 0, 0][..], text.as_bytes()].concat()
    };
    late.0.write_all(&say("send 32000000")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    late.0.write_all(&say("send 5")).await.unwrap();
    let mut read = vec![0; 2 + 8 + 32_000_000 + 2 + 5];
    let all = tokio::time::timeout(SOON, late.0.read_exact(&mut read)).await;
    all.unwrap().unwrap();
}

/// A crowd of strangers that comes and stays silent, from the address of somebody who wants to join.
#[tokio::test]
async fn edg_76_who_joins_beside_a_crowd_of_strangers_gets_in() {
    let server = LimitServer::start(|http, sockets| {
        http.connections = 40;
        sockets.joins_per_second = 1;
        sockets.joins_burst = 1;
    })
    .await;
    let mut crowd = Vec::new();
    let mut joined = Vec::new();
    for user in 0..10 {
        for number in 0..30 {
            let mut stranger = Deaf::connect(&server, false).await;
            if number % 3 == 0 {
                let bogus = [&[0x81, 0x85, 0, 0, 0, 0][..], b"bogus"].concat();
                stranger.0.write_all(&bogus).await.ok();
            }
            crowd.push(stranger);
        }
        let mut socket = server.upgrade("192.0.2.9").await.unwrap();
        say(&mut socket, &format!("join user {user}")).await;
        expect_text(&mut socket, "joined").await;
        joined.push(socket);
    }
    // Whoever joined first is still there, though 300 strangers came after.
    say(&mut joined[0], "send 3").await;
    expect_text(&mut joined[0], "xxx").await;
}
