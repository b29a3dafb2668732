//! Deleting what is too old, a batch at a time.

use scheduler_core::SweptTable;
use storage::retry_on_conflict;
use wire::UnixMs;

use crate::store::{SchedulerStore, StoreError};

/// Deletes at most `limit` rows of a table whose moment lies before `cutoff`; how many.
pub(crate) async fn sweep(
    store: &dyn SchedulerStore,
    table: SweptTable,
    cutoff: UnixMs,
    limit: u32,
) -> Result<u64, StoreError> {
    retry_on_conflict("sweep", || async move {
        let mut work = store.begin().await?;
        let swept = work.retention().sweep(table, cutoff, limit).await?;
        work.commit().await?;
        Ok(swept)
    })
    .await
}
