//! Erasing a person.

use std::collections::BTreeSet;

use scheduler_core as core;
use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use super::accounts::unchanged;
use super::matching::{apply_matching, in_force};
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, StoreError, StoredAccount, UnitOfWork};

/// Erases a person, and ends what they had with others, who are notified. `None`, and nothing is written, where the
/// password that was compared has changed since, or the account is gone.
pub(crate) async fn erase(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    now: UnixMs,
) -> Result<Option<Vec<StreamedNotification>>, StoreError> {
    retry_on_conflict("erase", || erase_once(store, compared, now)).await
}

async fn erase_once(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    now: UnixMs,
) -> Result<Option<Vec<StreamedNotification>>, StoreError> {
    let mut work = store.begin().await?;
    let user = &compared.account.user;
    let Some(stored) = unchanged(&mut *work, compared).await? else {
        return Ok(None);
    };
    lock_with_matched(&mut *work, user).await?;
    work.erasures().lock_sessions(user).await?;
    let mut matches = Vec::new();
    for of in work.erasures().matches(user).await? {
        matches.push(in_force(&mut *work, of).await?);
    }
    let effects = core::erase(now, user, matches, &mut new_id);
    let mut streamed = apply_matching(&mut *work, effects, now).await?;
    work.erasures().erase(&stored.account, now).await?;
    work.commit().await?;
    streamed.retain(|delivery| delivery.user != *user);
    Ok(Some(streamed))
}

/// Locks the person and everybody whom they are matched with, the lower id first, as all do who change anything between
/// two people.
async fn lock_with_matched(work: &mut dyn UnitOfWork, user: &UserId) -> Result<(), StoreError> {
    let known = matched_with(work, user).await?;
    let people: Vec<_> = known.iter().chain([user]).cloned().collect();
    work.people().lock(&people).await?;
    // From here on nobody else is matched with them.
    if matched_with(work, user).await?.is_subset(&known) {
        return Ok(());
    }
    Err(StoreError::Conflict(
        "somebody was matched meanwhile".into(),
    ))
}

async fn matched_with(
    work: &mut dyn UnitOfWork,
    user: &UserId,
) -> Result<BTreeSet<UserId>, StoreError> {
    let matches = work.erasures().matches(user).await?;
    let other = |of: &core::Match| of.other(user).map(|other| other.user_id.clone());
    Ok(matches.iter().filter_map(other).collect())
}
