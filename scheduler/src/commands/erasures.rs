//! Erasing a person.

use std::collections::BTreeSet;

use scheduler_core::{self as core, MAX_GROUPS_OF_PERSON};
use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use super::accounts::unchanged;
use super::matching::{apply_matching, in_force};
use super::new_id;
use super::rooms::apply_group;
use crate::notification_stream::StreamedNotification;
use crate::store::{SchedulerStore, StoreError, StoredAccount, UnitOfWork};

/// Groups that are left in one unit of work: each tells of up to 500 members.
const GROUPS_AT_ONCE: u32 = 20;

/// Erases a person, and ends what they had with others, who are notified. `None`, and nothing is written, where the
/// password that was compared has changed since, or the account is gone.
pub(crate) async fn erase(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    now: UnixMs,
) -> Result<Option<Vec<StreamedNotification>>, StoreError> {
    Box::pin(leave_groups(store, compared, now)).await?;
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
    Box::pin(leave_some(&mut *work, user, MAX_GROUPS_OF_PERSON, now)).await?;
    let mut streamed = apply_matching(&mut *work, effects, now).await?;
    work.erasures().erase(&stored.account, now).await?;
    work.commit().await?;
    streamed.retain(|delivery| delivery.user != *user);
    Ok(Some(streamed))
}

/// Takes them out of all of their groups. What they are put into meanwhile they leave with the rest.
async fn leave_groups(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    now: UnixMs,
) -> Result<(), StoreError> {
    for _ in 0..=MAX_GROUPS_OF_PERSON / GROUPS_AT_ONCE {
        let left = retry_on_conflict("leave_groups", || leave_some_once(store, compared, now));
        if left.await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Takes them out of some of their groups, and says of how many.
async fn leave_some_once(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    now: UnixMs,
) -> Result<usize, StoreError> {
    let mut work = store.begin().await?;
    let user = &compared.account.user;
    if unchanged(&mut *work, compared).await?.is_none() {
        return Ok(0);
    }
    let left = leave_some(&mut *work, user, GROUPS_AT_ONCE, now).await?;
    if left > 0 {
        work.commit().await?;
    }
    Ok(left)
}

async fn leave_some(
    work: &mut dyn UnitOfWork,
    user: &UserId,
    limit: u32,
    now: UnixMs,
) -> Result<usize, StoreError> {
    let mut groups = Vec::new();
    for room in work.rooms().ids_of(user, limit).await? {
        groups.extend(work.rooms().find(&room).await?);
    }
    let decided = core::leave_groups(now, user, groups, &mut new_id);
    let left = decided.len();
    for one in decided {
        apply_group(work, one).await?;
    }
    Ok(left)
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
