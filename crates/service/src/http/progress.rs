//! How fast the other end is: so many bytes in each window of time, or it is given up.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A least rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeastRate {
    /// How long the other end is watched before it is judged.
    pub(super) window: Duration,
    /// What must have come, or gone, in that time, in bytes.
    pub(super) bytes: u64,
}

impl LeastRate {
    pub(super) fn new(window: Duration, bytes_per_second: u32) -> Self {
        let bytes = window.as_secs_f64() * f64::from(bytes_per_second);
        // At least one: who does nothing at all is too slow at any rate.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "above 0, and far below 2^64"
        )]
        let bytes = (bytes as u64).max(1);
        Self { window, bytes }
    }
}

/// Watches one transfer while its other end is waited for.
#[derive(Debug)]
pub(super) struct TransferProgress {
    rate: LeastRate,
    /// `None` while nobody waits.
    window: Option<Pin<Box<Sleep>>>,
    moved: u64,
    /// From then on no rate is enough.
    deadline: Option<Instant>,
}

impl TransferProgress {
    pub(super) fn new(rate: LeastRate, deadline: Option<Instant>) -> Self {
        Self {
            rate,
            window: None,
            moved: 0,
            deadline,
        }
    }

    /// So many bytes came, or went.
    pub(super) fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes as u64);
    }

    /// Nobody waits for the other end any longer.
    pub(super) fn rest(&mut self) {
        self.window = None;
        self.moved = 0;
    }

    /// Ready once the other end is too slow; the task is woken to learn it.
    pub(super) fn poll_too_slow(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(());
            }
            let end = now + self.rate.window;
            let end = self.deadline.map_or(end, |deadline| deadline.min(end));
            let window = self.window.get_or_insert_with(|| {
                self.moved = 0;
                Box::pin(sleep_until(end))
            });
            if window.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if self.moved < self.rate.bytes {
                return Poll::Ready(());
            }
            self.rest();
        }
    }
}
