//! From an empty process to a serving one, and back: what starts in which order, and what stops.

use std::sync::Arc;
use std::time::Duration;

use bus::{Destination, EventsSecret, HttpTransport, OutboxPublisher};
use service::clock::now;
use service::health::Readiness;
use service::http::ListenerConfig;
use service::origin::AllowedOrigins;
use service::proxies::TrustedProxies;
use service::reconnect_backoff::ReconnectBackoff;
use service::socket::ConnectionLimiter;
use service::tickets::{JwksSource, TicketVerifier};
use service::{Shutdown, StartError, Tasks};
use signaling_core::{AccessProvider, Settings};
use storage::{Database, Outbox};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::Config;
use crate::edge::Edge;
use crate::events::SchedulerEvents;
use crate::media::{IceServers, Media};
use crate::registry::Registry;
use crate::router::router;
use crate::store::sqlite::SqliteStore;
use crate::store::{SnapshotStore, StoreError};
use crate::stored_session::PendingSnapshot;
use crate::write_buffer::WriteBuffer;

/// How often what nobody can ask for any longer is forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// Longest wait for sockets to finish their closing handshake when the service stops.
const SOCKETS_LIMIT: Duration = Duration::from_secs(3);
/// Longest wait for the other tasks after it. With requests in flight before it, and the last commit, a
/// stop stays within its 10 s.
const TASKS_LIMIT: Duration = Duration::from_millis(1_500);
/// A fact reaches the writer within this time, in milliseconds: it is submitted under its session's lock.
const SUBMIT_LAG_MS: i64 = 500;

/// Serves on `listener` until `shutdown`, and stops within 10 s.
///
/// # Errors
/// When it can't start, or the listener fails for good.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    tracing::info!(public_url = config.public_url, "signaling starts");
    let origins = AllowedOrigins::new(&config.allowed_origins).map_err(StartError::Config)?;
    let front = ListenerConfig {
        limits: config.limits.http,
        proxies: TrustedProxies::new(&config.trusted_proxies).map_err(StartError::Config)?,
    };
    let directory = config.data_dir.join("signaling");
    let database = Database::open(
        &directory.join("signaling.db"),
        storage::Schema::signaling(),
    )
    .await?;
    let outbox = Outbox::new(database.clone());
    let store = Arc::new(SqliteStore::new(database.clone(), outbox.clone()));
    let secret = EventsSecret::load_or_create(&config.data_dir)?;
    let client = service::http::client();

    let ice = Arc::new(IceServers {
        fixed: config.ice_servers.clone(),
        turn: config.turn.clone(),
    });
    let media = Media::open(&config.media, ice, database.clone()).await?;

    let (sockets, tasks) = (Tasks::new(), Tasks::new());
    let writer = WriteBuffer::default();
    let stop_writing = CancellationToken::new();
    let writing = tasks.spawn(
        "writer",
        writer.clone().run(Arc::clone(&store), stop_writing.clone()),
    );
    let registry = Registry::new(
        settings(&config, Arc::clone(&media.access)),
        config.limits.sessions,
        writer.clone(),
        media.rooms.clone(),
        tasks.clone(),
    );
    restore(store.as_ref(), &registry)
        .await
        .map_err(|error| StartError::File {
            path: directory.join("signaling.db"),
            source: std::io::Error::other(error),
        })?;
    keep_time(&tasks, &registry, store.clone(), &stop_writing);

    let keys = key_source(&config);
    let tickets = TicketVerifier::start(keys, client.clone(), &tasks, &shutdown);
    let readiness = readiness(&database, &tickets);
    publish_events(
        outbox,
        http_transport(&config, secret.clone(), client),
        &writer,
        &readiness,
        &tasks,
        &shutdown,
    );

    let edge = Arc::new(Edge {
        registry: registry.clone(),
        tickets,
        origins,
        limiter: ConnectionLimiter::new(config.limits.sockets),
        reconnect_backoff: ReconnectBackoff::default(),
        tasks: sockets.clone(),
        shutdown: shutdown.clone(),
    });
    let events = SchedulerEvents {
        registry,
        writer,
        store,
    };
    say_goodbye(&tasks, Arc::clone(&edge));
    let media = media.start(&edge.registry, &tasks, &shutdown);
    let app = router(edge, secret, Arc::new(events), readiness, media);
    service::http::serve(listener, app, front, shutdown).await?;

    stop(&sockets, &tasks, stop_writing, writing).await;
    database.close().await;
    Ok(())
}

/// First the sockets, which still say how sessions stand; then the writer, then the rest.
async fn stop(
    sockets: &Tasks,
    tasks: &Tasks,
    stop_writing: CancellationToken,
    writing: JoinHandle<()>,
) {
    if !sockets.close_and_wait(SOCKETS_LIMIT).await {
        tracing::warn!(left = sockets.running(), "sockets were cut");
    }
    stop_writing.cancel();
    if writing.await.is_err() || !tasks.close_and_wait(TASKS_LIMIT).await {
        tracing::warn!(left = tasks.running(), "tasks were cut");
    }
    tracing::info!("signaling stops");
}

/// Sessions that an earlier process left go on, and what became due meanwhile happens now.
async fn restore<S: SnapshotStore>(store: &S, registry: &Registry) -> Result<(), StoreError> {
    let rows = store.load().await?;
    let found = rows.len();
    for row in rows {
        match PendingSnapshot::from_row(row) {
            Ok(pending) => registry.restore(pending),
            Err(error) => tracing::error!(%error, "passed over"),
        }
    }
    registry.run_due();
    tracing::info!(rows = found, sessions = registry.len(), "restored");
    Ok(())
}

fn keep_time<S: SnapshotStore>(
    tasks: &Tasks,
    registry: &Registry,
    store: Arc<S>,
    stop: &CancellationToken,
) {
    let (timer, stop_timer) = (registry.clone(), stop.clone());
    tasks.spawn("timer", async move {
        tokio::select! {
            () = timer.run_timer() => {}
            () = stop_timer.cancelled() => {}
        }
    });
    let (registry, stop) = (registry.clone(), stop.clone());
    tasks.spawn("prune", async move {
        tokio::select! {
            () = prune(&registry, store.as_ref()) => {}
            () = stop.cancelled() => {}
        }
    });
}

async fn prune<S: SnapshotStore>(registry: &Registry, store: &S) {
    let mut every = interval(PRUNE_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        registry.forget(now());
        if let Err(error) = store.prune(now()).await {
            tracing::warn!(%error, "nothing was pruned");
        }
    }
}

fn http_transport(config: &Config, secret: EventsSecret, client: reqwest::Client) -> HttpTransport {
    let scheduler = Destination {
        service: "scheduler",
        base_url: config.scheduler_url.clone(),
    };
    HttpTransport::new(secret, client, vec![scheduler])
}

fn publish_events(
    outbox: Outbox,
    transport: HttpTransport,
    writer: &WriteBuffer,
    readiness: &Readiness,
    tasks: &Tasks,
    shutdown: &Shutdown,
) {
    let writer = writer.clone();
    OutboxPublisher::new(outbox, "signaling", transport)
        .reporting_to(readiness.clone())
        .watermark(move || writer.written_to(now() - SUBMIT_LAG_MS))
        .start(tasks, shutdown);
}

/// At the first sign of a stop every socket is told when to come back.
fn say_goodbye(tasks: &Tasks, edge: Arc<Edge>) {
    tasks.spawn("goodbye", async move {
        edge.shutdown.started().await;
        edge.registry.drain(|| edge.retry_after_ms());
    });
}

fn readiness(database: &Database, tickets: &TicketVerifier) -> Readiness {
    let readiness = Readiness::new();
    let database = database.clone();
    readiness.check("store", move || {
        let database = database.clone();
        async move { database.probe_writable().await }
    });
    let tickets = tickets.clone();
    readiness.check("ticket_keys", move || {
        let has_key = tickets.has_key();
        async move { has_key.then_some(()).ok_or("no ticket key yet".to_owned()) }
    });
    readiness
}

fn key_source(config: &Config) -> JwksSource {
    JwksSource {
        scheduler_url: config.scheduler_url.clone(),
        cache: config.data_dir.join("signaling/jwks.json"),
        refetch: config.limits.sockets.jwks_refetch(),
    }
}

fn settings(config: &Config, media: Arc<dyn AccessProvider>) -> Settings {
    Settings {
        media,
        grace_ms: config.grace_ms,
        loopback_candidates: config.loopback_candidates,
        // A resume is queued whole beside its `welcome`: it has to fit into one socket's queue.
        resume_buffer_frames: config.limits.sockets.queue_frames / 4 * 3,
        resume_buffer_bytes: config.limits.sockets.queue_bytes / 2,
        ..Settings::default()
    }
}
