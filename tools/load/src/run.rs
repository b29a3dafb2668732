//! What all tasks of one run share: its options, its counters, the rate of its joins and the server's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant as StdInstant;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::clock::Offset;
use crate::options::Options;
use crate::pace::{JoinQueue, Pace};
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
    joins: Option<Mutex<JoinQueue>>,
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
            joins: Pace::new(options.join_rate).map(|pace| Mutex::new(JoinQueue::new(pace))),
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

    /// Takes into account an answer that carries the server's clock.
    pub(crate) fn learn_clock(&self, asked: StdInstant, server_ms: i64) {
        lock(&self.offset).learn(asked, server_ms);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is one step: nothing can be half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
