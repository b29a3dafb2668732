//! Transactions that lost to another one are run again: a deadlock, a lock that was kept, a key that was taken.

use std::future::Future;
use std::time::{Duration, Instant};

use rand::Rng;

/// How often it is run in all. Who loses that often is not in a race but behind a lock that stays.
const MAX_RUNS: u32 = 8;
/// No run begins after this: who waits for the answer is told in time.
const LAST_RUN: Duration = Duration::from_millis(800);
/// Longest pause after the first run; each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(4);

/// Runs `transaction` until it loses to no other.
///
/// # Errors
/// Its last error, or the first that is no lost race.
pub(super) async fn until_it_wins<T, F>(
    mut transaction: impl FnMut() -> F,
) -> Result<T, storage::Error>
where
    F: Future<Output = Result<T, storage::Error>>,
{
    let begun = Instant::now();
    let mut longest_pause = FIRST_PAUSE;
    for _ in 1..MAX_RUNS {
        match transaction().await {
            Err(error) if error.is_conflict() && begun.elapsed() < LAST_RUN => {
                metrics::counter!("chat_store_conflicts_total").increment(1);
                tracing::debug!(%error, "a transaction lost to another one");
            }
            outcome => return outcome,
        }
        // Of any length up to the longest, so that those who met do not meet again.
        let share = rand::rng().random_range(0.0..1.0);
        tokio::time::sleep(longest_pause.mul_f64(share)).await;
        longest_pause *= 2;
    }
    transaction().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> storage::Error {
        storage::Error::Busy("a deadlock".into())
    }

    #[tokio::test]
    async fn cht_71_a_lost_race_is_run_again_and_not_for_ever() {
        let mut runs = 0;
        let outcome = until_it_wins(|| {
            runs += 1;
            std::future::ready(if runs < 3 { Err(lost()) } else { Ok(runs) })
        });
        assert_eq!(outcome.await.unwrap(), 3);
        let mut runs = 0;
        let outcome = until_it_wins(|| {
            runs += 1;
            std::future::ready(Err::<(), _>(lost()))
        });
        assert!(outcome.await.unwrap_err().is_conflict());
        assert_eq!(runs, MAX_RUNS);
    }

    #[tokio::test]
    async fn cht_71_what_is_no_race_is_not_run_again() {
        let mut runs = 0;
        let outcome = until_it_wins(|| {
            runs += 1;
            std::future::ready(Err::<(), _>(storage::Error::Unavailable("away".into())))
        });
        assert!(matches!(outcome.await, Err(storage::Error::Unavailable(_))));
        assert_eq!(runs, 1);
    }
}
