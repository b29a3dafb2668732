//! How much all resume buffers of the process hold together, and whose is the oldest.
//!
//! A frame costs one addition. Only where a buffer begins or ends is the order of all of them touched. What is
//! in a buffer is the core's; what makes room is the registry's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wire::SessionId;

/// Of the budget the oldest buffers are let go above this share, in eighths: so much is left for what comes
/// while that goes on.
const RELIEF_EIGHTHS: usize = 7;

/// The buffers of one process; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct ResumeLedger(Arc<LedgerState>);

#[derive(Debug)]
struct LedgerState {
    budget: usize,
    used: AtomicUsize,
    /// Number of the buffer that began last.
    last_begun: AtomicU64,
    /// Buffers that hold anything, the one that began first in front.
    begun: Mutex<BTreeMap<u64, (SessionId, usize)>>,
    pressed: Notify,
}

/// The budget of the process is exceeded: whoever has just added to it frees its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OverBudget;

impl ResumeLedger {
    /// One with a budget in bytes.
    pub(crate) fn new(budget: usize) -> Self {
        Self(Arc::new(LedgerState {
            budget,
            used: AtomicUsize::new(0),
            last_begun: AtomicU64::new(0),
            begun: Mutex::default(),
            pressed: Notify::new(),
        }))
    }

    /// The account of a session, with nothing in it.
    pub(crate) fn open(&self, session: &SessionId) -> SessionAccount {
        SessionAccount {
            ledger: self.clone(),
            session: session.clone(),
            seats: [SeatAccount::default(); 2],
        }
    }

    /// Bytes of all buffers.
    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::SeqCst)
    }

    /// Resolves when buffers are to be let go.
    pub(crate) async fn pressed(&self) {
        self.0.pressed.notified().await;
    }

    /// The seat whose buffer is the oldest, each once, as long as buffers are to be let go.
    pub(crate) fn take_oldest(&self) -> Option<(SessionId, usize)> {
        let too_full = self.used() > self.0.budget / 8 * RELIEF_EIGHTHS;
        let oldest = too_full.then(|| self.lock().pop_first()).flatten();
        oldest.map(|(_, seat)| seat)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, (SessionId, usize)>> {
        // Single inserts and removes: nothing can be half done.
        self.0.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the two seats of a session hold; on drop nothing.
#[derive(Debug)]
pub(crate) struct SessionAccount {
    ledger: ResumeLedger,
    session: SessionId,
    seats: [SeatAccount; 2],
}

#[derive(Debug, Default, Clone, Copy)]
struct SeatAccount {
    bytes: usize,
    /// Its number in the order of buffers.
    begun: u64,
}

impl SessionAccount {
    /// Notes how many bytes each seat's buffer holds now.
    ///
    /// # Errors
    /// When that is too much for the process.
    pub(crate) fn set(&mut self, bytes: [usize; 2]) -> Result<(), OverBudget> {
        let state = &self.ledger.0;
        for (side, bytes) in bytes.into_iter().enumerate() {
            let before = std::mem::replace(&mut self.seats[side].bytes, bytes);
            if bytes >= before {
                state.used.fetch_add(bytes - before, Ordering::SeqCst);
            } else {
                state.used.fetch_sub(before - bytes, Ordering::SeqCst);
            }
            let seat = &mut self.seats[side];
            if before == 0 && bytes > 0 {
                seat.begun = state.last_begun.fetch_add(1, Ordering::SeqCst) + 1;
                let session = self.session.clone();
                self.ledger.lock().insert(seat.begun, (session, side));
            } else if before > 0 && bytes == 0 {
                self.ledger.lock().remove(&seat.begun);
            }
        }
        let used = self.ledger.used();
        if used > state.budget / 8 * RELIEF_EIGHTHS {
            state.pressed.notify_one();
        }
        match used > state.budget {
            true => Err(OverBudget),
            false => Ok(()),
        }
    }
}

impl Drop for SessionAccount {
    fn drop(&mut self) {
        // Freeing is never too much.
        let _ = self.set([0; 2]);
    }
}

#[cfg(test)]
mod tests;
