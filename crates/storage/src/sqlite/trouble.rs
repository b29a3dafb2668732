//! When a write last failed, so that no connection from before is used again. A handle on which a sync
//! failed may say of the next one that all is well though pages were dropped meanwhile; and after a full
//! disk SQLite has rolled back by itself, of which the driver's count of transactions knows nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::{SQLITE_BUSY, SQLITE_IOERR, SQLITE_LOCKED, primary_code};

/// Shared by the connections of one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<Instant>>>);

impl Trouble {
    /// Takes note of what came of a beginning or a commit: true where its connection is given up.
    pub(super) fn note(&self, error: &sqlx::Error) -> bool {
        let code = primary_code(error);
        let gives_up = match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => false,
            _ => !matches!(code, Some(SQLITE_BUSY | SQLITE_LOCKED)),
        };
        if code == Some(SQLITE_IOERR) {
            metrics::counter!("storage_io_errors_total").increment(1);
        }
        if gives_up {
            tracing::error!(%error, "a write failed: the store is opened anew");
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        gives_up
    }

    /// True for a connection of this age where a write has failed since it was opened.
    pub(super) fn is_of(&self, age: Duration) -> bool {
        let failed_at = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_older = failed_at.is_some_and(|at| age >= at.elapsed());
        if is_older {
            metrics::counter!("storage_reopened_total").increment(1);
        }
        is_older
    }
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
    fn a_pool_without_a_free_connection_gives_none_up() {
        assert!(!Trouble::default().note(&sqlx::Error::PoolTimedOut));
        assert!(Trouble::default().note(&sqlx::Error::InvalidSavePointStatement));
    }
}
