//! The edge that the limits are bitten at, and what a client says to it.

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

pub(crate) type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Long enough on two busy cores.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// The shared accept loop and sockets, with a handler that does as it is told.
pub(crate) struct Edge {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) hanging: std::sync::Arc<tokio::sync::Notify>,
    pub(crate) departures: std::sync::Arc<std::sync::Mutex<Vec<CloseCode>>>,
}

#[derive(Clone)]
struct Shared {
    limiter: ConnectionLimiter,
    tasks: Tasks,
    hanging: std::sync::Arc<tokio::sync::Notify>,
    departures: std::sync::Arc<std::sync::Mutex<Vec<CloseCode>>>,
}

impl Edge {
    pub(crate) async fn start(change: impl FnOnce(&mut Limits, &mut SocketLimits)) -> Self {
        let (mut http, mut sockets) = (Limits::default(), SocketLimits::default());
        change(&mut http, &mut sockets);
        let shared = Shared {
            limiter: ConnectionLimiter::new(sockets),
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
        let front = ListenerConfig {
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

    /// Sends bytes, and reads to the end; a reset counts as one.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.ok();
        let mut all = Vec::new();
        let read = tokio::time::timeout(SOON, stream.read_to_end(&mut all)).await;
        read.expect("an end").ok();
        all
    }

    pub(crate) async fn socket(&self) -> Client {
        let url = format!("ws://{}/socket", self.address);
        tokio_tungstenite::connect_async(url).await.unwrap().0
    }

    /// A socket through a proxy, of somebody at `ip`.
    pub(crate) async fn upgrade(&self, ip: &'static str) -> Result<Client, WsError> {
        let url = format!("ws://{}/socket", self.address);
        let mut request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("x-forwarded-for", ip.parse().unwrap());
        Ok(tokio_tungstenite::connect_async(request).await?.0)
    }

    pub(crate) async fn joined(&self, user: &str) -> Client {
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

pub(crate) async fn say(socket: &mut Client, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
}

pub(crate) async fn heard(socket: &mut Client, text: &str) {
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

pub(crate) async fn closed(socket: &mut Client) -> u16 {
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

async fn socket(State(shared): State<Shared>, upgrade: Upgrade) -> Result<Response, HttpError> {
    let permit = shared.limiter.admit(upgrade.client(), now());
    let settings = SocketSettings {
        ping_every: Duration::from_millis(100),
        silent_after: Duration::from_secs(2),
        ..shared.limiter.settings("limits.v1")
    };
    let tasks = shared.tasks.clone();
    let none = AllowedOrigins::default();
    upgrade.accept(&none, settings, &tasks, move |socket| {
        obey(socket, permit, shared)
    })
}

async fn obey(mut socket: Socket, mut permit: ConnectionPermit, shared: Shared) -> Socket {
    let line = socket.handle();
    let mut incoming = socket.first(shared.limiter.join_timeout()).await;
    while let Incoming::Text(text) = incoming {
        if let Err(exceeded) = permit.check_frame(now()) {
            line.try_send("rate_limited".into()).ok();
            if exceeded.flood {
                line.close(CloseCode::RateLimited);
            }
        } else {
            do_as_told(&text, &socket, &mut permit);
        }
        incoming = socket.next().await;
    }
    if let Incoming::Closed(service::socket::Disconnect::Server(code)) = incoming {
        shared.departures.lock().unwrap().push(code);
    }
    socket
}

fn do_as_told(text: &str, socket: &Socket, permit: &mut ConnectionPermit) {
    let line = socket.handle();
    match text.split_once(' ') {
        Some(("join", user)) => {
            let user = UserId::from(user);
            if permit.check_join(now()).is_err() || permit.assign_user(&user, now()).is_err() {
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
        _ if text == "malformed" && permit.count_malformed(now()) => {
            line.close(CloseCode::Malformed)
        }
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
