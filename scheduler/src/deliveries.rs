//! Sends deliveries when their turn has come: a task for each channel, so that a slow one delays no other.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use scheduler_core::{ChannelAnswer, Delivery};
use service::{Shutdown, Tasks, clock};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use wire::NotificationChannel;

use crate::channel_watch::{ChannelWatch, SeenChannel};
use crate::channels::{AnswerFuture, Channel};
use crate::commands::{claim_deliveries, release_lost_claims, settle_deliveries};
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
struct InHand {
    /// Places for more attempts.
    room: Arc<Semaphore>,
    under_way: UnderWay,
    unwritten: Vec<Attempted>,
    /// How often the clock had been set back when lost claims were released last.
    released_at: Option<u64>,
}

/// Ids of what was claimed and is not settled yet. It is not claimed again, also where its claim has lapsed by a clock that
/// was set. Clones are the same.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<HashSet<String>>>);

/// The place of one attempt among those under way, until its answer is written, or the attempt is gone.
struct AttemptPlace {
    id: String,
    under_way: UnderWay,
    _permit: OwnedSemaphorePermit,
}

/// An attempt that has come to its answer. It keeps its place until the answer is written.
struct Attempted {
    delivery: Delivery,
    answer: ChannelAnswer,
    _place: AttemptPlace,
}

impl UnderWay {
    fn ids(&self) -> HashSet<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        // Each change is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AttemptPlace {
    fn drop(&mut self) {
        self.under_way.lock().remove(&self.id);
    }
}

impl InHand {
    /// A place for a delivery that was claimed just now; nobody else takes places.
    fn place(&self, delivery: &Delivery) -> Option<AttemptPlace> {
        let permit = Arc::clone(&self.room).try_acquire_owned().ok()?;
        self.under_way.lock().insert(delivery.id.clone());
        Some(AttemptPlace {
            id: delivery.id.clone(),
            under_way: self.under_way.clone(),
            _permit: permit,
        })
    }
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
        let at_once = self.channel.at_once();
        let mut in_hand = InHand {
            room: Arc::new(Semaphore::new(at_once)),
            under_way: UnderWay::default(),
            unwritten: Vec::new(),
            released_at: None,
        };
        let (sender, mut answers) = mpsc::channel(at_once);
        let mut next_look = Instant::now();
        while !shutdown.is_started() {
            if next_look <= Instant::now() {
                next_look = Instant::now() + POLL;
                self.write(store, &mut in_hand).await;
                for (delivery, place) in self.claim(store, &mut in_hand).await {
                    let attempt = self.clone().attempt(delivery, place, sender.clone());
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
                    let had_lane = in_hand.unwritten.iter().any(|done| done.delivery.lane.is_some());
                    self.write(store, &mut in_hand).await;
                    if had_lane || in_hand.room.available_permits() * 2 >= at_once {
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

    /// Claims as many as there is room for, each with its place.
    async fn claim(
        &self,
        store: &dyn SchedulerStore,
        in_hand: &mut InHand,
    ) -> Vec<(Delivery, AttemptPlace)> {
        let claimed = self.try_claim(store, in_hand).await;
        let claimed = claimed.unwrap_or_else(|error| {
            self.warn(
                &error,
                "deliveries could not be claimed; they are tried again",
            );
            Vec::new()
        });
        let placed = |delivery| in_hand.place(&delivery).map(|place| (delivery, place));
        claimed.into_iter().filter_map(placed).collect()
    }

    async fn try_claim(
        &self,
        store: &dyn SchedulerStore,
        in_hand: &mut InHand,
    ) -> Result<Vec<Delivery>, StoreError> {
        let limit = u32::try_from(in_hand.room.available_permits()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let now = self.clock.read(store).await?;
        let under_way = in_hand.under_way.ids();
        let set_back = Some(self.clock.set_back());
        if in_hand.released_at != set_back {
            release_lost_claims(store, &*self.channel, now, &under_way).await?;
            in_hand.released_at = set_back;
        }
        let until = now + self.channel.limit_ms() + CLAIM_REST_MS;
        claim_deliveries(store, &*self.channel, (now, until), limit, &under_way).await
    }

    async fn attempt(
        self,
        delivery: Delivery,
        place: AttemptPlace,
        answers: mpsc::Sender<Attempted>,
    ) {
        let limit = Duration::from_millis(self.channel.limit_ms().unsigned_abs());
        let key = delivery.key.clone();
        let sending: AnswerFuture<'_> = self.channel.send(&delivery, &key);
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
        self.watch.note(&answer, clock::now());
        let done = Attempted {
            delivery,
            answer,
            _place: place,
        };
        // Nobody takes it once the service has stopped: it goes out again then.
        let _ = answers.send(done).await;
    }

    /// Writes answers; those that the store does not take stay, and keep their places.
    async fn write(&self, store: &dyn SchedulerStore, in_hand: &mut InHand) {
        if in_hand.unwritten.is_empty() {
            return;
        }
        let answered: Vec<_> = in_hand
            .unwritten
            .iter()
            .map(|done| (done.delivery.clone(), done.answer.clone()))
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
