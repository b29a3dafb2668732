//! Publishes the outbox: one task a destination, batches in order, again until they are taken.

use std::sync::Arc;
use std::time::Duration;

use service::health::Readiness;
use service::{Shutdown, Tasks, clock};
use storage::{Outbox, Pending};
use wire::{EventBatch, UnixMs};

use crate::{EventTransport, NodeId, TransportError};

/// Pause after a delivery that failed: undelivered events are tried again well within 2 s.
const RETRY: Duration = Duration::from_millis(500);
/// Rest between two deliveries: each costs a request and a commit, however many events it carries. An event
/// that comes alone goes at once, and none waits long beside the 2 s that it has.
const REST: Duration = Duration::from_millis(100);
/// Longest last try when the service stops.
const LAST_TRY: Duration = Duration::from_secs(1);
/// How often an empty batch tells the watermark.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// How long after it happened a fact may reach the outbox, in milliseconds: a snapshot's write waits
/// 100 ms at most, and the rest is for a slow disk. The watermark stays behind the clock by this much.
const COMMIT_LAG_MS: i64 = 2_000;

/// Reads an outbox and gives its batches to a transport, in the name of one service.
pub struct OutboxPublisher<T> {
    outbox: Outbox,
    source: &'static str,
    node: NodeId,
    transport: T,
    readiness: Option<Readiness>,
    watermark: Box<dyn Fn() -> UnixMs + Send + Sync>,
}

impl<T: EventTransport> OutboxPublisher<T> {
    /// Publishes `outbox` in the name of `node` of the service `source`.
    #[must_use]
    pub fn new(outbox: Outbox, source: &'static str, node: NodeId, transport: T) -> Self {
        Self {
            outbox,
            source,
            node,
            transport,
            readiness: None,
            watermark: Box::new(|| clock::now() - COMMIT_LAG_MS),
        }
    }

    /// Reports on `/health/ready` whether each destination answers.
    #[must_use]
    pub fn reporting_to(mut self, readiness: Readiness) -> Self {
        self.readiness = Some(readiness);
        self
    }

    /// Replaces up to when the outbox has every fact that happened; by default two seconds ago.
    #[must_use]
    pub fn watermark(mut self, at: impl Fn() -> UnixMs + Send + Sync + 'static) -> Self {
        self.watermark = Box::new(at);
        self
    }

    /// Starts delivering to each destination of the transport. Begin after what a restart left over has
    /// been settled: from then on the watermark is told.
    pub fn start(self, tasks: &Tasks, shutdown: &Shutdown) {
        let publisher = Arc::new(self);
        for destination in publisher.transport.destinations() {
            let publisher = Arc::clone(&publisher);
            let shutdown = shutdown.clone();
            tasks.spawn("publisher", async move {
                tokio::select! {
                    () = publisher.deliver_forever(destination) => {}
                    () = shutdown.started() => publisher.deliver_last(destination).await,
                }
            });
        }
    }

    async fn deliver_forever(&self, destination: &'static str) {
        let mut jumps = clock::jumps();
        loop {
            // Asked for before the store is read, so that no commit falls between.
            let woken = self.outbox.woken();
            match self.deliver(destination).await {
                Ok(More::Yes) => {}
                Ok(More::No) => {
                    tokio::time::sleep(REST).await;
                    tokio::select! {
                        () = woken => {}
                        // The watermark has moved along.
                        _ = jumps.changed() => {}
                        () = tokio::time::sleep(HEARTBEAT) => {}
                    }
                }
                Err(error) => {
                    metrics::counter!("events_delivery_failed_total", "to" => destination)
                        .increment(1);
                    tracing::debug!(to = destination, %error, "events were not delivered");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// A last try when the service stops, so that others know as much as can be.
    async fn deliver_last(&self, destination: &'static str) {
        let last = async { while let Ok(More::Yes) = self.deliver(destination).await {} };
        drop(tokio::time::timeout(LAST_TRY, last).await);
    }

    async fn deliver(&self, destination: &'static str) -> Result<More, DeliveryError> {
        // Read before the outbox: what is committed after it is not claimed.
        let watermark = (self.watermark)();
        let pending = self.outbox.pending(destination).await?;
        let more = if pending.next_occurred_at.is_some() {
            More::Yes
        } else {
            More::No
        };
        let (last, count) = (pending.last, pending.events.len());
        let batch = self.batch(pending, watermark);
        let delivered = self.transport.deliver(destination, &batch).await;
        if let Some(readiness) = &self.readiness {
            readiness.report_other(destination, delivered.is_ok());
        }
        delivered?;
        if count > 0 {
            self.outbox.delivered(destination, last).await?;
            metrics::counter!("events_delivered_total", "to" => destination)
                .increment(count as u64);
        }
        Ok(more)
    }

    fn batch(&self, pending: Pending, watermark: UnixMs) -> EventBatch {
        let complete_to = pending
            .next_occurred_at
            .map_or(watermark, |next| watermark.min(next - 1));
        EventBatch {
            source: self.source.to_owned(),
            node: self.node.as_str().to_owned(),
            events: pending.events,
            complete_to,
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
    Store(#[from] storage::Error),
    #[error(transparent)]
    Transport(#[from] TransportError),
}
