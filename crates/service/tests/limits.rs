//! Each limit of the shared edge, bitten over real sockets: each is counted, and the next row finds a
//! server that lives. Alone in its process, since the counters are the process's.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use service::clock::now;
use service::http::{Front, Json, Limits, Refusal, serve, standard};
use service::limits::Limit;
use service::origin::AllowedOrigins;
use service::proxies::TrustedProxies;
use service::socket::{Gate, Incoming, Socket, SocketLimits, SocketSettings, Upgrade, Visit};
use service::tickets::{JwksSource, TicketVerifier};
use service::{Shutdown, Tasks, health};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use wire::{CloseCode, UserId};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Long enough on two busy cores.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn edg_46_each_limit_that_bites_is_counted() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let metrics = Edge::start(|_, _| {}).await;
    for limit in Limit::ALL {
        let before = metrics.hits(limit).await;
        if bite(limit).await {
            let after = metrics.hits(limit).await;
            assert!(after > before, "{}: {before} {after}", limit.name());
        }
    }
}

/// Runs into a limit. False for those that are not of the shared edge, or take a process of their own:
/// tests beside what keeps them name them.
async fn bite(limit: Limit) -> bool {
    match limit {
        Limit::Connections => connections().await,
        Limit::ConnectionsPerAddress => connections_per_address().await,
        Limit::ConnectionsPerUser => connections_per_user().await,
        Limit::HeaderTimeout => header_timeout().await,
        Limit::HeaderSize => header_size().await,
        Limit::BodyBytes => body_bytes().await,
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
        Limit::Requests => requests(),
        Limit::JwksRefetch => jwks_refetch().await,
        Limit::Descriptors | Limit::Sessions | Limit::Rooms | Limit::WrongLinks => return false,
    }
    true
}

async fn connections() {
    let edge = Edge::start(|http, _| http.connections = 1).await;
    let _first = edge.socket().await;
    assert_eq!(edge.raw(b"").await, b"", "closed at once");
}

async fn connections_per_address() {
    let edge = Edge::start(|http, _| http.connections_per_address = 1).await;
    let first = edge.upgrade("192.0.2.7").await.unwrap();
    let refused = edge.upgrade("192.0.2.7").await.unwrap_err();
    assert!(matches!(refused, WsError::Http(answer) if answer.status() == 429));
    edge.upgrade("192.0.2.8").await.unwrap();
    drop(first);
}

async fn connections_per_user() {
    let edge = Edge::start(|_, sockets| sockets.connections_per_user = 1).await;
    let _first = edge.joined("ann").await;
    let mut second = edge.socket().await;
    say(&mut second, "join ann").await;
    assert_eq!(closed(&mut second).await, CloseCode::RateLimited.code());
}

async fn header_timeout() {
    let edge = Edge::start(|http, _| http.header_timeout_ms = 100).await;
    edge.raw(b"GET / HTTP/1.1\r\nhost: x\r\n").await;
}

async fn header_size() {
    let edge = Edge::start(|http, _| http.header_lines = 4).await;
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(8));
    let answer = edge.raw(many.as_bytes()).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 431"),
        "{}",
        answer.escape_ascii()
    );
}

async fn body_bytes() {
    let edge = Edge::start(|http, _| http.body_bytes = 10).await;
    let request = "POST /note HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                   content-length: 20\r\n\r\n{\"text\":\"123456789\"}";
    let answer = String::from_utf8(edge.raw(request.as_bytes()).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("10 bytes at most"), "{answer}");
}

async fn drain() {
    let edge = Edge::start(|http, _| http.drain_ms = 100).await;
    let mut busy = TcpStream::connect(edge.address).await.unwrap();
    busy.write_all(b"GET /hang HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    edge.hanging.notified().await;
    edge.shutdown.start();
    let mut rest = Vec::new();
    tokio::time::timeout(SOON, busy.read_to_end(&mut rest))
        .await
        .unwrap()
        .ok();
}

async fn frame_bytes() {
    let edge = Edge::start(|_, sockets| sockets.frame_bytes = 4_096).await;
    let mut ann = edge.joined("ann").await;
    say(&mut ann, &"x".repeat(4_097)).await;
    assert_eq!(closed(&mut ann).await, CloseCode::TooLarge.code());
}

async fn join_timeout() {
    let edge = Edge::start(|_, sockets| sockets.join_timeout_ms = 100).await;
    let mut socket = edge.socket().await;
    assert_eq!(closed(&mut socket).await, CloseCode::JoinTimeout.code());
}

/// The client answers no ping, as nobody polls it.
async fn silence() {
    let edge = Edge::start(|_, _| {}).await;
    let mut ann = edge.joined("ann").await;
    say(&mut ann, "ping seldom").await;
    let bitten = async {
        while edge.departures.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, bitten).await.unwrap();
}

async fn write_timeout() {
    let edge = Edge::start(|_, sockets| {
        sockets.write_timeout_ms = 200;
        sockets.queue_bytes = 64 * 1024 * 1024;
    })
    .await;
    let mut ann = edge.joined("ann").await;
    say(&mut ann, "send 32000000").await;
    let bitten = async {
        while edge.departures.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, bitten).await.unwrap();
}

async fn queue_frames() {
    let edge = Edge::start(|_, sockets| sockets.queue_frames = 2).await;
    let mut ann = edge.joined("ann").await;
    say(&mut ann, "thrice").await;
    assert_eq!(closed(&mut ann).await, CloseCode::SlowConsumer.code());
}

async fn queue_bytes() {
    let edge = Edge::start(|_, sockets| sockets.queue_bytes = 100_000).await;
    let mut ann = edge.joined("ann").await;
    say(&mut ann, "send 100001").await;
    assert_eq!(closed(&mut ann).await, CloseCode::SlowConsumer.code());
}

async fn frames() {
    let edge = Edge::start(slow).await;
    let mut ann = edge.joined("ann").await;
    for _ in 0..100 {
        say(&mut ann, "hello").await;
    }
    heard(&mut ann, "rate_limited").await;
}

async fn frames_per_user() {
    let edge = Edge::start(|http, sockets| {
        slow(http, sockets);
        sockets.frames_user_factor = 1;
    })
    .await;
    let (mut phone, mut laptop) = (edge.joined("ann").await, edge.joined("ann").await);
    for _ in 0..80 {
        say(&mut phone, "hello").await;
        say(&mut laptop, "hello").await;
    }
    heard(&mut laptop, "rate_limited").await;
}

async fn frames_per_address() {
    let edge = Edge::start(|http, sockets| {
        slow(http, sockets);
        sockets.frames_address_factor = 1;
    })
    .await;
    let (mut ann, mut bo) = (
        edge.upgrade("192.0.2.7").await.unwrap(),
        edge.upgrade("192.0.2.7").await.unwrap(),
    );
    say(&mut ann, "join ann").await;
    say(&mut bo, "join bo").await;
    for _ in 0..80 {
        say(&mut ann, "hello").await;
        say(&mut bo, "hello").await;
    }
    heard(&mut bo, "rate_limited").await;
}

async fn flood() {
    let edge = Edge::start(slow).await;
    let mut ann = edge.joined("ann").await;
    for _ in 0..500 {
        // The end may come while there is still something to say.
        if ann.send(Message::text("hello")).await.is_err() {
            break;
        }
    }
    assert_eq!(closed(&mut ann).await, CloseCode::RateLimited.code());
}

async fn malformed() {
    let edge = Edge::start(|_, _| {}).await;
    let mut ann = edge.joined("ann").await;
    for _ in 0..3 {
        say(&mut ann, "malformed").await;
    }
    assert_eq!(closed(&mut ann).await, CloseCode::Malformed.code());
}

async fn joins() {
    let edge = Edge::start(|_, sockets| {
        sockets.joins_per_second = 1;
        sockets.joins_burst = 1;
    })
    .await;
    let mut crowd = Vec::new();
    for _ in 0..20 {
        let mut socket = edge.socket().await;
        say(&mut socket, "join ann").await;
        crowd.push(socket);
    }
    let last = crowd.last_mut().unwrap();
    assert_eq!(closed(last).await, CloseCode::RateLimited.code());
}

fn requests() {
    let gate = Gate::new(SocketLimits::default());
    let ann = UserId::from("ann");
    let refused = (0..1_000).find_map(|_| gate.request(&ann, now()).err());
    assert!(refused.is_some());
}

/// No scheduler answers, and no key is known.
async fn jwks_refetch() {
    let folder = tempfile::tempdir().unwrap();
    let (tasks, shutdown) = (Tasks::new(), Shutdown::new());
    let source = JwksSource {
        scheduler_url: "http://127.0.0.1:9".to_owned(),
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

/// The shared accept loop and sockets, with a handler that does as it is told.
struct Edge {
    address: SocketAddr,
    shutdown: Shutdown,
    hanging: std::sync::Arc<tokio::sync::Notify>,
    departures: std::sync::Arc<std::sync::Mutex<Vec<CloseCode>>>,
}

#[derive(Clone)]
struct Shared {
    gate: Gate,
    tasks: Tasks,
    hanging: std::sync::Arc<tokio::sync::Notify>,
    departures: std::sync::Arc<std::sync::Mutex<Vec<CloseCode>>>,
}

impl Edge {
    async fn start(change: impl FnOnce(&mut Limits, &mut SocketLimits)) -> Self {
        let (mut http, mut sockets) = (Limits::default(), SocketLimits::default());
        change(&mut http, &mut sockets);
        let shared = Shared {
            gate: Gate::new(sockets),
            tasks: Tasks::new(),
            hanging: std::sync::Arc::default(),
            departures: std::sync::Arc::default(),
        };
        let (hanging, departures) = (shared.hanging.clone(), shared.departures.clone());
        let routes = Router::new()
            .route("/socket", get(socket))
            .route("/note", post(note))
            .route("/hang", get(hang))
            .with_state(shared)
            .merge(health::routes(health::Readiness::new()));
        let app = standard(routes, &AllowedOrigins::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let front = Front {
            limits: http,
            proxies: TrustedProxies::new(["127.0.0.1"]).unwrap(),
        };
        tokio::spawn(serve(listener, app, front, shutdown.clone()));
        Self {
            address,
            shutdown,
            hanging,
            departures,
        }
    }

    async fn hits(&self, limit: Limit) -> u64 {
        let request = b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let text = String::from_utf8(self.raw(request).await).unwrap();
        let line = format!("limit_hits_total{{limit=\"{}\"}} ", limit.name());
        let found = text.lines().find_map(|text| text.strip_prefix(&line));
        found
            .unwrap_or_else(|| panic!("no {line}"))
            .parse()
            .unwrap()
    }

    /// Sends bytes, and reads to the end; a reset counts as one.
    async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.ok();
        let mut all = Vec::new();
        let read = tokio::time::timeout(SOON, stream.read_to_end(&mut all)).await;
        read.expect("an end").ok();
        all
    }

    async fn socket(&self) -> Client {
        let url = format!("ws://{}/socket", self.address);
        tokio_tungstenite::connect_async(url).await.unwrap().0
    }

    /// A socket through a proxy, of somebody at `ip`.
    async fn upgrade(&self, ip: &'static str) -> Result<Client, WsError> {
        let url = format!("ws://{}/socket", self.address);
        let mut request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("x-forwarded-for", ip.parse().unwrap());
        Ok(tokio_tungstenite::connect_async(request).await?.0)
    }

    async fn joined(&self, user: &str) -> Client {
        let mut socket = self.socket().await;
        say(&mut socket, &format!("join {user}")).await;
        heard(&mut socket, "joined").await;
        socket
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.shutdown.abort();
    }
}

async fn say(socket: &mut Client, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
}

async fn heard(socket: &mut Client, text: &str) {
    let found = async {
        while let Some(Ok(message)) = socket.next().await {
            if message.to_text().is_ok_and(|heard| heard == text) {
                return true;
            }
        }
        false
    };
    assert!(tokio::time::timeout(SOON, found).await.unwrap(), "{text}");
}

async fn closed(socket: &mut Client) -> u16 {
    let end = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    };
    tokio::time::timeout(SOON, end).await.unwrap()
}

async fn socket(State(shared): State<Shared>, upgrade: Upgrade) -> Result<Response, Refusal> {
    let visit = shared.gate.visit(upgrade.client(), now());
    let settings = SocketSettings {
        ping_every: Duration::from_millis(100),
        silent_after: Duration::from_secs(2),
        ..shared.gate.settings("limits.v1")
    };
    let tasks = shared.tasks.clone();
    let none = AllowedOrigins::default();
    upgrade.accept(&none, settings, &tasks, move |socket| {
        obey(socket, visit, shared)
    })
}

async fn obey(mut socket: Socket, mut visit: Visit, shared: Shared) -> Socket {
    let line = socket.handle();
    let mut incoming = socket.first(shared.gate.join_timeout()).await;
    while let Incoming::Text(text) = incoming {
        if let Err(too_fast) = visit.frame(now()) {
            line.try_send("rate_limited".into()).ok();
            if too_fast.flood {
                line.close(CloseCode::RateLimited);
            }
        } else {
            do_as_told(&text, &socket, &mut visit);
        }
        incoming = socket.next().await;
    }
    if let Incoming::Closed(service::socket::Departure::Server(code)) = incoming {
        shared.departures.lock().unwrap().push(code);
    }
    socket
}

fn do_as_told(text: &str, socket: &Socket, visit: &mut Visit) {
    let line = socket.handle();
    match text.split_once(' ') {
        Some(("join", user)) => {
            let user = UserId::from(user);
            if visit.join(now()).is_err() || visit.belongs_to(&user, now()).is_err() {
                line.close(CloseCode::RateLimited);
            }
            line.try_send("joined".into()).ok();
        }
        Some(("send", bytes)) => {
            let text = "x".repeat(bytes.parse().unwrap());
            if line.try_send(text.into()).is_err() {
                line.close(CloseCode::SlowConsumer);
            }
        }
        _ if text == "thrice" => {
            let sent: Vec<_> = (0..3).map(|_| line.try_send("x".into())).collect();
            if sent.iter().any(Result::is_err) {
                line.close(CloseCode::SlowConsumer);
            }
        }
        _ if text == "malformed" && visit.malformed(now()) => line.close(CloseCode::Malformed),
        _ => {}
    }
}

async fn note(Json(_): Json<Value>) -> StatusCode {
    StatusCode::OK
}

async fn hang(State(shared): State<Shared>) {
    shared.hanging.notify_one();
    std::future::pending::<()>().await;
}
