//! What becomes of a job that can't be done: it is tried again after a while, and given up at last. It holds up no other.

use wire::UnixMs;

use crate::job::{FailReason, JobState};
use crate::settlement::JobUpdate;

/// Waits before the second and each further attempt, in milliseconds: a passing fault is over within seconds, a wrong
/// configuration within the hour.
const BACK_OFF_MS: [i64; 5] = [1_000, 5_000, 30_000, 300_000, 1_800_000];

/// What an attempt that failed makes of a job that has failed `before` times, and was due at `due_at`.
#[must_use]
pub fn failed_attempt(now: UnixMs, before: u32, due_at: UnixMs, reason: FailReason) -> JobUpdate {
    let wait_ms = usize::try_from(before)
        .ok()
        .and_then(|at| BACK_OFF_MS.get(at));
    let (state, due_at) = match wait_ms {
        Some(wait_ms) => (JobState::Due, now + *wait_ms),
        None => (JobState::Failed(reason), due_at),
    };
    JobUpdate {
        state,
        due_at,
        attempts: before.saturating_add(1),
        failure: Some(reason),
    }
}

/// What an operator's retry makes of a job that was given up: it is due at once, with all its attempts before it.
#[must_use]
pub fn retried(now: UnixMs) -> JobUpdate {
    JobUpdate {
        state: JobState::Due,
        due_at: now,
        attempts: 0,
        failure: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_262_a_job_that_fails_waits_longer_each_time_and_is_given_up_after_the_sixth() {
        let now = UnixMs(1_900_000_000_000);
        let mut waits = Vec::new();
        let mut attempts = 0;
        let given_up = loop {
            let update = failed_attempt(now, attempts, now - 7, FailReason::Panicked);
            attempts = update.attempts;
            assert_eq!(update.failure, Some(FailReason::Panicked));
            match update.state {
                JobState::Due => waits.push(update.due_at.since(now)),
                over => break (over, update.due_at),
            }
        };
        assert_eq!(waits, BACK_OFF_MS);
        assert_eq!(attempts, 6);
        assert_eq!(given_up, (JobState::Failed(FailReason::Panicked), now - 7));
        let again = retried(now);
        assert_eq!((again.state, again.attempts), (JobState::Due, 0));
    }
}
