//! From an empty process to a relaying one, and back.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use service::health::Readiness;
use service::{Shutdown, StartError, Tasks};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use turn_core::{Family, Input, Settings, TurnServer};

use crate::relay::Relay;
use crate::revocation_events::RevocationEvents;
use crate::{Config, RelayListeners, metrics, streams};

/// How often what has run out is closed: an allocation lives a second too long at most.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// Longest wait for the tasks when the service stops; none of them holds anything.
const TASKS_LIMIT: Duration = Duration::from_secs(2);

/// Relays at `listeners`, and tells operators how it is on `http`, until `shutdown`.
///
/// # Errors
/// When it can't start, or the HTTP listener fails for good.
pub async fn run(
    listeners: RelayListeners,
    http: TcpListener,
    config: Config,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let address = listeners.address();
    tracing::info!(%address, relay_ip = %config.relay_ip, "turn starts");
    let readiness = Readiness::new();
    let mut private = service::health::private_routes(readiness.clone());
    metrics::describe();
    let (tasks, stop) = (Tasks::new(), CancellationToken::new());
    let server = TurnServer::new(settings(&config, address.ip()));
    let udp = Arc::new(listeners.udp);
    let relay = Relay::new(server, udp, &config, tasks.clone(), stop.clone());
    let revocations = match &config.data_dir {
        None => None,
        Some(data_dir) => {
            let kept_ms = i64::try_from(config.revocations_kept.as_millis()).unwrap_or(i64::MAX);
            Some(RevocationEvents::open(data_dir, relay.clone(), kept_ms).await?)
        }
    };
    if let Some(events) = &revocations {
        private = private.merge(events.routes());
        events.keep(&readiness, &tasks, stop.clone());
    }
    let limit = config.stream_timeout;
    let streams = streams::serve(
        listeners.tcp,
        relay.clone(),
        tasks.clone(),
        limit,
        stop.clone(),
    );
    tasks.spawn("turn udp", relay.clone().serve_udp());
    tasks.spawn("turn tcp", streams);
    tasks.spawn("turn timer", keep_time(relay, stop.clone()));

    let limits = service::http::Limits::default();
    service::listeners::serve_private(http, private, limits, shutdown).await?;
    stop.cancel();
    tasks.close_or_cut("tasks", TASKS_LIMIT).await;
    if let Some(events) = revocations {
        events.close().await;
    }
    tracing::info!("turn stops");
    Ok(())
}

async fn keep_time(relay: Relay, stop: CancellationToken) {
    let mut every = interval(TICK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = every.tick() => relay.take(Input::Tick),
            () = stop.cancelled() => return,
        }
    }
}

fn settings(config: &Config, listen_ip: IpAddr) -> Settings {
    let mut own = vec![config.relay_ip];
    own.extend(config.external_ip);
    if !listen_ip.is_unspecified() {
        own.push(listen_ip);
    }
    let relayed_at = config.external_ip.unwrap_or(config.relay_ip);
    Settings {
        realm: config.realm.clone(),
        secrets: config.secrets.clone(),
        nonce_key: rand::random(),
        families: vec![if relayed_at.is_ipv4() {
            Family::V4
        } else {
            Family::V6
        }],
        own,
        peers: config.peers.clone(),
        quotas: config.quotas,
        max_lifetime_s: config.max_lifetime_s,
    }
}
