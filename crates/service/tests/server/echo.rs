//! A service that echoes what its sockets bring, and what a client says to it byte by byte.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use service::Tasks;
use service::http::{HttpError, standard};
use service::origin::AllowedOrigins;
use service::socket::{
    Disconnect, Incoming, Socket, SocketHandle, SocketLimits, SocketSettings, Upgrade,
};
use tokio::sync::mpsc;

use crate::support::{HttpTestServer, RawConnection, all_ended};

/// A running service with one socket route.
pub(crate) struct EchoFixture {
    pub(crate) server: HttpTestServer,
    pub(crate) tasks: Tasks,
    pub(crate) told: mpsc::Receiver<EchoEvent>,
}

impl EchoFixture {
    pub(crate) async fn start() -> Self {
        Self::with(SocketSettings::new("test.v1")).await
    }

    pub(crate) async fn with(settings: SocketSettings) -> Self {
        Self::routed(settings, get(echo)).await
    }

    pub(crate) async fn routed(settings: SocketSettings, route: MethodRouter<Echo>) -> Self {
        let tasks = Tasks::new();
        let (tell, told) = mpsc::channel(16);
        let origins = AllowedOrigins::from_web_origin("http://localhost:8080").unwrap();
        let state = Echo {
            origins: origins.clone(),
            tasks: tasks.clone(),
            settings,
            told: tell,
        };
        let routes = Router::new().route("/ws", route).with_state(state);
        Self {
            server: HttpTestServer::start(standard(routes, &origins)).await,
            tasks,
            told,
        }
    }

    pub(crate) fn request(&self, headers: &str) -> String {
        format!(
            "GET /ws HTTP/1.1\nhost: {}\nconnection: upgrade\nupgrade: websocket\n\
             sec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\n{headers}\n",
            self.server.address
        )
        .replace('\n', "\r\n")
    }

    /// Upgraded, with one frame echoed, and from there on bytes.
    pub(crate) async fn raw(&self) -> RawConnection {
        let mut raw = self.server.connect().await;
        raw.send(self.request("").as_bytes()).await;
        assert!(raw.read_head().await.contains("101"));
        raw
    }

    pub(crate) async fn client(&self) -> EchoClient {
        let stream = tokio::net::TcpStream::connect(self.server.address)
            .await
            .unwrap();
        let url = format!("ws://{}/ws", self.server.address);
        tokio_tungstenite::client_async(url, stream)
            .await
            .unwrap()
            .0
    }

    pub(crate) async fn opened(&mut self) -> SocketHandle {
        match self.told.recv().await.unwrap() {
            EchoEvent::Open(handle) => handle,
            EchoEvent::Gone(departure) => panic!("gone: {departure:?}"),
        }
    }

    pub(crate) async fn gone(&mut self) -> Disconnect {
        loop {
            if let EchoEvent::Gone(departure) = self.told.recv().await.unwrap() {
                return departure;
            }
        }
    }

    pub(crate) async fn stop(self) {
        all_ended(&self.tasks).await;
        self.server.stop().await;
    }
}

/// Echoes what comes; each socket's handle and departure are told to the test.
#[derive(Clone)]
pub(crate) struct Echo {
    pub(crate) origins: AllowedOrigins,
    pub(crate) tasks: Tasks,
    pub(crate) settings: SocketSettings,
    pub(crate) told: mpsc::Sender<EchoEvent>,
}

#[derive(Debug)]
pub(crate) enum EchoEvent {
    Open(SocketHandle),
    Gone(Disconnect),
}

pub(crate) async fn echo(
    State(echo): State<Echo>,
    upgrade: Upgrade,
) -> Result<Response, HttpError> {
    assert!(upgrade.client().ip.is_loopback());
    let told = echo.told;
    upgrade.accept(
        &echo.origins,
        echo.settings,
        &echo.tasks,
        async move |socket| run(socket, told).await,
    )
}

pub(crate) async fn run(mut socket: Socket, told: mpsc::Sender<EchoEvent>) -> Socket {
    let handle = socket.handle();
    told.send(EchoEvent::Open(handle.clone())).await.unwrap();
    let mut incoming = socket
        .first(SocketLimits::default().join_timeout(), |_| false)
        .await;
    loop {
        match incoming {
            Incoming::Text(text) if text.as_str() == "burst" => {
                for number in 0..50 {
                    handle.try_send(format!("frame {number}").into()).unwrap();
                }
            }
            Incoming::Text(text) => handle.try_send(text).unwrap(),
            Incoming::Closed(departure) => {
                told.send(EchoEvent::Gone(departure)).await.unwrap();
                return socket;
            }
        }
        incoming = socket.next().await;
    }
}

pub(crate) type EchoClient = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

/// A client's frame, masked with zeros; `first` holds FIN, reserved bits and opcode.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length => {
            bytes.push(0x80 | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

/// The close code in what a server sent, whatever stood before it.
pub(crate) fn close_code(bytes: &[u8]) -> Option<u16> {
    let mut rest = bytes;
    while let [first, length, tail @ ..] = rest {
        let length = usize::from(*length & 0x7f);
        if first & 0x0f == 8 {
            return Some(u16::from_be_bytes([tail[0], tail[1]]));
        }
        rest = &tail[length..];
    }
    None
}
