//! Running a transaction again that lost to another one.

use std::future::Future;
use std::time::{Duration, Instant};

use rand::Rng as _;

use crate::Error;

/// How often it is run at most. Of two that wait for each other one wins, and of many that add the same everyone finds it
/// in the second run.
const MAX_RUNS: u32 = 8;
/// Longest pause before the second run; doubled before each further one. They are random, or those that met would meet
/// again.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
/// No run begins later than this after the first one did: whoever asked is waiting. A server may take a second to find out
/// that two wait for each other.
const LAST_START: Duration = Duration::from_millis(1_200);

/// An error that may be that of a lost race.
pub trait MayConflict: std::error::Error {
    /// True where the whole transaction may succeed when it is run again: it lost to another one.
    fn is_conflict(&self) -> bool;
}

impl MayConflict for Error {
    fn is_conflict(&self) -> bool {
        Error::is_conflict(self)
    }
}

/// Runs `transaction`, and the whole of it again where it lost to another one: a few times, and no longer than somebody
/// waits. `name` names it in the metric `transaction_retries_total`.
///
/// # Errors
/// The first one that is no conflict, or the last conflict.
pub async fn retry_on_conflict<T, E, Run>(
    name: &'static str,
    mut transaction: impl FnMut() -> Run,
) -> Result<T, E>
where
    E: MayConflict,
    Run: Future<Output = Result<T, E>>,
{
    let begun = Instant::now();
    let mut longest_pause = FIRST_PAUSE;
    for _ in 1..MAX_RUNS {
        let lost = match transaction().await {
            Err(error) if error.is_conflict() => error,
            done => return done,
        };
        let pause = longest_pause.mul_f64(rand::rng().random_range(0.0..1.0));
        if begun.elapsed() + pause > LAST_START {
            return Err(lost);
        }
        metrics::counter!("transaction_retries_total", "transaction" => name).increment(1);
        tracing::debug!(name, error = %lost, "a transaction lost to another one and is run again");
        tokio::time::sleep(pause).await;
        longest_pause *= 2;
    }
    transaction().await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often it was run, and what came of it, where the first `losses` runs lose after `took`.
    async fn run(losses: u32, took: Duration) -> (u32, Result<u32, Error>) {
        let mut runs = 0;
        let outcome = retry_on_conflict("test", || {
            runs += 1;
            let number = runs;
            async move {
                tokio::time::sleep(took).await;
                if number <= losses {
                    return Err(Error::Busy("a deadlock".into()));
                }
                Ok(number)
            }
        })
        .await;
        (runs, outcome)
    }

    #[tokio::test]
    async fn edg_123_what_lost_is_run_again_a_few_times_and_not_for_long() {
        for losses in 0..MAX_RUNS {
            let (runs, outcome) = run(losses, Duration::ZERO).await;
            assert_eq!((runs, outcome.unwrap()), (losses + 1, losses + 1));
        }
        let (runs, outcome) = run(u32::MAX, Duration::ZERO).await;
        assert!(outcome.unwrap_err().is_conflict());
        assert_eq!(runs, MAX_RUNS);
        let (runs, outcome) = run(u32::MAX, Duration::from_millis(700)).await;
        assert!(outcome.unwrap_err().is_conflict());
        assert_eq!(runs, 2, "the second of them began in time");
    }

    #[tokio::test]
    async fn edg_123_what_failed_otherwise_is_not_run_again() {
        let mut runs = 0;
        let outcome: Result<(), _> = retry_on_conflict("test", || {
            runs += 1;
            std::future::ready(Err(Error::Unavailable("away".into())))
        })
        .await;
        assert!(matches!(outcome, Err(Error::Unavailable(_))));
        assert_eq!(runs, 1);
    }
}
