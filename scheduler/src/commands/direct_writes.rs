//! Writes that decide nothing: API keys, read marks, and forgetting old idempotency keys.

use scheduler_core::audit_row;
use storage::retry_on_conflict;
use wire::{AuditRow, OperatorAction, SessionId, UnixMs, UserId};

use super::new_id;
use crate::store::{ApiKey, MarkRead, SchedulerStore, StoreError};

/// Adds an API key's hash with what it stands for.
pub(crate) async fn add_api_key(
    store: &dyn SchedulerStore,
    hash: &str,
    key: &ApiKey,
    action: OperatorAction,
    now: UnixMs,
) -> Result<(), StoreError> {
    let row = &audit_row(new_id(), now, action);
    retry_on_conflict("add_api_key", || async move {
        let mut work = store.begin().await?;
        work.api_keys().add(hash, key, now).await?;
        work.audit().add(row).await?;
        work.commit().await
    })
    .await
}

/// Marks a key as used.
pub(crate) async fn mark_key_used(
    store: &dyn SchedulerStore,
    hash: &str,
    now: UnixMs,
) -> Result<(), StoreError> {
    retry_on_conflict("mark_key_used", || async move {
        let mut work = store.begin().await?;
        work.api_keys().mark_used(hash, now).await?;
        work.commit().await
    })
    .await
}

/// Revokes the key of this hash; false, and no row in the audit log, where there is none.
pub(crate) async fn revoke_api_key(
    store: &dyn SchedulerStore,
    hash: &str,
    action: OperatorAction,
    now: UnixMs,
) -> Result<bool, StoreError> {
    let row = &audit_row(new_id(), now, action);
    retry_on_conflict("revoke_api_key", || revoke_once(store, hash, row)).await
}

async fn revoke_once(
    store: &dyn SchedulerStore,
    hash: &str,
    row: &AuditRow,
) -> Result<bool, StoreError> {
    let mut work = store.begin().await?;
    if !work.api_keys().revoke(hash).await? {
        return Ok(false);
    }
    work.audit().add(row).await?;
    work.commit().await?;
    Ok(true)
}

/// Revokes every key of that name and scope but the one of this hash.
pub(crate) async fn revoke_other_api_keys(
    store: &dyn SchedulerStore,
    hash: &str,
    key: &ApiKey,
    action: OperatorAction,
    now: UnixMs,
) -> Result<(), StoreError> {
    let row = &audit_row(new_id(), now, action);
    retry_on_conflict("revoke_other_api_keys", || async move {
        let mut work = store.begin().await?;
        work.api_keys().revoke_others(hash, key).await?;
        work.audit().add(row).await?;
        work.commit().await
    })
    .await
}

/// Marks a notification as read, the first time counts; false when the person has no such.
pub(crate) async fn mark_read(
    store: &dyn SchedulerStore,
    read: &MarkRead,
) -> Result<bool, StoreError> {
    retry_on_conflict("mark_read", || async move {
        let mut work = store.begin().await?;
        let found = work.notifications().mark_read(read).await?;
        work.commit().await?;
        Ok(found)
    })
    .await
}

/// Marks as read whatever of a person's, or of them in that session, is not; how many.
pub(crate) async fn mark_all_read(
    store: &dyn SchedulerStore,
    user: &UserId,
    session: Option<&SessionId>,
    now: UnixMs,
) -> Result<u64, StoreError> {
    retry_on_conflict("mark_all_read", || async move {
        let mut work = store.begin().await?;
        let notifications = work.notifications();
        let marked = notifications.mark_all_read(user, session, now).await?;
        work.commit().await?;
        Ok(marked)
    })
    .await
}
