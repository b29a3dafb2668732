//! Sends deliveries when their turn has come: a task for each channel, so that a slow one delays no other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use scheduler_core::{ChannelAnswer, Delivery};
use service::{Shutdown, Tasks, clock};
use tokio::sync::{Notify, mpsc};
use wire::NotificationChannel;

use crate::channel_watch::{ChannelWatch, SeenChannel};
use crate::channels::{AnswerFuture, Channel};
use crate::commands::{claim_deliveries, release_lost_claims, settle_deliveries};
use crate::delivery_places::{DeliveryPlace, DeliveryPlaces};
use crate::store::{SchedulerStore, StoreError};
use crate::store_clock::StoreClock;

/// How often the store is asked for deliveries that are due again.
const POLL: Duration = Duration::from_secs(1);
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
    clock: StoreClock,
    bell: Arc<Notify>,
    watch: Arc<ChannelWatch>,
}

/// What this node has in its hands of a channel.
#[derive(Default)]
struct InHand {
    places: DeliveryPlaces,
    unwritten: Vec<Attempted>,
    /// How often the clock had been set back when lost claims were released last.
    released_at: Option<u64>,
}

/// An attempt that has come to its answer. It keeps its place until the answer is written.
struct Attempted {
    place: DeliveryPlace,
    answer: ChannelAnswer,
}

impl DeliveryRunners {
    pub(crate) fn new(channels: Vec<Arc<dyn Channel>>, clock: &StoreClock) -> Self {
        let runner = |channel| DeliveryRunner {
            channel,
            clock: clock.clone(),
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
            let attempts = tasks.clone();
            tasks.spawn("deliveries", async move {
                runner.run(&*store, attempts, shutdown).await;
            });
        }
    }
}

impl DeliveryRunner {
    /// Each attempt is a task of its own: it goes on while this one waits for the store, which the attempt may wait for, too.
    async fn run(self, store: &dyn SchedulerStore, tasks: Tasks, shutdown: Shutdown) {
        let at_once = self.channel.shares().at_once;
        let mut in_hand = InHand::default();
        let (sender, mut answers) = mpsc::channel(at_once);
        let mut next_look = Instant::now();
        while !shutdown.is_started() {
            if next_look <= Instant::now() {
                next_look = Instant::now() + POLL;
                self.write(store, &mut in_hand).await;
                for place in self.claim(store, &mut in_hand).await {
                    let attempt = self.clone().attempt(place, sender.clone());
                    tasks.spawn("delivery", attempt);
                }
            }
            let pause = next_look.saturating_duration_since(Instant::now());
            tokio::select! {
                Some(first) = answers.recv() => {
                    in_hand.unwritten.push(first);
                    while let Ok(more) = answers.try_recv() {
                        in_hand.unwritten.push(more);
                    }
                    let mut done = in_hand.unwritten.iter().map(|done| done.place.delivery());
                    let had_lane = done.any(|delivery| delivery.lane.is_some());
                    self.write(store, &mut in_hand).await;
                    if had_lane || in_hand.places.taken() * 2 <= at_once {
                        next_look = Instant::now();
                    }
                }
                () = self.bell.notified() => next_look = Instant::now(),
                () = clock::pause(pause) => next_look = Instant::now(),
                () = shutdown.started() => {}
            }
        }
        drop(sender);
        // What does not end in time is taken up again once its claim has lapsed.
        let ending = async {
            while let Some(done) = answers.recv().await {
                in_hand.unwritten.push(done);
                self.write(store, &mut in_hand).await;
            }
        };
        let _ = tokio::time::timeout(STOP_LIMIT, ending).await;
    }

    /// Claims as many as there are places for, each with its place.
    async fn claim(&self, store: &dyn SchedulerStore, in_hand: &mut InHand) -> Vec<DeliveryPlace> {
        let claimed = self.try_claim(store, in_hand).await;
        let claimed = claimed.unwrap_or_else(|error| {
            self.warn(
                &error,
                "deliveries could not be claimed; they are tried again",
            );
            Vec::new()
        });
        let placed = claimed.into_iter();
        placed
            .map(|delivery| in_hand.places.take(delivery))
            .collect()
    }

    async fn try_claim(
        &self,
        store: &dyn SchedulerStore,
        in_hand: &mut InHand,
    ) -> Result<Vec<Delivery>, StoreError> {
        let in_flight = in_hand.places.in_flight();
        if in_flight.count() >= self.channel.shares().at_once {
            return Ok(Vec::new());
        }
        let now = self.clock.read(store).await?;
        let set_back = Some(self.clock.set_back());
        if in_hand.released_at != set_back {
            release_lost_claims(store, &*self.channel, now, &in_flight).await?;
            in_hand.released_at = set_back;
        }
        let until = now + self.channel.limit_ms() + CLAIM_REST_MS;
        claim_deliveries(store, &*self.channel, (now, until), &in_flight).await
    }

    async fn attempt(self, place: DeliveryPlace, answers: mpsc::Sender<Attempted>) {
        let limit = Duration::from_millis(self.channel.limit_ms().unsigned_abs());
        let delivery = place.delivery();
        let sending: AnswerFuture<'_> = self.channel.send(delivery, &delivery.key);
        let answer = match tokio::time::timeout(limit, sending).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                self.warn(&error, "a delivery could not be read; it is tried again");
                ChannelAnswer::Postponed {
                    reason: "storage_unavailable".to_owned(),
                }
            }
            Err(_) => ChannelAnswer::Retry {
                after_ms: None,
                reason: "no answer in time".to_owned(),
            },
        };
        let target = delivery.target.as_deref();
        self.watch.note(target, &answer, clock::now());
        // Nobody takes it once the service has stopped: it goes out again then.
        let _ = answers.send(Attempted { place, answer }).await;
    }

    /// Writes answers; those that the store does not take stay, and keep their places.
    async fn write(&self, store: &dyn SchedulerStore, in_hand: &mut InHand) {
        if in_hand.unwritten.is_empty() {
            return;
        }
        let answered: Vec<_> = in_hand
            .unwritten
            .iter()
            .map(|done| (done.place.delivery().clone(), done.answer.clone()))
            .collect();
        let now = self.clock.now();
        match settle_deliveries(store, &*self.channel, &answered, now).await {
            Ok(()) => in_hand.unwritten.clear(),
            Err(error) => {
                self.warn(
                    &error,
                    "answers to deliveries could not be written; they are written again",
                );
            }
        }
    }

    fn warn(&self, error: &StoreError, what: &'static str) {
        let channel = self.channel.name().name();
        metrics::counter!("deliveries_store_failed_total", "channel" => channel).increment(1);
        tracing::warn!(%error, channel, "{what}");
    }
}
