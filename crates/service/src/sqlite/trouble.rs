//! When the disk last failed. A handle on which a sync failed may say of the next one that all is well
//! though pages were dropped meanwhile, so no connection from before is used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Primary result code of a failed read, write or sync (`SQLITE_IOERR`); the rest of a code says which.
const SQLITE_IOERR: i32 = 10;

/// Shared by the connections of one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<Instant>>>);

impl Trouble {
    /// Takes note of an error, if it is one of the disk.
    pub(super) fn note(&self, error: &sqlx::Error) {
        if is_of_disk(error) {
            metrics::counter!("storage_io_errors_total").increment(1);
            tracing::error!(%error, "the disk failed: the store is opened anew");
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    /// True for a connection of this age where the disk has failed since it was opened.
    pub(super) fn is_of(&self, age: Duration) -> bool {
        let failed_at = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_older = failed_at.is_some_and(|at| age >= at.elapsed());
        if is_older {
            metrics::counter!("storage_reopened_total").increment(1);
        }
        is_older
    }
}

fn is_of_disk(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    let number = code.and_then(|code| code.parse::<i32>().ok());
    number.is_some_and(|number| number & 0xff == SQLITE_IOERR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_connections_from_before_the_failure_are_given_up() {
        let trouble = Trouble::default();
        assert!(!trouble.is_of(Duration::from_secs(3_600)));
        *trouble.0.lock().unwrap() = Some(Instant::now());
        assert!(trouble.is_of(Duration::from_secs(1)));
        std::thread::sleep(Duration::from_millis(2));
        assert!(!trouble.is_of(Duration::from_millis(1)));
    }

    #[test]
    fn an_error_of_the_pool_is_none_of_the_disk() {
        assert!(!is_of_disk(&sqlx::Error::PoolTimedOut));
    }
}
