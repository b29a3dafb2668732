//! From an empty process to a serving one, and back: what starts in which order, and what stops.

use std::sync::Arc;
use std::time::Duration;

use bus::{Destination, EventsSecret, HttpTransport, NodeId, OutboxPublisher};
use chat_core::Settings;
use service::listeners::Listeners;
use service::realtime::Runtime;
use service::{Shutdown, StartError};
use storage::Outbox;

use crate::config::{Config, Limits};
use crate::databases::{self, ServiceStores};
use crate::events::SchedulerEvents;
use crate::feed::Feed;
use crate::last_activity::LastActivity;
use crate::quotas::{HourlyQuota, MessageQuotas};
use crate::registry::Registry;
use crate::retention_age::RetentionAge;
use crate::room_loader::RoomLoader;
use crate::router::router;
use crate::state::AppState;
use crate::store::StoreError;
use crate::store_actor::StoreActor;
use crate::store_handle::StoreHandle;

/// Longest wait for what is no socket when the service stops; with the last commit it stays within 10 s.
const TASKS_LIMIT: Duration = Duration::from_secs(3);

/// Serves until `shutdown`, and stops within 10 s.
///
/// # Errors
/// When it can't start, or the listener fails for good.
pub async fn run(
    listeners: impl Into<Listeners>,
    config: Config,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let Limits { http, sockets, .. } = config.limits;
    let runtime = Runtime::new(crate::SERVICE, &config.realtime, http, sockets, shutdown)?;
    let store = Arc::new(databases::open(&config).await?);
    let secret = EventsSecret::load_or_create(&config.realtime.data_dir)?;

    let (writer, commands) = StoreHandle::new();
    let registry = Registry::new(settings(&config.limits), writer.clone());
    let rooms = RoomLoader::new(Arc::clone(&store), registry.clone());
    let mut actor = StoreActor::new(
        rooms.clone(),
        registry.clone(),
        commands,
        MessageQuotas::new(&config.limits),
    )
    .keeping_messages_for(RetentionAge::of_days(config.retention_days));
    actor.recover_unsettled().await.map_err(start_error)?;
    let writing = runtime
        .tasks
        .spawn("writer", actor.run(runtime.stop.clone()));
    let timer = registry.clone();
    runtime.spawn_until_stop("timer", async move { timer.keep_time().await });
    let marked = Arc::clone(&store);
    runtime.spawn_until_stop(
        "mark",
        async move { marked.messages.keep_mark_synced().await },
    );

    let feed = Feed::new(store.rooms.clone(), &config.feed);
    let deliverer = feed.deliverer(registry.clone());
    runtime.spawn_until_stop("feed", async move { deliverer.run().await });
    if let Some(retention) = feed.retention() {
        runtime.spawn_until_stop("post_retention", async move { retention.run().await });
    }

    let last_activity = LastActivity::new(store.rooms.clone());
    let (kept, active) = (last_activity.clone(), registry.clone());
    runtime.spawn_until_stop("last_activity", async move { kept.keep(active).await });

    databases::watch(&runtime.readiness, &store);
    let state = Arc::new(AppState {
        registry,
        writer: writer.clone(),
        stores: Arc::clone(&store),
        rooms,
        exports: HourlyQuota::of_exports(&config.limits),
        feed,
        last_activity,
        connections: runtime.connections(),
    });
    publish_events(&runtime, &config, store.rooms.outbox(), secret.clone())?;
    say_goodbye(&runtime, Arc::clone(&state));
    let events = SchedulerEvents {
        writer,
        origins: runtime.received_origins(),
    };
    let test_clock = config.realtime.test_clock;
    let app = router(state, secret, events, runtime.readiness.clone(), test_clock);
    let listeners = listeners.into();
    runtime.serve(listeners, app, writing, TASKS_LIMIT).await?;
    store.rooms.close().await;
    store.messages.close().await;
    Ok(())
}

fn publish_events(
    runtime: &Runtime,
    config: &Config,
    outbox: &Outbox,
    secret: EventsSecret,
) -> Result<(), StartError> {
    let node = NodeId::load_or_create(&config.realtime.data_dir)?;
    let scheduler = Destination {
        service: "scheduler",
        base_url: config.realtime.scheduler_url.clone(),
        only: None,
    };
    let transport = HttpTransport::new(secret, runtime.client.clone(), vec![scheduler]);
    OutboxPublisher::new(outbox.clone(), crate::SERVICE, node, transport)
        .reporting_to(runtime.readiness.clone())
        .start(&runtime.tasks, &runtime.shutdown);
    Ok(())
}

/// At the first sign of a stop every socket is told when to come back.
fn say_goodbye(runtime: &Runtime, state: Arc<AppState<ServiceStores>>) {
    runtime.on_shutdown(move || {
        state.registry.drain(|| state.connections.retry_after_ms());
    });
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
