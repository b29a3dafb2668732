//! Rows of the audit log that stand for themselves: their action has no other row in this store.

use scheduler_core::audit_row;
use storage::retry_on_conflict;
use wire::{AuditRow, OperatorAction, UnixMs};

use super::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Who acts when a service starts.
const SERVICE: &str = "scheduler";

/// Records an action and does it: `act` runs before the row is committed, and its failure leaves none. It runs once,
/// since what it does outside the store is not undone: a row that lost to another unit of work is written again
/// without it.
pub(crate) async fn record_action<T, E: From<StoreError>>(
    store: &dyn SchedulerStore,
    action: OperatorAction,
    now: UnixMs,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let row = &audit_row(new_id(), now, action);
    let work = retry_on_conflict("record_action", || begun_with(store, row)).await?;
    let done = act()?;
    match work.commit().await {
        Err(StoreError::Conflict(_)) => {
            retry_on_conflict("record_action", || async move {
                begun_with(store, row).await?.commit().await
            })
            .await?;
        }
        committed => committed?,
    }
    Ok(done)
}

/// A unit of work that has written the row.
async fn begun_with(
    store: &dyn SchedulerStore,
    row: &AuditRow,
) -> Result<Box<dyn UnitOfWork>, StoreError> {
    let mut work = store.begin().await?;
    work.audit().add(row).await?;
    Ok(work)
}

/// Compares the configuration with that of the last start, and records the names of the keys that changed.
/// At the first start, and where nothing changed, there is no row.
pub(crate) async fn record_configuration(
    store: &dyn SchedulerStore,
    present: &[(String, String)],
    now: UnixMs,
) -> Result<(), StoreError> {
    retry_on_conflict("record_configuration", || {
        record_configuration_once(store, present, now)
    })
    .await
}

async fn record_configuration_once(
    store: &dyn SchedulerStore,
    present: &[(String, String)],
    now: UnixMs,
) -> Result<(), StoreError> {
    let mut work = store.begin().await?;
    let before = work.audit().replace_configuration(present).await?;
    if !before.is_empty() && before != present {
        let changed = changed(&before, present);
        let mut action = OperatorAction::new(SERVICE, "config.change", SERVICE);
        action.detail = Some(changed.join(", "));
        let row = audit_row(new_id(), now, action);
        work.audit().add(&row).await?;
    }
    work.commit().await
}

/// Deletes rows from before that moment, and the oldest of more than `rows`, at most `limit` of them; how many.
pub(crate) async fn prune_audit(
    store: &dyn SchedulerStore,
    before: UnixMs,
    rows: u32,
    limit: u32,
) -> Result<u64, StoreError> {
    retry_on_conflict("prune_audit", || async move {
        let mut work = store.begin().await?;
        let pruned = work.audit().prune(before, rows, limit).await?;
        work.commit().await?;
        Ok(pruned)
    })
    .await
}

/// Names of the keys that came, went, or have another value, in their order.
fn changed<'a>(before: &'a [(String, String)], present: &'a [(String, String)]) -> Vec<&'a str> {
    let gone_or_other = before.iter().filter(|pair| !present.contains(pair));
    let new_or_other = present.iter().filter(|pair| !before.contains(pair));
    let mut names: Vec<_> = gone_or_other
        .chain(new_or_other)
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
