//! From an empty process to a serving one, and back: what starts in which order, and what stops.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bus::{Destination, EventsSecret, HttpTransport, NodeId, OutboxPublisher};
use service::clock::now;
use service::listeners::Listeners;
use service::realtime::Runtime;
use service::{Shutdown, StartError};
use signaling_core::{AccessProvider, Settings};
use storage::{Database, Outbox};
use tokio::time::{MissedTickBehavior, interval};
use wire::EventType;

use crate::Config;
use crate::events::SchedulerEvents;
use crate::media::{IceServers, Media};
use crate::registry::Registry;
use crate::router::router;
use crate::state::AppState;
use crate::store::sql::SqlStore;
use crate::store::{SnapshotStore, StoreError};
use crate::stored_session::PendingSnapshot;
use crate::write_buffer::WriteBuffer;

/// What other services know this one as.
const SERVICE: &str = "signaling";
/// How often what nobody can ask for any longer is forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked whether somebody was erased.
const SCRUB_EVERY: Duration = Duration::from_secs(1);
/// Longest wait for what is no socket when the service stops. With requests in flight and sockets before it,
/// and the last commit, a stop stays within its 10 s.
const TASKS_LIMIT: Duration = Duration::from_millis(1_500);
/// A fact reaches the writer within this time, in milliseconds: it is submitted under its session's lock.
const SUBMIT_LAG_MS: i64 = 500;

/// Serves until `shutdown`, and stops within 10 s.
///
/// # Errors
/// When it can't start, or the listener fails for good.
pub async fn run(
    listeners: impl Into<Listeners>,
    config: Config,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let (http, sockets) = (config.limits.http, config.limits.sockets);
    let runtime = Runtime::new(SERVICE, &config.realtime, http, sockets, shutdown)?;
    let path = runtime.directory().join("signaling.db");
    let database = Database::open_file(&path, storage::Schema::signaling()).await?;
    let outbox = Outbox::new(database.clone());
    let store = Arc::new(SqlStore::new(database.clone(), outbox.clone()));
    let secret = EventsSecret::load_or_create(&config.realtime.data_dir)?;
    let media = Media::open(&config.media, ice_servers(&config), store.as_ref().clone()).await?;

    let writer = WriteBuffer::default();
    let committing = writer.clone().run(Arc::clone(&store), runtime.stop.clone());
    let writing = runtime.tasks.spawn("writer", committing);
    let registry = Registry::new(
        settings(&config, Arc::clone(&media.access)),
        &config.limits,
        writer.clone(),
        media.rooms.clone(),
        runtime.tasks.clone(),
    );
    restore(store.as_ref(), &registry)
        .await
        .map_err(|error| unreadable(&path, error))?;
    keep_time(&runtime, &registry, &store);

    watch_database(&runtime, &database);
    let state = Arc::new(AppState {
        registry: registry.clone(),
        connections: runtime.connections(),
    });
    publish_events(&runtime, &config, outbox, &writer, secret.clone()).await?;
    say_goodbye(&runtime, Arc::clone(&state));
    let media = media.start(
        &registry,
        &runtime.readiness,
        (&runtime.tasks, &runtime.shutdown),
    );
    let events = Arc::new(SchedulerEvents {
        registry,
        writer,
        store,
        origins: runtime.received_origins(),
    });
    let app = router(
        state,
        secret,
        events,
        runtime.readiness.clone(),
        media,
        config.realtime.test_clock,
    );
    // First the sockets end, which still say how sessions stand; then the writer, then the rest.
    let listeners = listeners.into();
    runtime.serve(listeners, app, writing, TASKS_LIMIT).await?;
    database.close().await;
    Ok(())
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

fn unreadable(path: &Path, error: StoreError) -> StartError {
    StartError::File {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    }
}

fn keep_time<S: SnapshotStore>(runtime: &Runtime, registry: &Registry, store: &Arc<S>) {
    let timer = registry.clone();
    runtime.spawn_until_stop("timer", async move { timer.run_timer().await });
    let buffers = registry.clone();
    runtime.spawn_until_stop("buffers", async move { buffers.relieve_buffers().await });
    let erased = Arc::clone(store);
    runtime.spawn_until_stop("scrub", async move { scrub(erased.as_ref()).await });
    let (registry, store) = (registry.clone(), Arc::clone(store));
    runtime.spawn_until_stop(
        "prune",
        async move { prune(&registry, store.as_ref()).await },
    );
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

/// Of whoever was erased nothing stays in the store's file.
async fn scrub<S: SnapshotStore>(store: &S) {
    let mut every = interval(SCRUB_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match store.scrub().await {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!("the store was written anew: it holds nothing of whoever was erased")
            }
            Err(error) => {
                tracing::warn!(%error, "what was erased may still stand in the store's file; it is tried again")
            }
        }
    }
}

/// What of a session ends what somebody may do elsewhere.
const ENDINGS: &[EventType] = &[EventType::UserKicked, EventType::SessionEnded];

fn destinations(config: &Config) -> Vec<Destination> {
    let scheduler = Destination {
        service: "scheduler",
        base_url: config.realtime.scheduler_url.clone(),
        only: None,
    };
    let others = [
        ("chat", &config.chat_events_url),
        ("turn", &config.relay_events_url),
    ];
    let others = others.into_iter().filter_map(|(service, url)| {
        Some(Destination {
            service,
            base_url: url.clone()?,
            only: Some(ENDINGS),
        })
    });
    std::iter::once(scheduler).chain(others).collect()
}

async fn publish_events(
    runtime: &Runtime,
    config: &Config,
    outbox: Outbox,
    writer: &WriteBuffer,
    secret: EventsSecret,
) -> Result<(), StartError> {
    let node = NodeId::load_or_create(&config.realtime.data_dir)?;
    let destinations = destinations(config);
    let names: Vec<_> = destinations.iter().map(|to| to.service).collect();
    if let Err(error) = outbox.keep_only(&names).await {
        tracing::warn!(%error, "events may be kept for services that are told nothing any longer");
    }
    let transport = HttpTransport::new(secret, runtime.client.clone(), destinations);
    let writer = writer.clone();
    OutboxPublisher::new(outbox, SERVICE, node, transport)
        .reporting_to(runtime.readiness.clone())
        .watermark(move || writer.written_to(now() - SUBMIT_LAG_MS))
        .start(&runtime.tasks, &runtime.shutdown);
    Ok(())
}

/// At the first sign of a stop every socket is told when to come back.
fn say_goodbye(runtime: &Runtime, state: Arc<AppState>) {
    runtime.on_shutdown(move || state.registry.drain(|| state.connections.retry_after_ms()));
}

fn watch_database(runtime: &Runtime, database: &Database) {
    let database = database.clone();
    runtime.readiness.check("store", move || {
        let database = database.clone();
        async move { database.probe_writable().await }
    });
}

fn ice_servers(config: &Config) -> Arc<IceServers> {
    Arc::new(IceServers {
        fixed: config.ice_servers.clone(),
        turn: config.turn.clone(),
        turn_ttl_ms: config.turn_ttl_ms,
    })
}

fn settings(config: &Config, media: Arc<dyn AccessProvider>) -> Settings {
    let sockets = &config.limits.sockets;
    let for_queue = Settings::for_queue(sockets.queue_frames, sockets.queue_bytes);
    let resume_buffer_bytes = config.limits.resume_bytes;
    Settings {
        media,
        grace_ms: config.grace_ms,
        loopback_candidates: config.loopback_candidates,
        resume_buffer_bytes: for_queue.resume_buffer_bytes.min(resume_buffer_bytes),
        ..for_queue
    }
}
