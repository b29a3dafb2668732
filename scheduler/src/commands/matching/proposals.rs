//! Times that the two of a match put to each other.

use scheduler_core::{
    self as core, AcceptContext, CheckedProposal, KnownPerson, Match, MatchingRefusal, OwnedKey,
    Proposal,
};
use storage::retry_on_conflict;
use wire::{MatchId, ProposalId, UnixMs, UserId};

use super::repeats::{kept, made_before};
use super::{MatchingExecuted, finish, lock_pair, surroundings_of};
use crate::commands::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Puts times to the other one of a match.
pub(crate) async fn propose(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &MatchId,
    asked: CheckedProposal,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<Proposal>, StoreError> {
    retry_on_conflict("propose", || {
        propose_once(store, (by, id), asked.clone(), key, now)
    })
    .await
}

async fn propose_once(
    store: &dyn SchedulerStore,
    (by, id): (&UserId, &MatchId),
    asked: CheckedProposal,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<Proposal>, StoreError> {
    let Some(known) = store.matches().find(id.clone()).await? else {
        return Ok(MatchingExecuted::refused(MatchingRefusal::NotFound));
    };
    let mut work = store.begin().await?;
    lock_pair(&mut *work, &known.application, &known.pair()).await?;
    if let Some(refusal) = made_before(&mut *work, key).await? {
        return Ok(MatchingExecuted::refused(refusal));
    }
    let found = match work.matches().find(id).await? {
        Some(of) => Some((of, work.matches().open_proposal(id).await?)),
        None => None,
    };
    let decision = core::propose(now, by, asked, found, &mut new_id);
    let decision = kept(decision, key, |proposal| proposal.id.as_str(), now);
    finish(work, decision, now).await
}

/// Books one of the times of a proposal.
pub(crate) async fn accept(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &ProposalId,
    starts_at: UnixMs,
    now: UnixMs,
) -> Result<MatchingExecuted<Proposal>, StoreError> {
    retry_on_conflict("accept", || accept_once(store, by, id, starts_at, now)).await
}

async fn accept_once(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &ProposalId,
    starts_at: UnixMs,
    now: UnixMs,
) -> Result<MatchingExecuted<Proposal>, StoreError> {
    let mut work = store.begin().await?;
    let mut found = AcceptContext::default();
    if let Some(LockedProposal {
        proposal,
        of,
        people,
    }) = locked(store, &mut *work, id).await?
    {
        let duration_ms = Some(proposal.duration_ms);
        let pair = of.pair();
        let around = surroundings_of(&mut *work, &pair, now, starts_at, duration_ms);
        found.surroundings = around.await?;
        found.people = people;
        found.proposal = Some((proposal, of));
    }
    let decision = core::accept(now, by, starts_at, found, &mut new_id);
    finish(work, decision, now).await
}

/// Wants none of the times of a proposal.
pub(crate) async fn decline(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &ProposalId,
    now: UnixMs,
) -> Result<MatchingExecuted<Proposal>, StoreError> {
    retry_on_conflict("decline", || async move {
        let mut work = store.begin().await?;
        let found = locked(store, &mut *work, id).await?;
        let found = found.map(|locked| (locked.proposal, locked.of));
        finish(work, core::decline(now, by, found, &mut new_id), now).await
    })
    .await
}

/// Takes one's own proposal back.
pub(crate) async fn withdraw_proposal(
    store: &dyn SchedulerStore,
    by: &UserId,
    id: &ProposalId,
    now: UnixMs,
) -> Result<MatchingExecuted<Proposal>, StoreError> {
    retry_on_conflict("withdraw_proposal", || async move {
        let mut work = store.begin().await?;
        let found = locked(store, &mut *work, id).await?;
        let found = found.map(|locked| (locked.proposal, locked.of));
        finish(work, core::withdraw_proposal(now, by, found), now).await
    })
    .await
}

/// A proposal whose two people are locked, the one with the lower id first.
struct LockedProposal {
    proposal: Proposal,
    of: Match,
    people: [Option<KnownPerson>; 2],
}

async fn locked(
    store: &dyn SchedulerStore,
    work: &mut dyn UnitOfWork,
    id: &ProposalId,
) -> Result<Option<LockedProposal>, StoreError> {
    let Some(known) = store.matches().find_proposal(id.clone()).await? else {
        return Ok(None);
    };
    let Some(of) = store.matches().find(known.match_id.clone()).await? else {
        return Ok(None);
    };
    let people = lock_pair(work, &of.application, &of.pair()).await?;
    // Again, now that nobody else changes them.
    let (Some(proposal), Some(of)) = (
        work.matches().find_proposal(id).await?,
        work.matches().find(&known.match_id).await?,
    ) else {
        return Ok(None);
    };
    Ok(Some(LockedProposal {
        proposal,
        of,
        people,
    }))
}
