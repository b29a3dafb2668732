//! How many come in at once, and how many a second.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use crate::pace::{JoinQueue, Pace};

/// Whoever wants to connect asks here first.
#[derive(Debug)]
pub(crate) struct LoadAdmission {
    slots: Semaphore,
    started: Instant,
    joins: Option<Mutex<JoinQueue>>,
}

impl LoadAdmission {
    /// `at_once` are connecting together, and `per_second` begin; 0 is no limit.
    pub(crate) fn new(at_once: u32, per_second: u32) -> Self {
        Self {
            slots: Semaphore::new(at_once as usize),
            started: Instant::now(),
            joins: Pace::new(per_second).map(|pace| Mutex::new(JoinQueue::new(pace))),
        }
    }

    /// A place among those that are connecting, for as long as it is kept.
    pub(crate) async fn slot(&self) -> SemaphorePermit<'_> {
        let slot = self.slots.acquire().await;
        slot.expect("nobody closes the semaphore")
    }

    /// Returns when the next join may begin.
    pub(crate) async fn may_join(&self) {
        let Some(joins) = &self.joins else { return };
        // Taking a number is one step: nothing can be half done.
        let due = {
            let mut joins = joins.lock().unwrap_or_else(PoisonError::into_inner);
            joins.take(self.started.elapsed())
        };
        sleep_until(self.started + due).await;
    }
}
