//! How the parts of the installation stand. Signaling and chat are asked when an operator asks, in a bounded time, and
//! at most once a second however many ask.

mod service_probe;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use service::clock;
use service::health::Readiness;
use wire::{
    ChannelStatus, FieldError, MediaBackend, NotificationChannel, PartStatus, QueueStatus,
    StatusView, UnixMs,
};

use self::service_probe::{HealthAnswer, ServiceProbe};
use crate::channel_watch::SeenChannel;
use crate::config::Config;
use crate::housekeeping::schedule_views;
use crate::state::AppState;

/// How long an answer is given again: asking often costs the others nothing.
const CACHED: Duration = Duration::from_secs(1);
/// What this service is called.
const SCHEDULER: &str = "scheduler";
/// The stores of each service, by the check of its readiness that fails with them.
const STORES: [(&str, &str, &str); 4] = [
    (SCHEDULER, "store", "scheduler"),
    ("signaling", "store", "signaling"),
    ("chat", "rooms", "chat.rooms"),
    ("chat", "messages", "chat.messages"),
];

/// Looks at every part.
pub(crate) struct StatusBoard {
    readiness: Readiness,
    others: [ServiceProbe; 2],
    media: Vec<MediaBackend>,
    started_at: UnixMs,
    /// Each store as it was found last, and since when.
    stores: Mutex<BTreeMap<&'static str, (bool, UnixMs)>>,
    last: tokio::sync::Mutex<Option<(Instant, StatusView)>>,
}

impl StatusBoard {
    pub(crate) fn new(config: &Config, readiness: Readiness) -> Self {
        let client = service::http::client();
        let other = |name, url: &String| ServiceProbe::new(name, url, client.clone());
        let media = config.media.iter().copied();
        Self {
            readiness,
            others: [
                other("signaling", &config.signaling_events_url),
                other("chat", &config.chat_events_url),
            ],
            media: media.filter(|media| *media != MediaBackend::P2p).collect(),
            started_at: clock::now(),
            stores: Mutex::default(),
            last: tokio::sync::Mutex::default(),
        }
    }

    /// As it was looked at within the last second, or now.
    pub(crate) async fn view(&self, app: &AppState) -> StatusView {
        let mut last = self.last.lock().await;
        if let Some((at, view)) = &*last
            && at.elapsed() < CACHED
        {
            return view.clone();
        }
        let view = self.look(app).await;
        *last = Some((Instant::now(), view.clone()));
        view
    }

    async fn look(&self, app: &AppState) -> StatusView {
        let [signaling, chat] = &self.others;
        let (own, signaling, chat, channels, schedules) = futures_util::join!(
            self.readiness.failing(),
            signaling.ask(&self.readiness),
            chat.ask(&self.readiness),
            channels(app),
            schedule_views(&*app.store),
        );
        let media = signaling.health.as_ref();
        let media_servers = self.media.iter().map(|server| media_server(*server, media));
        let media_servers = media_servers.collect();
        let own = AskedService {
            name: SCHEDULER,
            since: Some(self.started_at),
            health: Ok(HealthAnswer::failing(own)),
        };
        let asked = [own, signaling, chat];
        StatusView {
            at: clock::now(),
            services: asked.iter().map(AskedService::status).collect(),
            stores: self.stores(&asked),
            channels,
            media_servers,
            schedules: schedules.unwrap_or_default(),
        }
    }

    fn stores(&self, asked: &[AskedService]) -> Vec<PartStatus> {
        let now = clock::now();
        let mut found = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        let store = |(service, check, name): (&str, &str, &'static str)| {
            let asked = asked.iter().find(|asked| asked.name == service);
            let health = asked.and_then(|asked| asked.health.as_ref().ok());
            let Some(health) = health else {
                return PartStatus::unknown(name);
            };
            let failing = health.failing.iter().find(|failing| failing.field == check);
            let reachable = failing.is_none();
            // Found well at the first look, it has been so as long as its service has answered.
            let first = asked.and_then(|asked| asked.since).filter(|_| reachable);
            let entry = found
                .entry(name)
                .or_insert((reachable, first.unwrap_or(now)));
            if entry.0 != reachable {
                *entry = (reachable, now);
            }
            PartStatus {
                reachable: Some(reachable),
                since: Some(entry.1),
                reason: failing.map(|failing| failing.message.clone()),
                ..PartStatus::unknown(name)
            }
        };
        STORES.into_iter().map(store).collect()
    }
}

/// What came of asking one service.
struct AskedService {
    name: &'static str,
    since: Option<UnixMs>,
    /// What it says of itself, or in a few words why it says nothing.
    health: Result<HealthAnswer, String>,
}

impl AskedService {
    fn status(&self) -> PartStatus {
        let reason = match &self.health {
            Ok(health) => not_ready(&health.failing),
            Err(reason) => Some(reason.clone()),
        };
        PartStatus {
            reachable: Some(self.health.is_ok()),
            since: self.since,
            reason,
            ..PartStatus::unknown(self.name)
        }
    }
}

fn not_ready(failing: &[FieldError]) -> Option<String> {
    let names: Vec<_> = failing.iter().map(|one| one.field.as_str()).collect();
    (!names.is_empty()).then(|| format!("not ready: {}", names.join(", ")))
}

/// As signaling finds it, which polls it.
fn media_server(server: MediaBackend, signaling: Result<&HealthAnswer, &String>) -> PartStatus {
    let name = server.name();
    let found = signaling.ok().and_then(|health| health.other(name));
    PartStatus {
        reachable: found.map(|(is_up, _)| is_up),
        since: found.and_then(|(_, since)| since),
        ..PartStatus::unknown(name)
    }
}

/// Those that deliveries go by; without what waits where the store does not say.
async fn channels(app: &AppState) -> Vec<ChannelStatus> {
    let queues = app.store.deliveries().queues().await;
    let queues = queues
        .inspect_err(|error| tracing::warn!(%error, "what waits to be delivered can't be read"))
        .ok();
    let queue = |channel: NotificationChannel| -> Option<QueueStatus> {
        let found = queues.as_ref()?.iter().find(|(of, _)| *of == channel);
        Some(found.map(|(_, queue)| *queue).unwrap_or_default())
    };
    let status = |(channel, seen): (NotificationChannel, SeenChannel)| ChannelStatus {
        name: channel,
        reachable: seen.reachable.map(|(reachable, _)| reachable),
        since: seen.reachable.map(|(_, since)| since),
        queue: queue(channel),
        last_success_at: seen.last_success_at,
        last_failure_at: seen.last_failure.as_ref().map(|(at, _)| *at),
        last_failure: seen.last_failure.map(|(_, reason)| reason),
    };
    app.outlets
        .deliveries
        .seen()
        .into_iter()
        .map(status)
        .collect()
}
