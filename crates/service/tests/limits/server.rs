//! The server that the limits are reached at, and what a client says to it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use service::clock::now;
use service::http::{HttpError, Json, Limits, ListenerConfig, serve, standard};
use service::limits::Limit;
use service::origin::AllowedOrigins;
use service::proxies::TrustedProxies;
use service::socket::{
    ConnectionLimiter, ConnectionPermit, Incoming, Socket, SocketLimits, SocketSettings, Upgrade,
};
use service::{Shutdown, Tasks, health};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use wire::{CloseCode, UserId};

pub(crate) type LimitClient = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Long enough on two busy cores.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// The shared accept loop and sockets, with a handler that does as it is told.
pub(crate) struct LimitServer {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) hanging: std::sync::Arc<tokio::sync::Notify>,
    pub(crate) disconnects: std::sync::Arc<std::sync::Mutex<Vec<CloseCode>>>,
}

#[derive(Clone)]
struct LimitServerState {
    limiter: ConnectionLimiter,
    tasks: Tasks,
    hanging: std::sync::Arc<tokio::sync::Notify>,
    disconnects: std::sync::Arc<std::sync::Mutex<Vec<CloseCode>>>,
}

impl LimitServer {
    pub(crate) async fn start(change: impl FnOnce(&mut Limits, &mut SocketLimits)) -> Self {
        let (mut http, mut sockets) = (Limits::default(), SocketLimits::default());
        change(&mut http, &mut sockets);
        let shared = LimitServerState {
            limiter: ConnectionLimiter::new(sockets),
            tasks: Tasks::new(),
            hanging: std::sync::Arc::default(),
            disconnects: std::sync::Arc::default(),
        };
        let (hanging, disconnects) = (shared.hanging.clone(), shared.disconnects.clone());
        let routes = Router::new()
            .route("/socket", get(socket))
            .route("/note", post(note))
            .route("/hang", get(hang))
            .route("/large", get(async || "x".repeat(32_000_000)))
            .with_state(shared)
            .merge(health::private_routes(health::Readiness::new()));
        let app = standard(routes, &AllowedOrigins::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let front = ListenerConfig {
            limits: http,
            proxies: TrustedProxies::new(["127.0.0.1"]).unwrap(),
        };
        tokio::spawn(serve(listener, app, front, shutdown.clone()));
        Self {
            address,
            shutdown,
            hanging,
            disconnects,
        }
    }

    pub(crate) async fn hits(&self, limit: Limit) -> u64 {
        let request = b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let text = String::from_utf8(self.raw(request).await).unwrap();
        let line = format!("limit_hits_total{{limit=\"{}\"}} ", limit.name());
        let found = text.lines().find_map(|text| text.strip_prefix(&line));
        found
            .unwrap_or_else(|| panic!("no {line}"))
            .parse()
            .unwrap()
    }

    /// With what the server ended the first socket that it ended.
    pub(crate) async fn ended(&self) -> CloseCode {
        let first = async {
            loop {
                if let Some(code) = self.disconnects.lock().unwrap().first() {
                    return *code;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(SOON, first).await.unwrap()
    }

    /// Sends bytes, and reads to the end; a reset counts as one.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.ok();
        let mut all = Vec::new();
        let read = tokio::time::timeout(SOON, stream.read_to_end(&mut all)).await;
        read.expect("an end").ok();
        all
    }

    pub(crate) async fn socket(&self) -> LimitClient {
        let url = format!("ws://{}/socket", self.address);
        tokio_tungstenite::connect_async(url).await.unwrap().0
    }

    /// A socket through a proxy, of somebody at `ip`.
    pub(crate) async fn upgrade(&self, ip: &'static str) -> Result<LimitClient, WsError> {
        let url = format!("ws://{}/socket", self.address);
        let mut request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("x-forwarded-for", ip.parse().unwrap());
        Ok(tokio_tungstenite::connect_async(request).await?.0)
    }

    pub(crate) async fn joined(&self, user: &str) -> LimitClient {
        let mut socket = self.socket().await;
        say(&mut socket, &format!("join {user}")).await;
        expect_text(&mut socket, "joined").await;
        socket
    }
}

impl Drop for LimitServer {
    fn drop(&mut self) {
        self.shutdown.abort();
    }
}

pub(crate) async fn say(socket: &mut LimitClient, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
}

pub(crate) async fn expect_text(socket: &mut LimitClient, text: &str) {
    let found = async {
        while let Some(Ok(message)) = socket.next().await {
            if message
                .to_text()
                .is_ok_and(|expect_text| expect_text == text)
            {
                return true;
            }
        }
        false
    };
    assert!(tokio::time::timeout(SOON, found).await.unwrap(), "{text}");
}

pub(crate) async fn closed(socket: &mut LimitClient) -> u16 {
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

async fn socket(
    State(shared): State<LimitServerState>,
    upgrade: Upgrade,
) -> Result<Response, HttpError> {
    let permit = shared.limiter.admit(&upgrade, now());
    let settings = SocketSettings {
        ping_every: Duration::from_millis(100),
        silent_after: Duration::from_secs(2),
        ..shared.limiter.settings("limits.v1")
    };
    let tasks = shared.tasks.clone();
    let none = AllowedOrigins::default();
    upgrade.accept(&none, settings, &tasks, move |socket| {
        serve_commands(socket, permit, shared)
    })
}

async fn serve_commands(
    mut socket: Socket,
    mut permit: ConnectionPermit,
    shared: LimitServerState,
) -> Socket {
    let handle = socket.handle();
    let limit = shared.limiter.join_timeout();
    let mut incoming = (socket.first(limit, |frames| permit.check_overhead(frames, now()))).await;
    while let Incoming::Text(text) = incoming {
        if let Err(exceeded) = permit.check_frame(now()) {
            handle.try_send("rate_limited".into()).ok();
            if exceeded.flood {
                handle.close(CloseCode::RateLimited);
            }
        } else {
            run_command(&text, &socket, &mut permit);
        }
        incoming = (socket.next_charged(|frames| permit.check_overhead(frames, now()))).await;
    }
    if let Incoming::Closed(service::socket::Disconnect::Server(code)) = incoming {
        shared.disconnects.lock().unwrap().push(code);
    }
    socket
}

fn run_command(text: &str, socket: &Socket, permit: &mut ConnectionPermit) {
    let handle = socket.handle();
    match text.split_once(' ') {
        Some(("join", user)) => {
            let user = UserId::from(user);
            if permit.assign_user(&user, now()).is_err() {
                handle.close(CloseCode::RateLimited);
            }
            handle.try_send("joined".into()).ok();
        }
        Some(("send", bytes)) => {
            let text = "x".repeat(bytes.parse().unwrap());
            if handle.try_send(text.into()).is_err() {
                handle.close(CloseCode::SlowConsumer);
            }
        }
        _ if text == "bogus" => match permit.check_refused_join(now()) {
            Ok(()) => handle.close(CloseCode::Unauthenticated),
            Err(_) => handle.close(CloseCode::RateLimited),
        },
        _ if text == "thrice" => {
            let sent: Vec<_> = (0..3).map(|_| handle.try_send("x".into())).collect();
            if sent.iter().any(Result::is_err) {
                handle.close(CloseCode::SlowConsumer);
            }
        }
        _ if text == "malformed" && permit.count_malformed(now()) => {
            handle.close(CloseCode::Malformed)
        }
        _ => {}
    }
}

async fn note(Json(_): Json<Value>) -> StatusCode {
    StatusCode::OK
}

async fn hang(State(shared): State<LimitServerState>) {
    shared.hanging.notify_one();
    std::future::pending::<()>().await;
}
