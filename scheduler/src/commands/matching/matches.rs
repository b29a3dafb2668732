//! Matches that applications make, and the end of any match.

use scheduler_core::{self as core, Match, MatchCommand, MatchingRefusal, OwnedKey, Pair};
use storage::retry_on_conflict;
use wire::{MatchId, UnixMs, UserId};

use super::repeats::{kept, made_before};
use super::{MatchingExecuted, finish, in_force, lock_pair};
use crate::commands::booking::find_people;
use crate::commands::new_id;
use crate::store::{SchedulerStore, StoreError};

/// Makes a match of two people of an application.
pub(crate) async fn make_match(
    store: &dyn SchedulerStore,
    command: MatchCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<Match>, StoreError> {
    retry_on_conflict("make_match", || {
        make_match_once(store, command.clone(), key, now)
    })
    .await
}

async fn make_match_once(
    store: &dyn SchedulerStore,
    command: MatchCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<Match>, StoreError> {
    let mut work = store.begin().await?;
    let found = find_people(&mut *work, &command.application, &command.people).await?;
    if let Some(refusal) = made_before(&mut *work, key).await? {
        return Ok(MatchingExecuted::refused(refusal));
    }
    let is_matched = match &found {
        [Some(one), Some(other)] if one.id != other.id => {
            let pair = Pair::of(&one.id, &other.id);
            work.matches().find_in_force(&pair).await?.is_some()
        }
        _ => false,
    };
    let decision = core::make_match(now, command, found, is_matched, &mut new_id);
    let decision = kept(decision, key, |made| made.id.as_str(), now);
    finish(work, decision, now).await
}

/// Ends a match for one of its two.
pub(crate) async fn end_match(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &MatchId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    retry_on_conflict("end_match", || end_match_once(store, by, id, now)).await
}

async fn end_match_once(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &MatchId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    let Some(known) = store.matches().find(id.clone()).await? else {
        return Ok(MatchingExecuted::refused(MatchingRefusal::NotFound));
    };
    let mut work = store.begin().await?;
    lock_pair(&mut *work, &known.application, &known.pair()).await?;
    let found = match work.matches().find(id).await? {
        Some(of) => Some(in_force(&mut *work, of).await?),
        None => None,
    };
    let decision = core::end_match(now, by, found, &mut new_id);
    finish(work, decision, now).await
}
