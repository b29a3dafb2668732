//! A chat service of a test: in this process, on a port of its own, with a store that outlives it.

use std::path::Path;
use std::time::Duration;

use chat::{Config, FeedSettings, Limits, MessagesUrl};
use service::listeners::Listeners;
use service::realtime::RealtimeConfig;
use service::{Shutdown, StartError};
use storage::DatabaseUrl;
use testkit::{ChatPeer, Http, TicketSigner};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use wire::ChatRoomGrant;
use wire::chat::{Ping, Pong};

/// How long a stop may take at most.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// The service and the scheduler's signing half.
pub(crate) struct Server {
    pub(crate) signer: TicketSigner,
    pub(crate) data: tempfile::TempDir,
    /// Where its rooms and messages are, if not in its data directory.
    places: Places,
    port: u16,
    pub(crate) metrics: String,
    shutdown: Shutdown,
    running: JoinHandle<Result<(), StartError>>,
}

/// Databases other than the one file by default, and how the feed is set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    pub(crate) rooms: Option<DatabaseUrl>,
    pub(crate) messages: Option<MessagesUrl>,
    /// After how many days messages are deleted.
    pub(crate) retention_days: u32,
    pub(crate) feed: FeedSettings,
}

impl Places {
    pub(crate) fn set(&self, config: &mut Config) {
        config.retention_days = self.retention_days;
        config.feed = self.feed;
        if let Some(rooms) = &self.rooms {
            config.rooms = rooms.clone();
        }
        if let Some(messages) = &self.messages {
            config.messages = messages.clone();
        }
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let signer = TicketSigner::start().await;
        let mut limits = generous();
        change(&mut limits);
        let scheduler_url = signer.url().to_owned();
        Self::on(signer, &scheduler_url, limits, Places::default()).await
    }

    /// One whose rooms are in a database of their own.
    pub(crate) async fn with_rooms(rooms: DatabaseUrl) -> Self {
        Self::with_places(Places {
            rooms: Some(rooms),
            ..Places::default()
        })
        .await
    }

    /// One whose feed is set so.
    pub(crate) async fn with_feed(feed: FeedSettings) -> Self {
        Self::with_places(Places {
            feed,
            ..Places::default()
        })
        .await
    }

    /// One whose databases are elsewhere.
    pub(crate) async fn with_places(places: Places) -> Self {
        let signer = TicketSigner::start().await;
        let scheduler_url = signer.url().to_owned();
        Self::on(signer, &scheduler_url, generous(), places).await
    }

    /// One that tells a scheduler of the test, and keeps much for who reads slowly.
    pub(crate) async fn told_by(signer: TicketSigner, scheduler_url: &str) -> Self {
        let mut limits = generous();
        limits.sockets.queue_bytes = 64 * 1024 * 1024;
        Self::on(signer, scheduler_url, limits, Places::default()).await
    }

    async fn on(signer: TicketSigner, scheduler_url: &str, limits: Limits, places: Places) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = config(data.path(), scheduler_url, limits);
        config.realtime.issuer = Some(signer.url().to_owned());
        places.set(&mut config);
        let serving = serve(0, config).await;
        let (port, metrics, shutdown, running) = serving;
        let server = Self {
            signer,
            data,
            places,
            port,
            metrics,
            shutdown,
            running,
        };
        server.ready().await;
        server
    }

    /// Stops it and starts another one on the same store and port.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let mut config = config(self.data.path(), self.signer.url(), generous());
        self.places.set(&mut config);
        (_, self.metrics, self.shutdown, self.running) = serve(self.port, config).await;
        self.ready().await;
    }

    pub(crate) async fn stop(&mut self) {
        if self.running.is_finished() {
            return;
        }
        self.shutdown.start();
        let stopped = tokio::time::timeout(STOP_LIMIT, &mut self.running).await;
        stopped.expect("a stop ends within 10 s").unwrap().unwrap();
    }

    pub(crate) fn socket_url(&self) -> String {
        format!("ws://127.0.0.1:{}/v1/chat", self.port)
    }

    pub(crate) fn stomp_url(&self) -> String {
        format!("ws://127.0.0.1:{}/v1/stomp", self.port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn ticket(&self, user: &str, room: &ChatRoomGrant) -> String {
        self.signer.chat(user, std::slice::from_ref(room))
    }

    /// Somebody who has said hello, with a ticket that opens `room`.
    pub(crate) async fn peer(&self, user: &str, room: &ChatRoomGrant) -> ChatPeer {
        let ticket = self.ticket(user, room);
        ChatPeer::hello(&self.socket_url(), &ticket, &format!("device of {user}")).await
    }

    /// Somebody who asks over HTTP.
    pub(crate) fn http(&self, user: &str, room: &ChatRoomGrant) -> Http {
        Http::bearer(&self.ticket(user, room))
    }

    async fn ready(&self) {
        let (http, url) = (Http::new(), self.url("/health/ready"));
        testkit::until("chat is ready", testkit::SOON, async || {
            (http.get(&url).await.status == 200).then_some(())
        })
        .await;
    }
}

/// Returns once all has come that `peer` has been told so far: frames of one socket come in order.
pub(crate) async fn settle(peer: &mut ChatPeer) {
    peer.send(Ping { sent_at: None }).await;
    peer.expect::<Pong>(testkit::SOON).await;
}

/// Many people of a test share one address.
pub(crate) fn generous() -> Limits {
    let mut limits = Limits::default();
    limits.sockets.frames_per_second = 100_000;
    limits.sockets.joins_per_second = 100_000;
    limits
}

pub(crate) fn config(data: &Path, scheduler_url: &str, limits: Limits) -> Config {
    let realtime = RealtimeConfig {
        data_dir: data.to_owned(),
        scheduler_url: scheduler_url.to_owned(),
        ..RealtimeConfig::on_port(8082)
    };
    Config {
        limits,
        ..Config::new(realtime)
    }
}

async fn serve(
    port: u16,
    config: Config,
) -> (u16, String, Shutdown, JoinHandle<Result<(), StartError>>) {
    // Installs the crypto provider, as the binary's `main` does.
    drop(Http::new());
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let private = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let metrics = format!("http://{}/metrics", private.local_addr().unwrap());
    let listeners = Listeners::from(listener).with_metrics(private);
    let shutdown = Shutdown::new();
    let running = tokio::spawn(chat::run(listeners, config, shutdown.clone()));
    (port, metrics, shutdown, running)
}
