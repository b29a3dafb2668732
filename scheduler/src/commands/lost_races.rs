//! Running a unit of work again that lost to another one.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::store::StoreError;

/// How often one command is run at most. Of two that wait for each other one wins, and of many that add the same
/// everyone finds it in the second run.
const MAX_RUNS: u32 = 5;
/// Longest pause before the second run; doubled before each further one, so that all pauses together last 150 ms at
/// most. They are random, or those that met would meet again.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// No run begins later than this after the first one did: whoever asks is waiting. A server may take a second to find
/// out that two wait for each other.
const LAST_START: Duration = Duration::from_millis(1_200);

/// Runs `unit_of_work`, and the whole of it again where it lost to another one. `command` names it in the metrics.
pub(super) async fn retried<T, Run>(
    command: &'static str,
    mut unit_of_work: impl FnMut() -> Run,
) -> Result<T, StoreError>
where
    Run: Future<Output = Result<T, StoreError>>,
{
    let begun = Instant::now();
    let mut longest_pause = FIRST_PAUSE;
    for _ in 1..MAX_RUNS {
        let lost = match unit_of_work().await {
            Err(StoreError::Lost(source)) => source,
            done => return done,
        };
        let pause = longest_pause.mul_f64(rand::random());
        if begun.elapsed() + pause > LAST_START {
            return Err(StoreError::Lost(lost));
        }
        metrics::counter!("commands_rerun_total", "command" => command).increment(1);
        tracing::debug!(command, error = %lost, "a unit of work lost to another one and is run again");
        tokio::time::sleep(pause).await;
        longest_pause *= 2;
    }
    unit_of_work().await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often it was run, and what came of it, where the first `losses` runs lose after `took`.
    async fn run(losses: u32, took: Duration) -> (u32, Result<u32, StoreError>) {
        let mut runs = 0;
        let outcome = retried("test", || {
            runs += 1;
            let number = runs;
            async move {
                tokio::time::sleep(took).await;
                if number <= losses {
                    return Err(StoreError::Lost("lost".into()));
                }
                Ok(number)
            }
        })
        .await;
        (runs, outcome)
    }

    #[tokio::test]
    async fn sch_115_what_lost_is_run_again_a_few_times_and_not_for_long() {
        for losses in 0..MAX_RUNS {
            let (runs, outcome) = run(losses, Duration::ZERO).await;
            assert_eq!((runs, outcome.unwrap()), (losses + 1, losses + 1));
        }
        let begun = Instant::now();
        let (runs, outcome) = run(u32::MAX, Duration::ZERO).await;
        assert!(matches!(outcome, Err(StoreError::Lost(_))));
        assert_eq!(runs, MAX_RUNS);
        assert!(begun.elapsed() < Duration::from_millis(900));
        let (runs, outcome) = run(u32::MAX, Duration::from_millis(700)).await;
        assert!(matches!(outcome, Err(StoreError::Lost(_))));
        assert_eq!(runs, 2, "the second of them began in time");
    }

    #[tokio::test]
    async fn sch_115_what_failed_otherwise_is_not_run_again() {
        let mut runs = 0;
        let outcome: Result<(), _> = retried("test", || {
            runs += 1;
            std::future::ready(Err(StoreError::Failed("broken".into())))
        })
        .await;
        assert!(matches!(outcome, Err(StoreError::Failed(_))));
        assert_eq!(runs, 1);
    }
}
