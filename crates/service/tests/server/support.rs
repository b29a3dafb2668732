//! A server on a port of its own, and a client that speaks bytes.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use service::http::{Limits, serve};
use service::{Shutdown, Tasks};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) struct HttpTestServer {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) running: JoinHandle<std::io::Result<()>>,
}

impl HttpTestServer {
    pub(crate) async fn start(app: Router) -> Self {
        Self::with_limits(app, Limits::default()).await
    }

    pub(crate) async fn with_limits(app: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let running = tokio::spawn(serve(listener, app, limits, shutdown.clone()));
        Self {
            address,
            shutdown,
            running,
        }
    }

    pub(crate) async fn connect(&self) -> RawConnection {
        RawConnection(TcpStream::connect(self.address).await.unwrap())
    }

    /// One request, and the whole answer.
    pub(crate) async fn ask(&self, request: &str) -> RawResponse {
        let mut raw = self.connect().await;
        raw.send(request.replace('\n', "\r\n").as_bytes()).await;
        RawResponse::parse(&raw.read_to_end().await)
    }

    pub(crate) async fn stop(self) {
        self.shutdown.start();
        self.running.await.unwrap().unwrap();
    }
}

pub(crate) struct RawConnection(pub(crate) TcpStream);

impl RawConnection {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Bytes up to the end; a reset counts as one.
    pub(crate) async fn read_to_end(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut chunk = [0; 8192];
        while let Ok(count @ 1..) = self.0.read(&mut chunk).await {
            all.extend_from_slice(&chunk[..count]);
        }
        all
    }

    /// The head of an answer; what follows stays unread.
    pub(crate) async fn read_head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }
}

#[derive(Debug)]
pub(crate) struct RawResponse {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl RawResponse {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn code(&self) -> String {
        assert!(
            self.head.contains("content-type: application/problem+json"),
            "{self:?}"
        );
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn all_ended(tasks: &Tasks) {
    assert!(
        tasks.close_and_wait(Duration::from_secs(30)).await,
        "a task is left over"
    );
}
