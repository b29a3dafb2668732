//! A running signaling service with a scheduler's outside around it: keys over HTTP, and an inbox that
//! keeps every event it is sent. Nothing of the service is replaced.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use service::Shutdown;
use service::listeners::Listeners;
use service::realtime::RealtimeConfig;
use signaling::Config;
use tempfile::TempDir;
use testkit::{ANN, BO, Http, RtcPeer, SOON, TestBooking, TestPeer, TicketSigner, until};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use wire::signaling::{Connected, Live, Negotiate};
use wire::{Event, SessionSpec, UnixMs};

/// How long a stop may take: the protocol's 10 s.
const STOP: Duration = Duration::from_secs(10);

/// The service in a runtime of its own, so that a test can kill it as `kill -9` does.
pub(crate) struct SignalingServer {
    /// The socket's address, `ws://…/v1/signal`.
    pub(crate) url: String,
    /// The base URL, `http://…`.
    pub(crate) http: String,
    /// Where its metrics are.
    pub(crate) metrics: String,
    pub(crate) signer: Arc<TicketSigner>,
    pub(crate) scheduler: FakeScheduler,
    place: Installation,
    runtime: Option<Runtime>,
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

/// What a test wants otherwise than by default.
type ConfigChange = Arc<dyn Fn(&mut Config) + Send + Sync>;

/// What outlives the process.
#[derive(Clone)]
struct Installation {
    dir: Arc<TempDir>,
    address: SocketAddr,
    signer: Arc<TicketSigner>,
    scheduler: FakeScheduler,
    change: ConfigChange,
}

impl SignalingServer {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With changed settings.
    pub(crate) async fn with(change: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        let signer = Arc::new(TicketSigner::start().await);
        let scheduler = FakeScheduler::start(signer.jwks()).await;
        Self::on(Installation {
            dir: Arc::new(TempDir::new().unwrap()),
            address: "127.0.0.1:0".parse().unwrap(),
            signer,
            scheduler,
            change: Arc::new(change),
        })
        .await
    }

    /// A ticket for `user`.
    pub(crate) fn ticket(&self, user: &str, session: &SessionSpec) -> String {
        self.signer.signaling(user, session)
    }

    pub(crate) async fn join(&self, user: &str, session: &SessionSpec) -> TestPeer {
        TestPeer::join(&self.url, &self.ticket(user, session)).await
    }

    /// A native peer, with a data channel.
    pub(crate) fn native(&self, user: &str, session: &SessionSpec) -> RtcPeer {
        let ticket = self.ticket(user, session);
        RtcPeer::with_ticket(&self.url, &ticket, |options| options.channel("bytes"))
    }

    /// Ann, then Bo, both in and told to negotiate.
    pub(crate) async fn pair(&self, session: &SessionSpec) -> (TestPeer, TestPeer) {
        let mut ann = self.join(ANN, session).await;
        let mut bo = self.join(BO, session).await;
        ann.expect::<Negotiate>(SOON).await;
        bo.expect::<Negotiate>(SOON).await;
        (ann, bo)
    }

    /// Ann and Bo, live.
    pub(crate) async fn live_pair(&self, session: &SessionSpec) -> (TestPeer, TestPeer, Live) {
        let (mut ann, mut bo) = self.pair(session).await;
        connected(&mut ann).await;
        connected(&mut bo).await;
        let live = ann.expect::<Live>(SOON).await;
        assert_eq!(
            bo.expect::<Live>(SOON).await.deadline_at,
            live.deadline_at,
            "both have the same deadline"
        );
        (ann, bo, live)
    }

    /// Kills the process, as far as a test can: no task runs on, nothing is said or stored. Another one
    /// starts at once, on the same data and address.
    pub(crate) async fn killed(self) -> Self {
        self.killed_until(testkit::now()).await
    }

    /// The same, and the other one starts at `moment`.
    pub(crate) async fn killed_until(mut self, moment: UnixMs) -> Self {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        testkit::sleep_until(moment).await;
        Self::on(self.place.clone()).await
    }

    /// Starts the shutdown, as SIGTERM does.
    pub(crate) fn terminate(&self) {
        self.shutdown.start();
    }

    /// Starts another process on the same data, once this one has ended by itself.
    pub(crate) async fn restarted(mut self) -> Self {
        self.terminate();
        tokio::time::timeout(STOP, &mut self.task)
            .await
            .expect("it stops within 10 s")
            .expect("it does not panic");
        self.killed().await
    }

    /// Where its files are.
    pub(crate) fn data_dir(&self) -> &Path {
        self.place.dir.path()
    }

    /// A client of `POST /v1/events` that knows the secret.
    pub(crate) fn other_service(&self) -> Http {
        let secret = std::fs::read_to_string(self.place.dir.path().join("keys/events.secret"));
        Http::bearer(secret.unwrap().trim())
    }

    async fn on(mut place: Installation) -> Self {
        // Whoever asks over HTTP first installs the crypto provider.
        let http = Http::new();
        let listener = bind(place.address).await;
        let address = listener.local_addr().unwrap();
        place.address = address;
        let realtime = RealtimeConfig {
            public_url: format!("http://{address}"),
            data_dir: place.dir.path().to_owned(),
            scheduler_url: place.scheduler.url.clone(),
            issuer: Some(place.signer.url().to_owned()),
            ..RealtimeConfig::on_port(address.port())
        };
        let mut config = Config {
            realtime,
            ..Config::default()
        };
        (place.change)(&mut config);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let private = bind("127.0.0.1:0".parse().unwrap()).await;
        let metrics = format!("http://{}/metrics", private.local_addr().unwrap());
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        let task = runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            let private = TcpListener::from_std(private).unwrap();
            let listeners = Listeners::from(listener).with_metrics(private);
            signaling::run(listeners, config, stop).await.unwrap();
        });
        let server = Self {
            url: format!("ws://{address}/v1/signal"),
            http: format!("http://{address}"),
            metrics,
            signer: Arc::clone(&place.signer),
            scheduler: place.scheduler.clone(),
            place,
            runtime: Some(runtime),
            shutdown,
            task,
        };
        let ready = format!("{}/health/ready", server.http);
        until("ready", SOON, async || {
            let asked = http.try_send("GET".parse().unwrap(), &ready, None, &[]);
            asked.await.ok().filter(|answer| answer.status == 200)
        })
        .await;
        server
    }
}

impl Drop for SignalingServer {
    fn drop(&mut self) {
        // A runtime can't be dropped inside another one in the ordinary way.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The listener of a killed process may take a moment to be gone.
async fn bind(address: SocketAddr) -> std::net::TcpListener {
    let listener = until("the address is free", SOON, async || {
        std::net::TcpListener::bind(address).ok()
    })
    .await;
    listener.set_nonblocking(true).unwrap();
    listener
}

/// Says that media is up in the negotiation that is on.
pub(crate) async fn connected(peer: &mut TestPeer) {
    let epoch = peer.epoch.expect("a negotiation is on");
    peer.send(Connected { epoch }).await;
}

/// A session that starts now.
pub(crate) fn booking() -> TestBooking {
    TestBooking::new()
}

/// The scheduler's outside: keys, and an inbox for events.
#[derive(Clone)]
pub(crate) struct FakeScheduler {
    pub(crate) url: String,
    inbox: Arc<Mutex<ReceivedEvents>>,
}

#[derive(Default)]
struct ReceivedEvents {
    events: Vec<Event>,
    ids: HashSet<String>,
    watermark: UnixMs,
    /// One that came after everything up to its time was said to have come.
    late: Option<Event>,
}

impl FakeScheduler {
    /// The inbox of another service, which has no keys.
    pub(crate) async fn other_service() -> Self {
        Self::start(serde_json::json!({ "keys": [] })).await
    }

    async fn start(jwks: serde_json::Value) -> Self {
        let inbox = Arc::<Mutex<ReceivedEvents>>::default();
        let keys = get(move || std::future::ready(Json(jwks.clone())));
        let router = Router::new()
            .route("/.well-known/jwks.json", keys)
            .route("/v1/events", post(take))
            .with_state(Arc::clone(&inbox));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Self { url, inbox }
    }

    /// What it was told of a session, each once, in the order in which it came.
    pub(crate) fn events(&self, session: &SessionSpec) -> Vec<Event> {
        let inbox = self.inbox.lock().unwrap();
        assert_eq!(
            inbox.late, None,
            "the watermark came before an event that it covers"
        );
        let of_it = |event: &&Event| event.subject == session.id.as_str();
        inbox.events.iter().filter(of_it).cloned().collect()
    }

    /// Waits until it was told that.
    pub(crate) async fn received(&self, session: &SessionSpec, kind: &str) -> Event {
        until(kind, SOON, async || {
            let mut events = self.events(session).into_iter();
            events.find(|event| event.kind == kind)
        })
        .await
    }
}

/// What is read of a delivery.
#[derive(Deserialize)]
struct ReceivedBatch {
    events: Vec<Event>,
    #[serde(rename = "complete_to")]
    watermark: UnixMs,
}

async fn take(State(inbox): State<Arc<Mutex<ReceivedEvents>>>, Json(batch): Json<ReceivedBatch>) {
    let mut inbox = inbox.lock().unwrap();
    let late = batch
        .events
        .iter()
        .find(|event| event.occurred_at <= inbox.watermark && !inbox.ids.contains(&event.id));
    inbox.late = inbox.late.take().or(late.cloned());
    inbox.watermark = inbox.watermark.max(batch.watermark);
    for event in batch.events {
        if inbox.ids.insert(event.id.clone()) {
            inbox.events.push(event);
        }
    }
}
