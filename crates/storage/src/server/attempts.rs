//! How many connections are being made at once, and when nobody tries.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use super::unavailable;
use crate::Error;

/// Connections of a pool that are made at once. A server that comes back would else be met by everybody who waits for
/// it, and each would take so long that none is made in time.
const MADE_AT_ONCE: usize = 2;
/// For so long after one could not be made nobody else tries.
const PAUSE: Duration = Duration::from_millis(100);

/// A connection whose caller is gone is used by another caller within so long.
const SPARE_FOR: Duration = Duration::from_secs(1);

/// The attempts of one pool to make connections.
#[derive(Debug)]
pub(super) struct ConnectionAttempts<T> {
    permits: Arc<Semaphore>,
    outcomes: Mutex<Outcomes<T>>,
}

/// What came of the attempts so far.
#[derive(Debug)]
struct Outcomes<T> {
    failed_at: Option<Instant>,
    /// Made for callers who are gone, at most as many as are made at once: each attempt looks here first.
    spare: Vec<(Instant, T)>,
}

impl<T> Default for ConnectionAttempts<T> {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(MADE_AT_ONCE)),
            outcomes: Mutex::new(Outcomes {
                failed_at: None,
                spare: Vec::new(),
            }),
        }
    }
}

impl<T: Send + 'static> ConnectionAttempts<T> {
    /// What `making` makes, in its turn, or what was made for a caller who is gone. Once begun an attempt goes on to its
    /// end: given up when little time was left to its caller it would be begun again for the next, and a server that
    /// does not answer, or is slow when it comes back, be met by one after the other.
    ///
    /// # Errors
    /// Its error, or [`Error::Unavailable`] without having tried where another attempt has failed that this one
    /// waited for, or shortly before.
    pub(super) async fn make(
        self: &Arc<Self>,
        making: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let asked = Instant::now();
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(unavailable)?;
        if let Some(made) = self.take_spare() {
            return Ok(made);
        }
        if self.has_failed_since(asked) {
            return Err(Error::Unavailable("it did not answer a moment ago".into()));
        }
        let (caller, outcome) = oneshot::channel();
        let attempts = Arc::clone(self);
        tokio::spawn(async move {
            let made = making.await;
            if made.is_err() {
                attempts.outcomes().failed_at = Some(Instant::now());
            }
            if let Err(Ok(unwanted)) = caller.send(made) {
                attempts.outcomes().spare.push((Instant::now(), unwanted));
            }
            drop(permit);
        });
        outcome.await.map_err(unavailable)?
    }

    /// Closes what was made for callers who are gone, and nobody took in time.
    pub(super) fn forget_old_spare(&self) {
        let is_fresh = |(made_at, _): &(Instant, T)| made_at.elapsed() < SPARE_FOR;
        self.outcomes().spare.retain(is_fresh);
    }

    fn take_spare(&self) -> Option<T> {
        self.forget_old_spare();
        self.outcomes().spare.pop().map(|(_, made)| made)
    }

    fn has_failed_since(&self, asked: Instant) -> bool {
        self.outcomes()
            .failed_at
            .is_some_and(|at| at + PAUSE > asked)
    }

    fn outcomes(&self) -> MutexGuard<'_, Outcomes<T>> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{sleep, timeout};

    use super::*;

    /// How long an attempt takes that fails.
    const LIMIT: Duration = Duration::from_secs(1);

    #[derive(Default)]
    struct Counted {
        attempts: Arc<ConnectionAttempts<()>>,
        begun: Arc<AtomicUsize>,
    }

    impl Counted {
        async fn fail(&self) -> Result<(), Error> {
            let begun = Arc::clone(&self.begun);
            let failing = async move {
                begun.fetch_add(1, Ordering::Relaxed);
                sleep(LIMIT).await;
                Err(Error::Unavailable("silence".into()))
            };
            self.attempts.make(failing).await
        }

        fn begun(&self) -> usize {
            self.begun.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn edg_126_callers_who_give_up_early_begin_no_more_attempts_than_those_who_wait() {
        let counted = Counted::default();
        let impatient = async || {
            for _ in 0..40 {
                let waited = timeout(LIMIT / 4, counted.fail()).await;
                assert!(!matches!(waited, Ok(Ok(()))));
                sleep(Duration::from_millis(1)).await;
            }
        };
        let began = Instant::now();
        futures_util::future::join_all((0..12).map(|_| impatient())).await;
        let rounds = began.elapsed().as_millis() / LIMIT.as_millis() + 1;
        let most = usize::try_from(rounds).unwrap() * MADE_AT_ONCE;
        assert!(
            (1..=most).contains(&counted.begun()),
            "{} of {most}",
            counted.begun()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn edg_126_after_a_failure_nobody_tries_for_a_moment() {
        let counted = Counted::default();
        let all = futures_util::future::join_all((0..12).map(|_| counted.fail()));
        assert!(all.await.iter().all(Result::is_err));
        assert_eq!(
            counted.begun(),
            MADE_AT_ONCE,
            "who waited is told what came of it"
        );
        sleep(PAUSE - Duration::from_millis(1)).await;
        assert!(counted.fail().await.is_err());
        assert_eq!(counted.begun(), MADE_AT_ONCE);
        sleep(Duration::from_millis(1)).await;
        assert!(counted.attempts.make(async { Ok(()) }).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn edg_126_what_was_made_for_a_caller_who_is_gone_is_the_next_ones_for_a_moment() {
        let attempts = Arc::new(ConnectionAttempts::default());
        let slow = |what: &'static str| async move {
            sleep(LIMIT).await;
            Ok(what)
        };
        let gone = timeout(LIMIT / 2, attempts.make(slow("first")));
        assert!(gone.await.is_err());
        let next = attempts.make(slow("second"));
        sleep(LIMIT).await;
        assert_eq!(next.await.unwrap(), "first");
        let gone = timeout(LIMIT / 2, attempts.make(slow("third")));
        assert!(gone.await.is_err());
        sleep(LIMIT + SPARE_FOR).await;
        assert_eq!(attempts.make(slow("fourth")).await.unwrap(), "fourth");
        assert!(attempts.outcomes().spare.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn edg_126_only_so_many_are_made_at_once() {
        let attempts = Arc::<ConnectionAttempts<()>>::default();
        let began = Instant::now();
        let slow = async || {
            sleep(LIMIT).await;
            Ok(())
        };
        let made = (0..6).map(|_| attempts.make(slow()));
        let made = futures_util::future::join_all(made).await;
        assert!(made.iter().all(Result::is_ok));
        assert_eq!(began.elapsed(), LIMIT * 3);
    }
}
