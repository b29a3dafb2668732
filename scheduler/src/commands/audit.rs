//! Rows of the audit log that stand for themselves: their action has no other row in this store.

use scheduler_core::audit_row;
use wire::{OperatorAction, UnixMs};

use super::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Who acts when a service starts.
const SERVICE: &str = "scheduler";

/// Records an action and does it: `act` runs before the row is committed, and its failure leaves none.
pub(crate) async fn record_action<T, E: From<StoreError>>(
    store: &dyn SchedulerStore,
    action: OperatorAction,
    now: UnixMs,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut work = store.begin().await?;
    add_row(&mut *work, action, now).await?;
    let done = act()?;
    work.commit().await?;
    Ok(done)
}

/// Compares the configuration with that of the last start, and records the names of the keys that changed.
/// At the first start, and where nothing changed, there is no row.
pub(crate) async fn record_configuration(
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
        add_row(&mut *work, action, now).await?;
    }
    work.commit().await
}

/// Deletes rows from before that moment, and the oldest of more than `rows`.
pub(crate) async fn prune_audit(
    store: &dyn SchedulerStore,
    before: UnixMs,
    rows: u32,
) -> Result<u64, StoreError> {
    let mut work = store.begin().await?;
    let pruned = work.audit().prune(before, rows).await?;
    work.commit().await?;
    Ok(pruned)
}

/// Adds a row within a unit of work.
pub(super) async fn add_row(
    work: &mut dyn UnitOfWork,
    action: OperatorAction,
    now: UnixMs,
) -> Result<(), StoreError> {
    let row = audit_row(new_id(), now, action);
    work.audit().add(&row).await
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
