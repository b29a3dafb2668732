//! Delivers the outbox: one task a destination, batches in order, again until they are taken.

use std::sync::Arc;
use std::time::Duration;

use wire::{EventBatch, UnixMs};

use super::{EventsSecret, Outbox, Pending};
use crate::health::Readiness;
use crate::{Shutdown, Tasks, clock};

/// Pause after a delivery that failed: undelivered events are tried again well within 2 s.
const RETRY: Duration = Duration::from_millis(500);
/// Rest between two deliveries: each costs a request and a commit, however many events it carries. An event
/// that comes alone goes at once, and none waits long beside the 2 s that it has.
const REST: Duration = Duration::from_millis(100);
/// Longest wait for an answer. A receiver that is slow, and not down, must be able to finish a batch.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest last try when the service stops.
const LAST_TRY: Duration = Duration::from_secs(1);
/// How often an empty batch tells how far we are complete.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long after it happened a fact may reach the outbox, in milliseconds: a snapshot's write waits
/// 100 ms at most, and the rest is for a slow disk. `complete_to` stays behind the clock by this much.
const COMMIT_LAG_MS: i64 = 2_000;

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The service's name; its cursor is kept under it.
    pub service: &'static str,
    /// Its public address, as `http://127.0.0.1:8080`.
    pub base_url: String,
}

/// What the delivering tasks share.
#[derive(Clone)]
pub struct Poster {
    outbox: Outbox,
    source: &'static str,
    secret: EventsSecret,
    client: reqwest::Client,
    readiness: Option<Readiness>,
    complete_to: Arc<dyn Fn() -> UnixMs + Send + Sync>,
}

impl Poster {
    /// Delivers `outbox` in the name of `source`.
    #[must_use]
    pub fn new(
        outbox: Outbox,
        source: &'static str,
        secret: EventsSecret,
        client: reqwest::Client,
    ) -> Self {
        Self {
            outbox,
            source,
            secret,
            client,
            readiness: None,
            complete_to: Arc::new(|| clock::now() - COMMIT_LAG_MS),
        }
    }

    /// Reports on `/health/ready` whether each destination answers.
    #[must_use]
    pub fn reporting_to(mut self, readiness: Readiness) -> Self {
        self.readiness = Some(readiness);
        self
    }

    /// Replaces how far the outbox is complete; by default two seconds ago.
    #[must_use]
    pub fn complete_to(mut self, told: impl Fn() -> UnixMs + Send + Sync + 'static) -> Self {
        self.complete_to = Arc::new(told);
        self
    }

    /// Starts delivering to each destination. Begin after what a restart left over has been settled:
    /// from then on `complete_to` is told.
    pub fn start(self, destinations: Vec<Destination>, tasks: &Tasks, shutdown: &Shutdown) {
        for destination in destinations {
            let poster = self.clone();
            let shutdown = shutdown.clone();
            tasks.spawn("poster", async move {
                tokio::select! {
                    () = poster.deliver_forever(&destination) => {}
                    () = shutdown.started() => poster.deliver_last(&destination).await,
                }
            });
        }
    }

    async fn deliver_forever(&self, destination: &Destination) {
        loop {
            // Asked for before the store is read, so that no commit falls between.
            let woken = self.outbox.woken();
            match self.deliver(destination).await {
                Ok(More::Yes) => {}
                Ok(More::No) => {
                    tokio::time::sleep(REST).await;
                    drop(tokio::time::timeout(HEARTBEAT, woken).await);
                }
                Err(error) => {
                    metrics::counter!("events_delivery_failed_total", "to" => destination.service)
                        .increment(1);
                    tracing::debug!(to = destination.service, %error, "events were not delivered");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// A last try when the service stops, so that others know as much as can be.
    async fn deliver_last(&self, destination: &Destination) {
        let last = async { while let Ok(More::Yes) = self.deliver(destination).await {} };
        drop(tokio::time::timeout(LAST_TRY, last).await);
    }

    async fn deliver(&self, destination: &Destination) -> Result<More, DeliveryError> {
        // Read before the outbox: what is committed after it is not claimed.
        let complete_to = (self.complete_to)();
        let pending = self.outbox.pending(destination.service).await?;
        let more = if pending.next_occurred_at.is_some() {
            More::Yes
        } else {
            More::No
        };
        let (last, count) = (pending.last, pending.events.len());
        let posted = self
            .post(destination, self.batch(pending, complete_to))
            .await;
        if let Some(readiness) = &self.readiness {
            readiness.report_other(destination.service, posted.is_ok());
        }
        posted?;
        if count > 0 {
            self.outbox.delivered(destination.service, last).await?;
            metrics::counter!("events_delivered_total", "to" => destination.service)
                .increment(count as u64);
        }
        Ok(more)
    }

    fn batch(&self, pending: Pending, complete_to: UnixMs) -> EventBatch {
        let complete_to = pending
            .next_occurred_at
            .map_or(complete_to, |next| complete_to.min(next - 1));
        EventBatch {
            source: self.source.to_owned(),
            events: pending.events,
            complete_to,
        }
    }

    async fn post(
        &self,
        destination: &Destination,
        batch: EventBatch,
    ) -> Result<(), DeliveryError> {
        let url = format!("{}/v1/events", destination.base_url.trim_end_matches('/'));
        let response = self
            .client
            .post(url)
            .timeout(ANSWER_TIMEOUT)
            .header(reqwest::header::AUTHORIZATION, self.secret.bearer())
            .json(&batch)
            .send()
            .await
            .map_err(reqwest::Error::without_url)?;
        match response.status().as_u16() {
            200 => Ok(()),
            status => Err(DeliveryError::Refused(status)),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum More {
    Yes,
    No,
}

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error("store: {0}")]
    Store(#[from] sqlx::Error),
    #[error("no answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    #[error("answered with {0}")]
    Refused(u16),
}
