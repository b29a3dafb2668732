//! Who meets whom, when, and who is notified of it: the control plane.
//!
//! It books sessions, signs tickets, reminds people and records what became of a session. It
//! is not asked while a session runs: whoever holds a ticket goes on without it.

mod access;
mod accounts;
mod api;
pub mod api_keys;
mod application_origins;
mod bookings;
mod calendar;
mod channel_watch;
mod channels;
mod commands;
mod config;
mod deliveries;
mod delivery_places;
mod describe;
mod due_jobs;
mod email;
mod events;
mod fact_backlogs;
mod gift_claims;
mod gift_delivery;
mod gift_views;
mod housekeeping;
pub mod invites;
mod join_link_throttle;
mod join_links;
pub mod key_changes;
pub mod keys;
mod matching_answers;
#[cfg(feature = "measuring")]
pub mod measured;
mod minute_limiter;
mod notification_outlets;
mod notification_stream;
pub mod operators;
mod question_throttle;
mod quotas;
mod retention;
mod router;
mod scope;
mod session_view;
mod state;
mod status;
mod store;
mod store_clock;
mod test_clock;
mod tickets;
pub mod trial_tickets;
mod web;
mod webhook_secrets;
mod webhooks;
mod zone_rules;

pub use config::{
    Config, EmailPace, EmailSettings, JobSettings, LINKS_AFTER_END_MS, Limits, SignupPolicy,
    StoreLocation, WebhookSettings, default_database,
};

pub use channels::push::push_subject;
pub use email::{check_email, probe_email};
pub use scheduler_core::{EmailAddress, RetentionSettings};

use std::sync::Arc;
use std::time::Duration;

use bus::{Destination, EventsSecret, HttpTransport, NodeId, OutboxPublisher};
use scheduler_core::SOURCE;
use service::health::Readiness;
use service::http::ListenerConfig;
use service::listeners::{self, Listeners};
use service::origin::AllowedOrigins;
use service::{Shutdown, StartError, Tasks, clock};
use storage::Outbox;

use crate::accounts::Accounts;
use crate::channels::email::{EmailChannel, MailComposer, RefusedAddresses};
use crate::channels::push::{Push, PushChannel};
use crate::channels::{Channel, WebhookChannel};
use crate::commands::record_configuration;
use crate::deliveries::DeliveryRunners;
use crate::due_jobs::DueJobRunner;
use crate::email::{Email, Mailer, give_up_mails, send_mails};
use crate::gift_claims::GiftClaims;
use crate::gift_delivery::deliver_gifts;
use crate::housekeeping::Housekeeping;
use crate::join_link_throttle::JoinLinkThrottle;
use crate::join_links::JoinLinks;
use crate::notification_outlets::NotificationOutlets;
use crate::notification_stream::NotificationBroadcaster;
use crate::question_throttle::QuestionThrottle;
use crate::quotas::SchedulerQuotas;
use crate::retention::RetentionSweep;
use crate::state::AppState;
use crate::store::SchedulerStore;
use crate::store::sql::SqlStore;
use crate::store_clock::StoreClock;
use crate::tickets::Tickets;
use crate::webhooks::Webhooks;

/// Longest wait for tasks after requests in flight; both stay within the 10 s of a stop.
const TASKS_LIMIT: Duration = Duration::from_secs(4);

/// Serves until `shutdown` starts, then finishes what is in flight.
///
/// # Errors
/// When the data directory, the keys or the settings can't be used, or the listener fails for good.
pub async fn run(
    listeners: impl Into<Listeners>,
    config: Config,
    shutdown: Shutdown,
) -> Result<(), StartError> {
    let origins = allowed_origins(&config)?;
    let front = ListenerConfig::new(config.limits.http, &config.trusted_proxies)?;
    config.jobs.check().map_err(StartError::Config)?;
    config.webhooks.check().map_err(StartError::Config)?;
    let store = SqlStore::open(&config.store).await?;
    let outbox = Outbox::new(store.database().clone());
    let secret = EventsSecret::load_or_create(&config.data_dir)?;
    let app = app(&config, &store, &outbox, (&origins, &shutdown))?;
    app.reload_origins()
        .await
        .map_err(|error| StartError::Config(format!("the applications: {error}")))?;
    record_settings(&config, &app).await?;
    let readiness = readiness(&store, &app);
    let tasks = Tasks::new();

    let client = service::http::client();
    let transport = HttpTransport::new(secret.clone(), client, destinations(&config));
    let node = NodeId::load_or_create(&config.data_dir)?;
    OutboxPublisher::new(outbox, SOURCE, node, transport)
        .reporting_to(readiness.clone())
        .start(&tasks, &shutdown);
    let due = app.due_jobs.clone().run(
        Arc::clone(&app.store),
        app.outlets.clone(),
        shutdown.clone(),
    );
    tasks.spawn("due jobs", due);
    app.outlets.deliveries.start(&app.store, &tasks, &shutdown);
    if let Some(email) = app.email.clone() {
        tasks.spawn("mails", send_mails(email, app.clone(), shutdown.clone()));
    } else {
        let store = Arc::clone(&app.store);
        tasks.spawn("mails", give_up_mails(store, shutdown.clone()));
    }
    let delivery = deliver_gifts(app.clone(), shutdown.clone());
    tasks.spawn("gift delivery", delivery);
    let sweep = retention_sweep(&config, &store, &app);
    let housekeeping = Housekeeping::new(app.clone(), sweep).run(shutdown.clone());
    tasks.spawn("housekeeping", housekeeping);

    let keeping = zone_rules::apply(app.clone(), shutdown.clone());
    tasks.spawn("zone rules", keeping);

    let telling = fact_backlogs::tell(app.clone(), shutdown.clone());
    tasks.spawn("fact backlogs", telling);

    let routes = router::routes(app, &config, secret, readiness.clone(), &origins);
    listeners::serve(listeners.into(), routes, readiness, front, shutdown).await?;
    tasks.close_or_cut("tasks", TASKS_LIMIT).await;
    store.close().await;
    Ok(())
}

fn app(
    config: &Config,
    store: &SqlStore,
    outbox: &Outbox,
    (origins, shutdown): (&AllowedOrigins, &Shutdown),
) -> Result<AppState, StartError> {
    let tickets = Tickets::load_or_create(config).map_err(|e| StartError::Config(e.to_string()))?;
    let links = JoinLinks::load_or_create(&config.data_dir)
        .map_err(|source| file_error(config.keys_dir().join("join.secret"), source))?;
    let store: Arc<dyn SchedulerStore> = Arc::new(store.clone());
    let web_origin: Arc<str> = config.web_origin.trim_end_matches('/').into();
    let store_clock = StoreClock::default();
    let email = email(config, &store_clock)?;
    let composer = MailComposer {
        store: Arc::clone(&store),
        links: links.clone(),
        web_origin: Arc::clone(&web_origin),
    };
    let by_email = email_channel(config, email.as_ref(), composer);
    let push = Push::of(config)?.map(Arc::new);
    let by_push = PushChannel {
        push: push.clone(),
        store: Arc::clone(&store),
    };
    let webhooks = Webhooks::load_or_create(&config.data_dir, config.egress.clone())
        .map_err(|source| file_error(config.keys_dir().join("webhook.secret"), source))?;
    let by_webhook = WebhookChannel::new(
        Arc::clone(&store),
        webhooks.clone(),
        config.webhooks.clone(),
    );
    let channels: Vec<Arc<dyn Channel>> =
        vec![Arc::new(by_email), Arc::new(by_webhook), Arc::new(by_push)];
    Ok(AppState {
        push,
        store,
        tickets,
        links,
        join_link_throttle: Arc::new(JoinLinkThrottle::new(config.limits.wrong_links_per_minute)),
        email,
        operator_email: config.operator_email.clone(),
        accounts: Accounts::of(config)?.map(Arc::new),
        questions: Arc::new(QuestionThrottle::new(config.limits.questions_per_minute)),
        quotas: Arc::new(SchedulerQuotas::new(config.limits)),
        outlets: NotificationOutlets {
            streams: NotificationBroadcaster::default(),
            deliveries: DeliveryRunners::new(channels, &store_clock),
        },
        due_jobs: DueJobRunner::new(config.jobs.lease_ms, store_clock),
        gift_claims: GiftClaims::default(),
        outbox: outbox.clone(),
        webhooks,
        media: config.media.as_slice().into(),
        links_after_end_ms: config.links_after_end_ms,
        web_origin,
        origins: origins.clone(),
        shutdown: shutdown.clone(),
    })
}

fn retention_sweep(config: &Config, store: &SqlStore, app: &AppState) -> RetentionSweep {
    RetentionSweep {
        store: Arc::clone(&app.store),
        outbox: app.outbox.clone(),
        database: store.database().clone(),
        settings: config.retention,
        audit_days: config.limits.audit_days,
        audit_rows: config.limits.audit_rows,
        shutdown: app.shutdown.clone(),
    }
}

fn email_channel(config: &Config, email: Option<&Email>, composer: MailComposer) -> EmailChannel {
    let pace = config.email.as_ref().map(|email| email.pace);
    EmailChannel {
        mailer: email.map(|email| Arc::clone(&email.mailer)),
        composer,
        pace: pace.unwrap_or_default(),
        refused: RefusedAddresses::default(),
    }
}

fn email(config: &Config, clock: &StoreClock) -> Result<Option<Email>, StartError> {
    let mailer = config.email.as_ref().map(Mailer::new).transpose();
    Ok(mailer
        .map_err(StartError::Config)?
        .map(|mailer| Email::new(mailer, clock)))
}

/// Which settings changed since the last start is recorded; their values are not.
async fn record_settings(config: &Config, app: &AppState) -> Result<(), StartError> {
    if config.effective.is_empty() {
        return Ok(());
    }
    let fingerprint = |(key, value): &(String, String)| {
        let named = format!("{key}={value}");
        (key.clone(), app.links.fingerprint(&named))
    };
    let mut present: Vec<_> = config.effective.iter().map(fingerprint).collect();
    present.sort_unstable();
    let recorded = record_configuration(&*app.store, &present, clock::now()).await;
    recorded.map_err(|error| StartError::Config(format!("the audit log: {error}")))
}

fn allowed_origins(config: &Config) -> Result<AllowedOrigins, StartError> {
    let web = AllowedOrigins::from_web_origin(&config.web_origin).map_err(StartError::Config)?;
    let more = config.allowed_origins.iter().map(String::as_str);
    AllowedOrigins::new(web.iter().chain(more)).map_err(StartError::Config)
}

fn readiness(store: &SqlStore, app: &AppState) -> Readiness {
    let readiness = Readiness::new();
    let database = store.database().clone();
    readiness.check("store", move || {
        let database = database.clone();
        async move { database.probe_writable().await }
    });
    let tickets = app.tickets.clone();
    readiness.check("ticket_key", move || {
        let can_sign = tickets.can_sign();
        async move {
            can_sign
                .then_some(())
                .ok_or_else(|| "no key to sign with".to_owned())
        }
    });
    readiness
}

fn destinations(config: &Config) -> Vec<Destination> {
    let destination = |service, base_url: &String| Destination {
        service,
        base_url: base_url.clone(),
        only: None,
    };
    vec![
        destination("signaling", &config.signaling_events_url),
        destination("chat", &config.chat_events_url),
    ]
}

fn file_error(path: std::path::PathBuf, source: std::io::Error) -> StartError {
    StartError::File { path, source }
}
