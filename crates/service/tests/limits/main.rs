//! Each limit of the shared server, reached over real sockets: each is counted, and the next row finds a
//! server that lives. Alone in its process, since the counters are the process's.

mod floods;
mod server;
mod slow;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use service::clock::now;
use service::http::Limits;
use service::limits::Limit;
use service::socket::{ConnectionLimiter, SocketLimits};
use service::tickets::{JwksSource, TicketVerifier};
use service::{Shutdown, Tasks};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use wire::{CloseCode, UserId};

use crate::server::{LimitServer, SOON, closed, expect_text, say};

#[tokio::test]
async fn edg_46_each_limit_that_bites_is_counted() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let metrics = LimitServer::start(|_, _| {}).await;
    for limit in Limit::ALL {
        let before = metrics.hits(limit).await;
        if reach(limit).await {
            let after = metrics.hits(limit).await;
            assert!(after > before, "{}: {before} {after}", limit.name());
        }
    }
}

/// Runs into a limit. False for those that are not of the shared server, or take a process of their own:
/// tests beside what keeps them name them.
async fn reach(limit: Limit) -> bool {
    match limit {
        Limit::Connections => connections().await,
        Limit::ConnectionsPerAddress => connections_per_address().await,
        Limit::ConnectionsUnauthenticated => connections_unauthenticated().await,
        Limit::ConnectionsPerUser => connections_per_user().await,
        Limit::HeaderTimeout => header_timeout().await,
        Limit::HeaderSize => header_size().await,
        Limit::BodyBytes => body_bytes().await,
        Limit::BodyTime => slow::body_time().await,
        Limit::AnswerTime => slow::answer_time().await,
        Limit::Drain => drain().await,
        Limit::FrameBytes => frame_bytes().await,
        Limit::JoinTimeout => join_timeout().await,
        Limit::Silence => silence().await,
        Limit::WriteTimeout => write_timeout().await,
        Limit::QueueFrames => queue_frames().await,
        Limit::QueueBytes => queue_bytes().await,
        Limit::Frames => frames().await,
        Limit::FramesPerUser => frames_per_user().await,
        Limit::FramesPerAddress => frames_per_address().await,
        Limit::Flood => flood().await,
        Limit::Malformed => malformed().await,
        Limit::Joins => joins().await,
        Limit::JoinsPerUser => joins_per_user().await,
        Limit::Requests => requests(),
        Limit::JwksRefetch => jwks_refetch().await,
        Limit::Descriptors | Limit::Sessions | Limit::Rooms | Limit::WrongLinks => return false,
        Limit::StreamTimeout | Limit::Revocations => return false,
        Limit::ResumeBytes | Limit::ResumeTotalBytes => return false,
        Limit::Signups | Limit::Logins | Limit::PasswordHashes => return false,
        Limit::Searches | Limit::Exports | Limit::Mails | Limit::Posts => return false,
        Limit::QuotaPerPerson | Limit::QuotaPerRoom | Limit::QuotaPerApplication => return false,
        Limit::RoomBytes => return false,
    }
    true
}

async fn connections() {
    let server = LimitServer::start(|http, _| http.connections = 1).await;
    let first = server.joined("ann").await;
    assert_eq!(server.raw(b"").await, b"", "closed at once");
    drop(first);
}

async fn connections_per_address() {
    let server = LimitServer::start(|http, _| http.connections_per_address = 1).await;
    let mut first = server.upgrade("192.0.2.7").await.unwrap();
    say(&mut first, "join ann").await;
    expect_text(&mut first, "joined").await;
    let refused = server.upgrade("192.0.2.7").await.unwrap_err();
    assert!(matches!(refused, WsError::Http(answer) if answer.status() == 429));
    server.upgrade("192.0.2.8").await.unwrap();
    drop(first);
}

/// One who has not joined gives way to the next.
async fn connections_unauthenticated() {
    let server = LimitServer::start(|http, _| http.connections_per_address = 1).await;
    let mut first = server.upgrade("192.0.2.7").await.unwrap();
    let mut second = server.upgrade("192.0.2.7").await.unwrap();
    say(&mut second, "join ann").await;
    expect_text(&mut second, "joined").await;
    let mut ended = first.next().await;
    while matches!(ended, Some(Ok(Message::Ping(_)))) {
        ended = first.next().await;
    }
    assert!(!matches!(ended, Some(Ok(_))), "it is gone: {ended:?}");
}

async fn connections_per_user() {
    let server = LimitServer::start(|_, sockets| sockets.connections_per_user = 1).await;
    let _first = server.joined("ann").await;
    let mut second = server.socket().await;
    say(&mut second, "join ann").await;
    assert_eq!(closed(&mut second).await, CloseCode::RateLimited.code());
}

async fn header_timeout() {
    let server = LimitServer::start(|http, _| http.header_timeout_ms = 100).await;
    server.raw(b"GET / HTTP/1.1\r\nhost: x\r\n").await;
}

async fn header_size() {
    let server = LimitServer::start(|http, _| http.header_lines = 4).await;
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(8));
    let answer = server.raw(many.as_bytes()).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        answer.escape_ascii()
    );
}

async fn body_bytes() {
    let server = LimitServer::start(|http, _| http.body_bytes = 10).await;
    let request = "POST /note HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                   content-length: 20\r\n\r\n{\"text\":\"123456789\"}";
    let answer = String::from_utf8(server.raw(request.as_bytes()).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("10 bytes at most"), "{answer}");
}

async fn drain() {
    let server = LimitServer::start(|http, _| http.drain_ms = 100).await;
    let mut busy = TcpStream::connect(server.address).await.unwrap();
    busy.write_all(b"GET /hang HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    server.hanging.notified().await;
    server.shutdown.start();
    let mut rest = Vec::new();
    tokio::time::timeout(SOON, busy.read_to_end(&mut rest))
        .await
        .unwrap()
        .ok();
}

async fn frame_bytes() {
    let server = LimitServer::start(|_, sockets| sockets.frame_bytes = 4_096).await;
    let mut ann = server.joined("ann").await;
    say(&mut ann, &"x".repeat(4_097)).await;
    assert_eq!(closed(&mut ann).await, CloseCode::TooLarge.code());
}

async fn join_timeout() {
    let server = LimitServer::start(|_, sockets| sockets.join_timeout_ms = 100).await;
    let mut socket = server.socket().await;
    assert_eq!(closed(&mut socket).await, CloseCode::JoinTimeout.code());
}

/// The client answers no ping, as nobody polls it.
async fn silence() {
    let server = LimitServer::start(|_, _| {}).await;
    let mut ann = server.joined("ann").await;
    say(&mut ann, "ping seldom").await;
    server.ended().await;
}

async fn write_timeout() {
    let server = LimitServer::start(|_, sockets| {
        sockets.write_timeout_ms = 200;
        sockets.queue_bytes = 64 * 1024 * 1024;
    })
    .await;
    let mut ann = server.joined("ann").await;
    say(&mut ann, "send 32000000").await;
    server.ended().await;
}

async fn queue_frames() {
    let server = LimitServer::start(|_, sockets| sockets.queue_frames = 2).await;
    let mut ann = server.joined("ann").await;
    say(&mut ann, "thrice").await;
    assert_eq!(closed(&mut ann).await, CloseCode::SlowConsumer.code());
}

async fn queue_bytes() {
    let server = LimitServer::start(|_, sockets| sockets.queue_bytes = 100_000).await;
    let mut ann = server.joined("ann").await;
    say(&mut ann, "send 100001").await;
    assert_eq!(closed(&mut ann).await, CloseCode::SlowConsumer.code());
}

async fn frames() {
    let server = LimitServer::start(slow).await;
    let mut ann = server.joined("ann").await;
    for _ in 0..100 {
        say(&mut ann, "hello").await;
    }
    expect_text(&mut ann, "rate_limited").await;
}

async fn frames_per_user() {
    let server = LimitServer::start(|http, sockets| {
        slow(http, sockets);
        sockets.frames_user_factor = 1;
    })
    .await;
    let (mut phone, mut laptop) = (server.joined("ann").await, server.joined("ann").await);
    for _ in 0..80 {
        say(&mut phone, "hello").await;
        say(&mut laptop, "hello").await;
    }
    expect_text(&mut laptop, "rate_limited").await;
}

async fn frames_per_address() {
    let server = LimitServer::start(|http, sockets| {
        slow(http, sockets);
        sockets.frames_address_factor = 1;
    })
    .await;
    let (mut ann, mut bo) = (
        server.upgrade("192.0.2.7").await.unwrap(),
        server.upgrade("192.0.2.7").await.unwrap(),
    );
    say(&mut ann, "join ann").await;
    say(&mut bo, "join bo").await;
    for _ in 0..80 {
        say(&mut ann, "hello").await;
        say(&mut bo, "hello").await;
    }
    expect_text(&mut bo, "rate_limited").await;
}

async fn flood() {
    let server = LimitServer::start(slow).await;
    let mut ann = server.joined("ann").await;
    for _ in 0..500 {
        // The end may come while there is still something to say.
        if ann.send(Message::text("hello")).await.is_err() {
            break;
        }
    }
    assert_eq!(closed(&mut ann).await, CloseCode::RateLimited.code());
}

async fn malformed() {
    let server = LimitServer::start(|_, _| {}).await;
    let mut ann = server.joined("ann").await;
    for _ in 0..3 {
        say(&mut ann, "malformed").await;
    }
    assert_eq!(closed(&mut ann).await, CloseCode::Malformed.code());
}

async fn joins() {
    let server = LimitServer::start(|_, sockets| {
        sockets.joins_per_second = 1;
        sockets.joins_burst = 1;
    })
    .await;
    let mut crowd = Vec::new();
    for _ in 0..20 {
        let mut socket = server.socket().await;
        say(&mut socket, "bogus").await;
        crowd.push(socket);
    }
    let last = crowd.last_mut().unwrap();
    assert_eq!(closed(last).await, CloseCode::RateLimited.code());
    server.joined("ann").await;
}

async fn joins_per_user() {
    let server = LimitServer::start(|_, sockets| {
        sockets.joins_per_second = 1;
        sockets.joins_burst = 1;
    })
    .await;
    server.joined("ann").await;
    let mut once_more = server.socket().await;
    say(&mut once_more, "join ann").await;
    assert_eq!(closed(&mut once_more).await, CloseCode::RateLimited.code());
}

fn requests() {
    let limiter = ConnectionLimiter::new(SocketLimits::default());
    let ann = UserId::from("ann");
    let refused = (0..1_000).find_map(|_| limiter.check_request(&ann, now()).err());
    assert!(refused.is_some());
}

/// No scheduler answers, and no key is known.
async fn jwks_refetch() {
    let folder = tempfile::tempdir().unwrap();
    let (tasks, shutdown) = (Tasks::new(), Shutdown::new());
    let source = JwksSource {
        scheduler_url: "http://127.0.0.1:9".to_owned(),
        issuer: "http://127.0.0.1:9".to_owned(),
        cache: folder.path().join("jwks.json"),
        refetch: Duration::from_secs(60),
    };
    let tickets = TicketVerifier::start(source, service::http::client(), &tasks, &shutdown);
    let part = |value: Value| B64.encode(value.to_string());
    let header = part(json!({"alg": "EdDSA", "typ": "JWT", "kid": "unknown"}));
    let ticket = format!("{header}.{}.{}", part(json!({})), B64.encode([0; 64]));
    // The second asks right after the fetch that the first waited for.
    for _ in 0..3 {
        assert!(tickets.chat(&ticket, now()).await.is_err());
    }
    shutdown.start();
    assert!(tasks.close_and_wait(SOON).await);
}

/// So slow that no frame comes back while a row runs.
fn slow(_: &mut Limits, sockets: &mut SocketLimits) {
    sockets.frames_per_second = 1;
    sockets.frames_burst = 100;
}
