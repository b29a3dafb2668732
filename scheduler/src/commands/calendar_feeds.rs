//! The secret by which a person's calendars read their sessions.

use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use crate::store::{SchedulerStore, StoreError};

/// Gives a person a secret, in place of the one that they had; false where the account is gone.
pub(crate) async fn replace_calendar_feed(
    store: &dyn SchedulerStore,
    user: &UserId,
    hash: &str,
    now: UnixMs,
) -> Result<bool, StoreError> {
    retry_on_conflict("replace_calendar_feed", || async move {
        let mut work = store.begin().await?;
        if work.accounts().find(user).await?.is_none() {
            return Ok(false);
        }
        work.calendar_feeds().replace(user, hash, now).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}

/// Takes a person's secret away; none is left in either case.
pub(crate) async fn revoke_calendar_feed(
    store: &dyn SchedulerStore,
    user: &UserId,
) -> Result<(), StoreError> {
    retry_on_conflict("revoke_calendar_feed", || async move {
        let mut work = store.begin().await?;
        work.accounts().find(user).await?;
        work.calendar_feeds().revoke(user).await?;
        work.commit().await
    })
    .await
}
