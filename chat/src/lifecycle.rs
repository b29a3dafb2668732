//! From an empty process to a serving one, and back: what starts in which order, and what stops.

use std::sync::Arc;
use std::time::Duration;

use bus::{Destination, EventsSecret, HttpTransport, OutboxPublisher};
use chat_core::Settings;
use service::health::Readiness;
use service::http::ListenerConfig;
use service::origin::AllowedOrigins;
use service::proxies::TrustedProxies;
use service::reconnect_backoff::ReconnectBackoff;
use service::socket::ConnectionLimiter;
use service::tickets::{JwksSource, TicketVerifier};
use service::{Shutdown, StartError, Tasks};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use wire::chat::GoingAway;

use crate::config::{Config, Limits};
use crate::edge::Edge;
use crate::events::SchedulerEvents;
use crate::registry::Registry;
use crate::router::router;
use crate::store::sqlite::SqliteStore;
use crate::store::{RoomStore, StoreError};
use crate::store_actor::StoreActor;
use crate::store_handle::StoreHandle;

/// Longest wait for sockets to finish their closing handshake when the service stops.
const SOCKETS_LIMIT: Duration = Duration::from_secs(3);
/// Longest wait for the other tasks after that; with the last commit it stays within the 10 s of a stop.
const TASKS_LIMIT: Duration = Duration::from_secs(3);

/// Serves on `listener` until `shutdown`, and stops within 10 s.
///
/// # Errors
/// When it can't start, or the listener fails for good.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let front = ListenerConfig {
        limits: config.limits.http,
        proxies: TrustedProxies::new(&config.trusted_proxies).map_err(StartError::Config)?,
    };
    let directory = config.data_dir.join(crate::SERVICE);
    let stores = Arc::new(SqliteStore::open(&directory.join("chat.db")).await?);
    let secret = events_secret(&config)?;
    let client = service::http::client();
    let (sockets, tasks) = (Tasks::new(), Tasks::new());
    let stop = CancellationToken::new();

    let (writer, commands) = StoreHandle::new();
    let registry = Registry::new(settings(&config.limits), writer.clone());
    let mut store_actor = StoreActor::new(Arc::clone(&stores), registry.clone(), commands);
    store_actor.settle_leftovers().await.map_err(start_error)?;
    let writing = tasks.spawn("writer", store_actor.run(stop.clone()));
    keep_time(&tasks, &registry, &stop);

    let source = JwksSource {
        scheduler_url: config.scheduler_url.clone(),
        cache: directory.join("jwks.json"),
        refetch: config.limits.sockets.jwks_refetch(),
    };
    let tickets = TicketVerifier::start(source, client.clone(), &tasks, &shutdown);
    let readiness = readiness(&stores, &tickets);
    let scheduler = Destination {
        service: "scheduler",
        base_url: config.scheduler_url.clone(),
    };
    let transport = HttpTransport::new(secret.clone(), client, vec![scheduler]);
    OutboxPublisher::new(stores.outbox().clone(), crate::SERVICE, transport)
        .reporting_to(readiness.clone())
        .start(&tasks, &shutdown);

    let edge = Arc::new(Edge {
        registry,
        writer: writer.clone(),
        stores: Arc::clone(&stores),
        tickets,
        origins: AllowedOrigins::new(&config.allowed_origins).map_err(StartError::Config)?,
        limiter: ConnectionLimiter::new(config.limits.sockets),
        reconnect_backoff: ReconnectBackoff::default(),
        tasks: sockets.clone(),
        shutdown: shutdown.clone(),
    });
    say_goodbye(&tasks, Arc::clone(&edge));
    let app = router(edge, secret, SchedulerEvents { writer }, readiness);
    service::http::serve(listener, app, front, shutdown).await?;

    if !sockets.close_and_wait(SOCKETS_LIMIT).await {
        tracing::warn!(left = sockets.running(), "sockets were cut");
    }
    stop.cancel();
    if writing.await.is_err() || !tasks.close_and_wait(TASKS_LIMIT).await {
        tracing::warn!(left = tasks.running(), "tasks were cut");
    }
    stores.close().await;
    tracing::info!("stopped");
    Ok(())
}

fn keep_time(tasks: &Tasks, registry: &Registry, stop: &CancellationToken) {
    let (registry, stop) = (registry.clone(), stop.clone());
    tasks.spawn("timer", async move {
        tokio::select! {
            () = registry.keep_time() => {}
            () = stop.cancelled() => {}
        }
    });
}

/// At the first sign of a stop every socket is told when to come back.
fn say_goodbye(tasks: &Tasks, edge: Arc<Edge<SqliteStore>>) {
    tasks.spawn("goodbye", async move {
        edge.shutdown.started().await;
        edge.registry.drain(|| {
            GoingAway {
                retry_after_ms: edge.retry_after_ms(),
            }
            .into()
        });
    });
}

fn readiness(stores: &Arc<SqliteStore>, tickets: &TicketVerifier) -> Readiness {
    let readiness = Readiness::new();
    let stores = Arc::clone(stores);
    readiness.check("store", move || {
        let stores = Arc::clone(&stores);
        async move { stores.probe().await.map_err(|error| error.to_string()) }
    });
    let tickets = tickets.clone();
    readiness.check("ticket_keys", move || {
        let has_key = tickets.has_key();
        async move { has_key.then_some(()).ok_or("no ticket key yet".to_owned()) }
    });
    readiness
}

fn events_secret(config: &Config) -> Result<EventsSecret, StartError> {
    EventsSecret::load_or_create(&config.data_dir).map_err(|source| StartError::File {
        path: config.data_dir.join("keys/events.secret"),
        source,
    })
}

fn start_error(error: StoreError) -> StartError {
    StartError::Listen(std::io::Error::other(error))
}

fn settings(limits: &Limits) -> Settings {
    Settings {
        max_rooms: limits.rooms,
        ..Settings::default()
    }
}
