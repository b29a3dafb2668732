//! Blocking somebody, and lifting a block.

use scheduler_core::{self as core, BlockContext, PEOPLE, Pair};
use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use super::{MAX_GIFTS_OF_TWO, MatchingExecuted, finish, in_force, lock_pair};
use crate::commands::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Blocks somebody; a match of the two ends.
pub(crate) async fn block(
    store: &dyn SchedulerStore,
    by: &UserId,
    user: &UserId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    retry_on_conflict("block", || block_once(store, by, user, now)).await
}

async fn block_once(
    store: &dyn SchedulerStore,
    by: &UserId,
    user: &UserId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    let mut work = store.begin().await?;
    let pair = Pair::of(by, user);
    let people = lock_pair(&mut *work, PEOPLE, &pair).await?;
    let is_known = people.iter().all(Option::is_some);
    let found = block_context(&mut *work, by, user, is_known).await?;
    let decision = core::block(now, by, user, found, &mut new_id);
    finish(work, decision, now).await
}

/// What a block would change, of two who are locked.
pub(super) async fn block_context(
    work: &mut dyn UnitOfWork,
    by: &UserId,
    user: &UserId,
    is_known: bool,
) -> Result<BlockContext, StoreError> {
    let pair = Pair::of(by, user);
    let mut found = BlockContext {
        is_known,
        is_blocked: work.blocks().is_blocked(by, user).await?,
        count: work.blocks().count(by).await?,
        in_force: None,
        gifts: work.gifts().sealed(&pair, MAX_GIFTS_OF_TWO).await?,
    };
    if let Some(of) = work.matches().find_in_force(&pair).await? {
        found.in_force = Some(in_force(work, of).await?);
    }
    Ok(found)
}

/// Lifts a block; one that is not there stays so.
pub(crate) async fn unblock(
    store: &dyn SchedulerStore,
    by: &UserId,
    user: &UserId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    retry_on_conflict("unblock", || async move {
        let mut work = store.begin().await?;
        lock_pair(&mut *work, PEOPLE, &Pair::of(by, user)).await?;
        let is_blocked = work.blocks().is_blocked(by, user).await?;
        let decided = core::unblock(now, by, user, is_blocked, &mut new_id);
        finish(work, Ok(decided), now).await
    })
    .await
}
