//! A transaction that writes. It knows no tables; it watches how its disk behaves.

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::trouble::Trouble;
use crate::Error;

/// A commit that takes longer is counted in `storage_slow_total`: a hundred times what a disk needs.
const SLOW: Duration = Duration::from_millis(500);

/// Takes the write lock at once.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Holds the one connection that writes; rolled back unless [committed](Self::commit).
#[derive(Debug)]
pub struct WriteTransaction {
    inner: Transaction<'static, Sqlite>,
    begun: Instant,
    trouble: Trouble,
}

impl WriteTransaction {
    pub(super) async fn begin(writer: &SqlitePool, trouble: &Trouble) -> Result<Self, Error> {
        let inner = match writer.begin_with(BEGIN).await {
            // The connection was left over from a failed write; the next one is new.
            Err(error) if trouble.note(&error) => writer.begin_with(BEGIN).await?,
            begun => begun?,
        };
        Ok(Self {
            inner,
            begun: Instant::now(),
            trouble: trouble.clone(),
        })
    }

    /// Makes all of it durable.
    ///
    /// # Errors
    /// When it is not, or nobody knows: the same may be written again.
    pub async fn commit(self) -> Result<(), Error> {
        let committed = self.inner.commit().await;
        let took = self.begun.elapsed();
        if took > SLOW {
            metrics::counter!("storage_slow_total").increment(1);
            tracing::warn!(took_ms = took.as_millis(), "the store is slow");
        }
        if let Err(error) = &committed {
            self.trouble.note(error);
        }
        Ok(committed?)
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.inner
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}
