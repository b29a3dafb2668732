//! What all tasks of one run share: its options, its counters, the rate of its joins and the server's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant as StdInstant;

use tokio_util::sync::CancellationToken;

use crate::admission::LoadAdmission;
use crate::clock::Offset;
use crate::options::Options;
use crate::tally::Tally;

/// One run of the generator.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) options: Options,
    pub(crate) tally: Tally,
    /// Cancelled when the person at the keyboard has seen enough.
    pub(crate) stop: CancellationToken,
    pub(crate) admission: LoadAdmission,
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
            admission: LoadAdmission::new(options.concurrency, options.join_rate),
            offset: Mutex::new(offset),
            options,
        })
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
