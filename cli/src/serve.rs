//! Running one service in this process: its listener, its settings, its end. What it does with
//! them is in its own crate.

use std::time::Duration;

use service::descriptors;
use service::listeners::Listeners;
use service::realtime::RealtimeConfig;
use service::telemetry::{self, TelemetryConfig, TelemetryGuard};
use service::test_clock::TestClock;
use service::{Shutdown, StartError};
use storage::OpenError;
use tokio::net::TcpListener;

use crate::cli::ServeArgs;
use crate::config::{Settings, is_loopback};
use crate::failure::Failure;
use crate::parent;
use crate::supervised::SupervisedService;
use crate::test_clock;
use crate::up::{data_dir_failure, listen_failure, metrics_failure};

/// How long a child may say goodbye once its parent is dead: nobody is left to wait for it, and
/// the next `up` wants the port.
const ORPHAN_DRAIN: Duration = Duration::from_secs(1);

/// Runs the scheduler until it is told to stop.
pub(crate) async fn scheduler(settings: &Settings, args: &ServeArgs) -> Result<(), Failure> {
    let StartedService {
        listeners,
        test_clock,
        shutdown,
        telemetry_guard,
    } = begin(SupervisedService::Scheduler, settings, args).await?;
    let own = &settings.scheduler;
    let config = scheduler::Config {
        public_url: own.public_url.clone(),
        web_origin: own.public_url.clone(),
        signaling_url: settings.signaling.public_url.clone(),
        chat_url: settings.chat.public_url.clone(),
        media: settings.bookable_media(),
        media_urls: settings.media_urls(),
        signaling_events_url: settings.signaling.internal_url.clone(),
        chat_events_url: settings.chat.internal_url.clone(),
        store: settings.scheduler_store()?,
        jobs: own.jobs,
        data_dir: settings.data_dir.clone(),
        allowed_origins: own.allowed_origins.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
        links_after_end_ms: settings.links.after_end_ms()?,
        effective: settings.effective()?,
        signup: settings.accounts.policy(&own.public_url)?,
        email: settings.email.settings()?,
        push_subject: settings.push.contact(&settings.email, &own.public_url)?,
        egress: settings.egress.policy()?,
        webhooks: settings.webhooks.clone(),
        test_clock,
        retention: own.retention,
        operator_email: settings.operator_email()?,
        limits: own.limits,
    };
    end(
        scheduler::run(listeners, config, shutdown).await,
        telemetry_guard,
    )
    .await
}

/// Runs signaling until it is told to stop.
pub(crate) async fn signaling(settings: &Settings, args: &ServeArgs) -> Result<(), Failure> {
    let StartedService {
        listeners,
        test_clock,
        shutdown,
        telemetry_guard,
    } = begin(SupervisedService::Signaling, settings, args).await?;
    let own = &settings.signaling;
    let config = signaling::Config {
        realtime: RealtimeConfig {
            test_clock,
            ..realtime(settings, &own.public_url, &own.allowed_origins)
        },
        ice_servers: own.ice_servers.clone(),
        turn: settings.turn.credentials(&settings.data_dir)?,
        chat_events_url: Some(settings.chat.internal_url.clone()),
        relay_events_url: settings.turn.events_url()?,
        turn_ttl_ms: settings.turn.credential_ttl_ms.cast_signed(),
        media: settings.media(),
        loopback_candidates: own.loopback_candidates.or(|| is_loopback(&own.listen)),
        grace_ms: own.grace_ms,
        limits: own.limits,
    };
    end(
        signaling::run(listeners, config, shutdown).await,
        telemetry_guard,
    )
    .await
}

/// Runs the chat until it is told to stop.
pub(crate) async fn chat(settings: &Settings, args: &ServeArgs) -> Result<(), Failure> {
    let StartedService {
        listeners,
        test_clock,
        shutdown,
        telemetry_guard,
    } = begin(SupervisedService::Chat, settings, args).await?;
    let own = &settings.chat;
    let config = chat::Config {
        realtime: RealtimeConfig {
            test_clock,
            ..realtime(settings, &own.public_url, &own.allowed_origins)
        },
        rooms: settings.rooms_database()?,
        messages: settings.messages_database()?,
        database_options: settings.database.options()?,
        retention_days: own.retention,
        accepted_loss: own.accepted_loss.clone(),
        limits: own.limits,
        feed: settings.feed,
    };
    end(
        chat::run(listeners, config, shutdown).await,
        telemetry_guard,
    )
    .await
}

fn realtime(settings: &Settings, public_url: &str, allowed_origins: &[String]) -> RealtimeConfig {
    RealtimeConfig {
        public_url: public_url.to_owned(),
        data_dir: settings.data_dir.clone(),
        scheduler_url: settings.scheduler.internal_url.clone(),
        issuer: Some(settings.scheduler.public_url.clone()),
        allowed_origins: allowed_origins.to_owned(),
        trusted_proxies: settings.trusted_proxies.clone(),
        test_clock: None,
    }
}

/// Runs the STUN and TURN server until it is told to stop.
pub(crate) async fn turn(settings: &Settings, args: &ServeArgs) -> Result<(), Failure> {
    let own = &settings.turn;
    let (config, address) = (own.server(&settings.data_dir)?, own.address()?);
    let listeners = turn::RelayListeners::bind(address)
        .await
        .map_err(|error| listen_failure(SupervisedService::Turn, &own.listen, &error))?;
    let telemetry_guard = begin_telemetry(SupervisedService::Turn, settings)?;
    let listener = bind(SupervisedService::Turn, settings).await?;
    let shutdown = begin_shutdown(args)?;
    end(
        turn::run(listeners, listener, config, shutdown).await,
        telemetry_guard,
    )
    .await
}

/// A service that may start.
struct StartedService {
    listeners: Listeners,
    test_clock: Option<TestClock>,
    shutdown: Shutdown,
    telemetry_guard: TelemetryGuard,
}

/// Starts the log, listens, raises the limit of descriptors, and ties the service's end to signals and
/// to its parent's end.
async fn begin(
    service: SupervisedService,
    settings: &Settings,
    args: &ServeArgs,
) -> Result<StartedService, Failure> {
    let telemetry_guard = begin_telemetry(service, settings)?;
    // Before it listens: nobody meets it in another time.
    let test_clock = match args.test_clock {
        true => Some(test_clock::open(settings)?),
        false => None,
    };
    let public = bind(service, settings).await?;
    let listen = service.metrics_listen(settings);
    let metrics = TcpListener::bind(listen)
        .await
        .map_err(|error| metrics_failure(service, listen, &error))?;
    let operators = match settings.operator_address()? {
        Some(address) => Some(TcpListener::bind(address).await.map_err(|error| {
            let name = service.name();
            Failure::config(format!(
                "{name}: operator.listen: {address} can't be listened on: {error}"
            ))
        })?),
        None => None,
    };
    Ok(StartedService {
        listeners: Listeners::from(public)
            .with_metrics(metrics)
            .with_operators(operators),
        test_clock,
        shutdown: begin_shutdown(args)?,
        telemetry_guard,
    })
}

fn begin_telemetry(
    service: SupervisedService,
    settings: &Settings,
) -> Result<TelemetryGuard, Failure> {
    let telemetry_guard = telemetry::init(&TelemetryConfig {
        service: service.name(),
        format: settings.log_format()?,
        filter: &settings.log.level,
        otlp_endpoint: &settings.telemetry.otlp_endpoint,
    })
    .map_err(|why| Failure::config(format!("log and telemetry: {why}")))?;
    storage::claim_private_dir(&settings.data_dir)
        .map_err(|error| data_dir_failure(&settings.data_dir, &error))?;
    Ok(telemetry_guard)
}

async fn bind(service: SupervisedService, settings: &Settings) -> Result<TcpListener, Failure> {
    let listen = service.listen(settings);
    TcpListener::bind(listen)
        .await
        .map_err(|error| listen_failure(service, listen, &error))
}

/// After what can be wrong with the settings: that is told in one line, and nothing else.
fn begin_shutdown(args: &ServeArgs) -> Result<Shutdown, Failure> {
    descriptors::raise();
    let shutdown =
        Shutdown::from_signals().map_err(|error| Failure::crash(format!("no signals: {error}")))?;
    if args.supervised {
        shutdown.also_when(parent::tie()?);
        let parent_gone = parent::tie()?;
        shutdown.abort_when(async move {
            parent_gone.await;
            tokio::time::sleep(ORPHAN_DRAIN).await;
        });
    }
    Ok(shutdown)
}

async fn end(
    ended: Result<(), StartError>,
    telemetry_guard: TelemetryGuard,
) -> Result<(), Failure> {
    telemetry_guard.flush().await;
    ended.map_err(|error| match error {
        StartError::Config(line) | StartError::Refused(line) => Failure::Config(line),
        StartError::File { .. } | StartError::Store(OpenError::File { .. }) => Failure::config(
            format!("{error}: choose another directory with --data-dir or RENDEZVOUS_DATA_DIR"),
        ),
        StartError::Store(error) => Failure::of_store(&error),
        other => Failure::crash(other.to_string()),
    })
}
