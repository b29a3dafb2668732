//! Sends deliveries when their turn has come: a task for each channel, so that a slow one delays no other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use scheduler_core::{ChannelAnswer, Delivery};
use service::{Shutdown, Tasks, clock};
use tokio::sync::Notify;
use wire::{NotificationChannel, UnixMs};

use crate::channel_watch::{ChannelWatch, SeenChannel};
use crate::channels::{AnswerFuture, Channel};
use crate::commands::{claim_deliveries, settle_deliveries};
use crate::store::{SchedulerStore, StoreError};

/// How often the store is asked for deliveries that are due again, in milliseconds.
const POLL_MS: i64 = 1_000;
/// How much longer a claim holds than an attempt may take, in milliseconds: the time to write its answer.
const CLAIM_REST_MS: i64 = 5_000;
/// How long attempts in flight may go on once the service stops.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// The channels that deliveries go out by. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct DeliveryRunners {
    runners: Arc<[DeliveryRunner]>,
}

/// Sends the deliveries of one channel.
#[derive(Clone)]
struct DeliveryRunner {
    channel: Arc<dyn Channel>,
    bell: Arc<Notify>,
    watch: Arc<ChannelWatch>,
}

/// Attempts in flight; each ends with its delivery and the answer.
type InFlight<'a> = FuturesUnordered<AttemptFuture<'a>>;
type AttemptFuture<'a> =
    std::pin::Pin<Box<dyn Future<Output = (Delivery, ChannelAnswer)> + Send + 'a>>;

impl DeliveryRunners {
    pub(crate) fn new(channels: Vec<Arc<dyn Channel>>) -> Self {
        let runner = |channel| DeliveryRunner {
            channel,
            bell: Arc::default(),
            watch: Arc::default(),
        };
        Self {
            runners: channels.into_iter().map(runner).collect(),
        }
    }

    /// How the last attempts of each channel went.
    pub(crate) fn seen(&self) -> Vec<(NotificationChannel, SeenChannel)> {
        let seen = |runner: &DeliveryRunner| (runner.channel.name(), runner.watch.seen());
        self.runners.iter().map(seen).collect()
    }

    /// Deliveries may have been committed: they are looked for now.
    pub(crate) fn wake(&self) {
        for runner in &*self.runners {
            runner.bell.notify_one();
        }
    }

    /// Starts the task of each channel, until the shutdown starts.
    pub(crate) fn start(
        &self,
        store: &Arc<dyn SchedulerStore>,
        tasks: &Tasks,
        shutdown: &Shutdown,
    ) {
        for runner in &*self.runners {
            let (runner, store, shutdown) = (runner.clone(), Arc::clone(store), shutdown.clone());
            tasks.spawn("deliveries", async move {
                runner.run(&*store, shutdown).await;
            });
        }
    }
}

impl DeliveryRunner {
    async fn run(self, store: &dyn SchedulerStore, shutdown: Shutdown) {
        let mut in_flight = InFlight::new();
        let mut next_look = clock::now();
        while !shutdown.is_started() {
            if next_look <= clock::now() {
                next_look = self.look(store, &mut in_flight).await;
            }
            tokio::select! {
                Some(answered) = in_flight.next(), if !in_flight.is_empty() => {
                    let had_lane = self.settle(store, answered, &mut in_flight).await;
                    let has_room = in_flight.len() * 2 <= self.channel.at_once();
                    if had_lane || has_room {
                        next_look = clock::now();
                    }
                }
                () = self.bell.notified() => next_look = clock::now(),
                () = clock::sleep_until(next_look) => {}
                () = shutdown.started() => {}
            }
        }
        // What does not end in time is taken up again once its claim has lapsed.
        let ending = async {
            while let Some(answered) = in_flight.next().await {
                self.settle(store, answered, &mut in_flight).await;
            }
        };
        let _ = tokio::time::timeout(STOP_LIMIT, ending).await;
    }

    /// Claims as many as there is room for and starts their attempts: when to look again.
    async fn look<'a>(
        &'a self,
        store: &dyn SchedulerStore,
        in_flight: &mut InFlight<'a>,
    ) -> UnixMs {
        let room = self.channel.at_once().saturating_sub(in_flight.len());
        let now = clock::now();
        if room == 0 {
            return now + POLL_MS;
        }
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        let until = now + self.channel.limit_ms() + CLAIM_REST_MS;
        let claimed = claim_deliveries(store, &*self.channel, (now, until), limit).await;
        match claimed {
            Ok(claimed) => {
                for delivery in claimed {
                    in_flight.push(self.attempt(delivery));
                }
            }
            Err(error) => self.warn(
                &error,
                "deliveries could not be claimed; they are tried again",
            ),
        }
        now + POLL_MS
    }

    fn attempt(&self, delivery: Delivery) -> AttemptFuture<'_> {
        Box::pin(async move {
            let limit = Duration::from_millis(self.channel.limit_ms().unsigned_abs());
            let key = delivery.key.clone();
            let sending: AnswerFuture<'_> = self.channel.send(&delivery, &key);
            let answer = tokio::time::timeout(limit, sending).await;
            let answer = answer.unwrap_or_else(|_| ChannelAnswer::Retry {
                after_ms: None,
                reason: "no answer in time".to_owned(),
            });
            (delivery, answer)
        })
    }

    /// Writes this answer and those that have come beside it; true where another of a lane may go out now.
    async fn settle(
        &self,
        store: &dyn SchedulerStore,
        first: (Delivery, ChannelAnswer),
        in_flight: &mut InFlight<'_>,
    ) -> bool {
        let mut answered = vec![first];
        while let Some(Some(more)) = in_flight.next().now_or_never() {
            answered.push(more);
        }
        let now = clock::now();
        for (_, answer) in &answered {
            self.watch.note(answer, now);
        }
        if let Err(error) = settle_deliveries(store, &*self.channel, &answered, now).await {
            self.warn(
                &error,
                "answers to deliveries could not be written; they may go out twice",
            );
        }
        answered.iter().any(|(delivery, _)| delivery.lane.is_some())
    }

    fn warn(&self, error: &StoreError, what: &'static str) {
        let channel = self.channel.name().name();
        metrics::counter!("deliveries_store_failed_total", "channel" => channel).increment(1);
        tracing::warn!(%error, channel, "{what}");
    }
}
