//! Traces, as a real collector's address gets them: OTLP over HTTP. Alone in its process, since a process
//! has one subscriber.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::{SinkExt, StreamExt};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use service::http::{HttpError, Limits, serve, standard};
use service::origin::AllowedOrigins;
use service::socket::{Incoming, Socket, SocketSettings, Upgrade};
use service::telemetry::{LogFormat, TelemetryConfig, init, spans};
use service::{Shutdown, Tasks, health};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tracing::Instrument;

/// Long enough on two busy cores.
const SOON: Duration = Duration::from_secs(30);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_55_requests_sockets_joins_and_commits_are_traced_and_messages_are_not() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let collector = Collector::start().await;
    let telemetry_guard = init(&TelemetryConfig {
        service: "edge",
        format: LogFormat::Text,
        filter: "warn",
        otlp_endpoint: &collector.url(),
    })
    .unwrap();
    let shutdown = Shutdown::new();
    let address = start(&shutdown).await;

    let answer = ask(
        address,
        "/note",
        &format!("traceparent: 00-{TRACE}-{CALLER}-01\r\n"),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    ask(address, "/panic", "").await;
    let url = format!("ws://{address}/socket");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    for _ in 0..100 {
        socket.send(Message::text("hello")).await.unwrap();
    }
    socket.close(None).await.unwrap();
    while socket.next().await.is_some() {}

    let request = collector.span("GET /note").await;
    assert_eq!(hex(&request.trace_id), TRACE);
    assert_eq!(hex(&request.parent_span_id), CALLER);
    let failed = collector.span("GET /panic").await;
    assert_eq!(failed.status.unwrap().code, 2, "an error");
    let commit = collector.span("store commit").await;
    assert!(commit.parent_span_id.is_empty());
    let upgrade = collector.span("GET /socket").await;
    let socket = collector.span("socket").await;
    assert_eq!(socket.trace_id, upgrade.trace_id);
    assert_eq!(socket.parent_span_id, upgrade.span_id);
    assert!(socket.end_time_unix_nano > upgrade.end_time_unix_nano);
    let join = collector.span("join").await;
    assert_eq!(join.parent_span_id, socket.span_id);
    assert_eq!(
        collector.all().len(),
        6,
        "none for a message: {:?}",
        collector.all()
    );
    assert_eq!(collector.services(), ["edge"]);

    // A collector that is gone stops nobody, and what it missed is counted.
    drop(collector);
    let counted = async {
        loop {
            let metrics = ask(address, "/metrics", "").await;
            let mut lines = metrics.lines();
            if lines.any(|line| counts(line, "trace_spans_total{result=\"failed\"} ")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, counted).await.unwrap();
    shutdown.start();
    tokio::time::timeout(SOON, telemetry_guard.flush())
        .await
        .unwrap();
}

fn counts(line: &str, name: &str) -> bool {
    line.strip_prefix(name).is_some_and(|count| count != "0")
}

async fn start(shutdown: &Shutdown) -> SocketAddr {
    let routes = Router::new()
        .route("/note", get(note))
        .route("/panic", get(panics))
        .route("/socket", get(upgrade))
        .merge(health::private_routes(health::Readiness::new()));
    let app = standard(routes, &AllowedOrigins::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, app, Limits::default(), shutdown.clone()));
    address
}

async fn note() {
    async {}.instrument(spans::commit(3)).await;
}

async fn panics() {
    panic!("as it should");
}

async fn upgrade(upgrade: Upgrade) -> Result<Response, HttpError> {
    let settings = SocketSettings::new("traces.v1");
    upgrade.accept(&AllowedOrigins::default(), settings, &Tasks::new(), talk)
}

async fn talk(mut socket: Socket) -> Socket {
    let first = socket.next().instrument(spans::join()).await;
    assert!(matches!(first, Incoming::Text(_)));
    while let Incoming::Text(_) = socket.next().await {}
    socket
}

async fn ask(address: SocketAddr, path: &str, lines: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Takes what a collector takes, and keeps it.
struct Collector {
    address: SocketAddr,
    taken: Taken,
    running: tokio::task::JoinHandle<()>,
}

type Taken = Arc<Mutex<Vec<ExportTraceServiceRequest>>>;

impl Collector {
    async fn start() -> Self {
        let taken = Taken::default();
        let app = Router::new()
            .route("/v1/traces", post(take))
            .with_state(Arc::clone(&taken));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let running = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            address,
            taken,
            running,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn all(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let spans = taken.iter().flat_map(spans_of);
        // What the test itself asks while it waits is not counted.
        spans
            .map(|span| span.name.clone())
            .filter(|name| name != "GET /metrics")
            .collect()
    }

    fn services(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let resources = taken.iter().flat_map(|request| &request.resource_spans);
        let attributes = resources.flat_map(|spans| &spans.resource.as_ref().unwrap().attributes);
        let mut names: Vec<_> = attributes
            .filter(|attribute| attribute.key == "service.name")
            .map(|attribute| format!("{:?}", attribute.value))
            .map(|text| text.split('"').nth(1).unwrap().to_owned())
            .collect();
        names.dedup();
        names
    }

    async fn span(&self, name: &str) -> Span {
        let found = async {
            loop {
                let taken = self.taken.lock().unwrap().clone();
                let mut spans = taken.iter().flat_map(spans_of);
                if let Some(span) = spans.find(|span| span.name == name) {
                    return span.clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let found = tokio::time::timeout(SOON, found).await;
        found.unwrap_or_else(|_| panic!("no {name} among {:?}", self.all()))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn spans_of(request: &ExportTraceServiceRequest) -> impl Iterator<Item = &Span> {
    let scopes = request
        .resource_spans
        .iter()
        .flat_map(|spans| &spans.scope_spans);
    scopes.flat_map(|scope| &scope.spans)
}

async fn take(State(taken): State<Taken>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    taken.lock().unwrap().push(request);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
