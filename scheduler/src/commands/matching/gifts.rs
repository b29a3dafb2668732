//! Sending gifts, opening them, and taking them back.

use scheduler_core::{
    self as core, Gift, MatchingRefusal, MeetingTime, OwnedKey, PEOPLE, Pair, PeekContext,
    SendCommand, SendContext,
};
use storage::retry_on_conflict;
use wire::{GiftId, UnixMs, UserId};

use super::addressed_gifts::withdraw_waiting;
use super::apply::apply_matching;
use super::repeats::{kept, made_before};
use super::{MAX_GIFTS_OF_TWO, MatchingExecuted, finish, in_order, lock_pair, surroundings_of};
use crate::commands::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Gifts that are opened by their time in one round.
const OPENED_AT_ONCE: u32 = 100;

/// Sends a gift, which may cross another.
pub(crate) async fn send_gift(
    store: &dyn SchedulerStore,
    command: SendCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<Gift>, StoreError> {
    retry_on_conflict("send_gift", || {
        send_gift_once(store, command.clone(), key, now)
    })
    .await
}

async fn send_gift_once(
    store: &dyn SchedulerStore,
    command: SendCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<Gift>, StoreError> {
    let mut work = store.begin().await?;
    let found = send_context(&mut *work, &command, now).await?;
    if let Some(refusal) = made_before(&mut *work, key).await? {
        return Ok(MatchingExecuted::refused(refusal));
    }
    let decision = core::send_gift(now, command, found, &mut new_id);
    let decision = kept(decision, key, |gift| gift.id.as_str(), now);
    finish(work, decision, now).await
}

async fn send_context(
    work: &mut dyn UnitOfWork,
    command: &SendCommand,
    now: UnixMs,
) -> Result<SendContext, StoreError> {
    let (giver, receiver) = (&command.giver, &command.to);
    let pair = Pair::of(giver, receiver);
    let people = lock_pair(work, PEOPLE, &pair).await?;
    if people.iter().any(Option::is_none) {
        return Ok(SendContext::default());
    }
    let since = SendCommand::counted_from(now);
    let specials = work.gifts().specials(&pair, MAX_GIFTS_OF_TWO).await?;
    let mut meetings = Vec::new();
    for starts_at in command.times_in_both(now, &specials) {
        meetings.push(MeetingTime {
            starts_at,
            surroundings: surroundings_of(work, &pair, now, starts_at, None).await?,
        });
    }
    Ok(SendContext {
        people: in_order(people, giver),
        is_matched: work.matches().find_in_force(&pair).await?.is_some(),
        giver_blocks: work.blocks().is_blocked(giver, receiver).await?,
        receiver_blocks: work.blocks().is_blocked(receiver, giver).await?,
        sent_at: work.gifts().sent_since(giver, since).await?,
        specials,
        meetings,
    })
}

/// Opens a gift for its receiver before its time.
pub(crate) async fn peek(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &GiftId,
    now: UnixMs,
) -> Result<MatchingExecuted<Gift>, StoreError> {
    retry_on_conflict("peek", || peek_once(store, user, id, now)).await
}

async fn peek_once(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &GiftId,
    now: UnixMs,
) -> Result<MatchingExecuted<Gift>, StoreError> {
    let Some(known) = store.gifts().find(id.clone()).await? else {
        return Ok(MatchingExecuted::refused(MatchingRefusal::NotFound));
    };
    let mut work = store.begin().await?;
    let people = lock_pair(&mut *work, PEOPLE, &known.pair()).await?;
    let person = people.into_iter().flatten().find(|one| one.id == *user);
    let found = PeekContext {
        gift: work.gifts().find(id).await?,
        time_zone: person.and_then(|person| person.time_zone),
        next_peek_at: work.gifts().next_peek(user).await?,
    };
    finish(work, core::peek(now, user, found, &mut new_id), now).await
}

/// Takes a gift back that is sealed.
pub(crate) async fn withdraw_gift(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &GiftId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    retry_on_conflict("withdraw_gift", || withdraw_gift_once(store, user, id, now)).await
}

async fn withdraw_gift_once(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &GiftId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    let Some(known) = store.gifts().find(id.clone()).await? else {
        return withdraw_waiting(store, user, id, now).await;
    };
    let mut work = store.begin().await?;
    lock_pair(&mut *work, PEOPLE, &known.pair()).await?;
    let found = work.gifts().find(id).await?;
    finish(work, core::withdraw_gift(now, user, found), now).await
}

/// Notes those gifts as open whose time has come, the longest due first; how many there were.
pub(crate) async fn open_due_gifts(
    store: &dyn SchedulerStore,
    now: UnixMs,
) -> Result<usize, StoreError> {
    let due = store.gifts().due(now, OPENED_AT_ONCE).await?;
    for known in &due {
        retry_on_conflict("open_due_gift", || open_due_once(store, known, now)).await?;
    }
    Ok(due.len())
}

async fn open_due_once(
    store: &dyn SchedulerStore,
    known: &Gift,
    now: UnixMs,
) -> Result<(), StoreError> {
    let mut work = store.begin().await?;
    lock_pair(&mut *work, PEOPLE, &known.pair()).await?;
    if let Some(gift) = work.gifts().find(&known.id).await? {
        let effects = core::open_due(now, gift, &mut new_id);
        apply_matching(&mut *work, effects, now).await?;
        work.commit().await?;
    }
    Ok(())
}
