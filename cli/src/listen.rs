//! `rendezvous listen`: an application's events for a developer's machine, which has no public address. The scheduler keeps
//! and signs them as for any endpoint; here they are fetched, posted, and answered for.

mod api;
mod deliveries;
mod error;

use std::time::{Duration, Instant};

use reqwest::Url;
use tokio::signal::unix::{SignalKind, signal};
use wire::{EventType, ListenedDelivery, ListenerView, StartListener};

use self::api::ListenerApi;
use self::error::ApiError;
use crate::cli::ListenArgs;
use crate::config::Settings;
use crate::failure::Failure;
use crate::{credential, output};

/// How long the application's own server may take.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(15);
/// Pause before the stream is opened again; the scheduler may be starting.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Listens until it is interrupted.
///
/// # Errors
/// A wrong address, key or type of event is for a person to put right.
pub(crate) async fn run(settings: &Settings, args: &ListenArgs) -> Result<(), Failure> {
    let forward = Url::parse(&args.forward)
        .ok()
        .filter(|url| ["http", "https"].contains(&url.scheme()))
        .ok_or_else(|| Failure::config(format!("--forward {}: no http address", args.forward)))?;
    let key = credential::read(args.key_file.as_deref(), args.key_env.as_deref())?;
    let url = args.url.as_ref();
    let api = ListenerApi::new(url.unwrap_or(&settings.scheduler.public_url), &key)?;
    let asked = StartListener {
        events: events(&args.events)?,
    };
    let listener = api.start(&asked).await.map_err(failure)?;
    introduce(&listener, &forward).await;
    let forwarder = Forwarder {
        api: &api,
        listener: &listener.id,
        forward,
        client: forwarding_client()?,
    };
    let ended = tokio::select! {
        ended = forwarder.run() => ended,
        stopped = stopped() => stopped
            .map_err(|error| Failure::crash(format!("no signal can be waited for: {error}"))),
    };
    // Where it can't be stopped it is forgotten in an hour.
    drop(api.stop(&listener.id).await);
    ended
}

/// Until somebody stops it: at a terminal, or as services are stopped.
async fn stopped() -> std::io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

async fn introduce(listener: &ListenerView, forward: &Url) {
    output::line(&format!("Listening for {forward}")).await;
    if let Some(secret) = &listener.secret {
        let secret = secret.expose();
        output::line(&format!("Signed with {secret} (of this listener alone)")).await;
    }
}

fn events(words: &[String]) -> Result<Vec<EventType>, Failure> {
    let event = |word: &String| {
        EventType::from_name(word)
            .ok_or_else(|| Failure::config(format!("--events {word}: no such type of event")))
    };
    words.iter().map(event).collect()
}

fn forwarding_client() -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .timeout(FORWARD_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent("rendezvous-webhooks/1")
        .build()
        .map_err(|error| Failure::crash(format!("no HTTP client: {error}")))
}

/// Fetches and forwards.
struct Forwarder<'a> {
    api: &'a ListenerApi,
    listener: &'a str,
    forward: Url,
    client: reqwest::Client,
}

impl Forwarder<'_> {
    /// Opens the stream again and again: what nobody has answered for comes again.
    async fn run(&self) -> Result<(), Failure> {
        loop {
            match self.forward_all().await {
                Ok(()) => {}
                Err(ApiError::Unreachable(why)) => {
                    output::line(&format!("(away: {why}; trying again)")).await;
                }
                Err(error) => return Err(failure(error)),
            }
            tokio::time::sleep(RECONNECT_AFTER).await;
        }
    }

    async fn forward_all(&self) -> Result<(), ApiError> {
        let mut deliveries = self.api.deliveries(self.listener).await?;
        while let Some(delivery) = deliveries.next().await? {
            let began = Instant::now();
            let status = self.post(&delivery).await;
            let took_ms = began.elapsed().as_millis();
            let answer = match &status {
                Ok(status) => format!("{status} in {took_ms} ms"),
                Err(error) => format!("no answer: {error}"),
            };
            let ListenedDelivery {
                kind, webhook_id, ..
            } = &delivery;
            output::line(&format!("{kind} {webhook_id} -> {answer}")).await;
            self.api
                .answer(self.listener, &delivery.delivery_id, status.ok())
                .await?;
        }
        Ok(())
    }

    async fn post(&self, delivery: &ListenedDelivery) -> Result<u16, String> {
        let request = self
            .client
            .post(self.forward.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.webhook_id)
            .header("webhook-timestamp", &delivery.webhook_timestamp)
            .header("webhook-signature", &delivery.webhook_signature)
            .body(delivery.body.clone());
        let answer = request.send().await.map_err(|error| match error {
            error if error.is_timeout() => "it took too long".to_owned(),
            error if error.is_connect() => "nobody listens there".to_owned(),
            error => error.without_url().to_string(),
        })?;
        Ok(answer.status().as_u16())
    }
}

fn failure(error: ApiError) -> Failure {
    match error {
        ApiError::Refused(why) => Failure::config(why),
        ApiError::Unreachable(why) => Failure::crash(why),
    }
}
