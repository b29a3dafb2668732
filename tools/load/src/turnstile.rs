//! Counts the tasks that are done with a part of a run, so that the next part begins when all are.

use std::sync::Arc;

use tokio::sync::watch;

/// How many have passed.
#[derive(Debug, Clone)]
pub(crate) struct Turnstile(Arc<watch::Sender<usize>>);

/// One that is to pass, and does so at the latest when it is dropped: whoever fails must not be waited for.
#[derive(Debug)]
pub(crate) struct TurnstilePass<'a>(Option<&'a Turnstile>);

impl Default for Turnstile {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Turnstile {
    /// One more, who is yet to pass.
    pub(crate) fn pass(&self) -> TurnstilePass<'_> {
        TurnstilePass(Some(self))
    }

    /// Returns when `count` have passed.
    pub(crate) async fn reached(&self, count: usize) {
        // The sender is ours: it can't be gone.
        drop(self.0.subscribe().wait_for(|passed| *passed >= count).await);
    }
}

impl TurnstilePass<'_> {
    /// Counts it, once.
    pub(crate) fn now(&mut self) {
        if let Some(turnstile) = self.0.take() {
            turnstile.0.send_modify(|passed| *passed += 1);
        }
    }
}

impl Drop for TurnstilePass<'_> {
    fn drop(&mut self) {
        self.now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lod_30_whoever_fails_is_not_waited_for_and_nobody_counts_twice() {
        let turnstile = Turnstile::default();
        let mut first = turnstile.pass();
        first.now();
        first.now();
        drop(first);
        assert_eq!(*turnstile.0.borrow(), 1);
        drop(turnstile.pass());
        turnstile.reached(2).await;
    }
}
