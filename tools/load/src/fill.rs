//! What all tasks of a run share, and how a server is filled: pairs come in, wait for a sign, work,
//! wait for another, and go.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant as StdInstant;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::clock::Offset;
use crate::connection::Fault;
use crate::options::Options;
use crate::pace::{Pace, Queue};
use crate::pair::Pair;
use crate::scenario::Work;
use crate::seat::Table;
use crate::tally::Tally;

/// One run of the generator.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) options: Options,
    pub(crate) tally: Tally,
    /// Cancelled when the person at the keyboard has seen enough.
    pub(crate) stop: CancellationToken,
    /// How many pairs may be connecting at once.
    pub(crate) slots: Semaphore,
    started: Instant,
    joins: Option<Mutex<Queue>>,
    offset: Mutex<Offset>,
}

impl Run {
    pub(crate) fn new(options: Options, same_clock: bool, stop: CancellationToken) -> Arc<Self> {
        let offset = match same_clock {
            true => Offset::SAME_CLOCK,
            false => Offset::UNKNOWN,
        };
        Arc::new(Self {
            tally: Tally::default(),
            stop,
            slots: Semaphore::new(options.concurrency as usize),
            started: Instant::now(),
            joins: Pace::new(options.join_rate).map(|pace| Mutex::new(Queue::new(pace))),
            offset: Mutex::new(offset),
            options,
        })
    }

    /// Returns when the next join may begin.
    pub(crate) async fn may_join(&self) {
        let Some(joins) = &self.joins else { return };
        let due = lock(joins).take(self.started.elapsed());
        sleep_until(self.started + due).await;
    }

    /// How far the server's clock is from ours.
    pub(crate) fn offset(&self) -> Offset {
        *lock(&self.offset)
    }

    /// An answer told the server's clock.
    pub(crate) fn learn_clock(&self, asked: StdInstant, server_ms: i64) {
        lock(&self.offset).learn(asked, server_ms);
    }
}

/// The signs that a crew waits for.
#[derive(Debug, Clone)]
pub(crate) struct Signs {
    /// Begin the work.
    pub(crate) go: CancellationToken,
    /// Close, and be done.
    pub(crate) finish: CancellationToken,
    /// When the work began, for all.
    pub(crate) went: Arc<OnceLock<Instant>>,
    arrived: watch::Sender<usize>,
    worked: watch::Sender<usize>,
}

impl Signs {
    pub(crate) fn new(stop: &CancellationToken) -> Self {
        Self {
            go: stop.child_token(),
            finish: stop.child_token(),
            went: Arc::default(),
            arrived: watch::Sender::new(0),
            worked: watch::Sender::new(0),
        }
    }

    /// Gives the sign to begin.
    pub(crate) fn give_go(&self) {
        // Only the first sign counts.
        let _ = self.went.set(Instant::now());
        self.go.cancel();
    }

    /// Returns when `pairs` have come in, or failed to.
    pub(crate) async fn all_arrived(&self, pairs: usize) {
        reached(&self.arrived, pairs).await;
    }

    /// Returns when `pairs` have done their work, or failed to.
    pub(crate) async fn all_worked(&self, pairs: usize) {
        reached(&self.worked, pairs).await;
    }
}

async fn reached(counter: &watch::Sender<usize>, pairs: usize) {
    // The sender is ours: it can't be gone.
    drop(counter.subscribe().wait_for(|count| *count >= pairs).await);
}

/// Counts once, at the latest when it is dropped: whoever fails must not be waited for.
struct Once<'a>(Option<&'a watch::Sender<usize>>);

impl Once<'_> {
    fn now(&mut self) {
        if let Some(counter) = self.0.take() {
            counter.send_modify(|count| *count += 1);
        }
    }
}

impl Drop for Once<'_> {
    fn drop(&mut self) {
        self.now();
    }
}

/// One pair from its first connection to its last close.
pub(crate) async fn attend(run: Arc<Run>, table: Table, number: u64, work: Work, signs: Signs) {
    let mut arrived = Once(Some(&signs.arrived));
    let mut worked = Once(Some(&signs.worked));
    let attending = async {
        let mut pair = come_in(&run, table, work).await?;
        arrived.now();
        pair.hold(&signs.go).await?;
        let went = signs.went.get().copied().unwrap_or_else(Instant::now);
        work.run(&run, &mut pair, number, went).await?;
        worked.now();
        pair.hold(&signs.finish).await?;
        pair.close().await;
        Ok(())
    };
    let ended: Result<(), Fault> = attending.await;
    if let Err(fault) = ended {
        run.tally.failed(&fault.code());
    }
}

async fn come_in(run: &Arc<Run>, table: Table, work: Work) -> Result<Pair, Fault> {
    let _slot = run.slots.acquire().await;
    if run.stop.is_cancelled() {
        return Err(Fault::TimedOut("stopped"));
    }
    let mut pair = Pair::open(run, table).await?;
    work.prepare(&mut pair).await?;
    Ok(pair)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is one step: nothing can be half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
