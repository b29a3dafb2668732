//! Gifts to addresses: sending them, and bringing them to whose the address is.

use scheduler_core::{
    self as core, AddressCommand, AddressContext, AddressedGift, ClaimContext, MAIL_DAY_MS,
    MailKind, MatchingEffects, MatchingRefusal, MeetingTime, OwnedKey, PEOPLE, Pair, SendCommand,
    check_mail,
};
use service::limits::Limit;
use storage::retry_on_conflict;
use wire::{GiftId, UnixMs, UserId};

use super::apply::apply_matching;
use super::repeats::{kept, made_before};
use super::{MAX_GIFTS_OF_TWO, MatchingExecuted, finish, in_order, lock_pair, surroundings_of};
use crate::commands::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{ClaimableGift, SchedulerStore, StoreError, UnitOfWork};

/// Gifts that are brought to their receivers in one round.
const CLAIMED_AT_ONCE: u32 = 100;
/// How far back sent gifts are looked at for whose their addresses are, in milliseconds. Those that a stop of the process
/// left behind are found when their receivers look at what they have.
const RECENT_MS: i64 = 60_000;

/// Sends a gift to an address; `sends_mail` where mails go out at all.
pub(crate) async fn send_to_address(
    store: &dyn SchedulerStore,
    command: AddressCommand,
    sends_mail: bool,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<AddressedGift>, StoreError> {
    retry_on_conflict("send_to_address", || async {
        let mut work = store.begin().await?;
        let found = address_context(&mut *work, &command, sends_mail, now).await?;
        if let Some(refusal) = made_before(&mut *work, key).await? {
            return Ok(MatchingExecuted::refused(refusal));
        }
        let decision = core::send_to_address(now, command.clone(), found, &mut new_id);
        let decision = kept(decision, key, |gift| gift.id.as_str(), now);
        finish(work, decision, now).await
    })
    .await
}

/// The giver is locked before the address: nobody locks a person after an address.
async fn address_context(
    work: &mut dyn UnitOfWork,
    command: &AddressCommand,
    sends_mail: bool,
    now: UnixMs,
) -> Result<AddressContext, StoreError> {
    let giver = &command.giver;
    work.people().find(PEOPLE, giver).await?;
    let account = work.accounts().find(giver).await?;
    let since = SendCommand::counted_from(now);
    let gifts = work.addressed_gifts();
    let has_sealed_special = gifts.has_sealed_special(giver, &command.to).await?;
    Ok(AddressContext {
        giver: account.map(|stored| stored.account),
        sent_at: work.gifts().sent_since(giver, since).await?,
        has_sealed_special,
        may_mail: sends_mail && may_mail(work, command, now).await?,
    })
}

async fn may_mail(
    work: &mut dyn UnitOfWork,
    command: &AddressCommand,
    now: UnixMs,
) -> Result<bool, StoreError> {
    let gifts = work.addressed_gifts();
    let is_blocked = gifts.is_blocked(&command.giver, &command.to).await?;
    if work.mails().is_refused(&command.to).await? || is_blocked {
        return Ok(false);
    }
    let sent = work.mails().since(&command.to, now - MAIL_DAY_MS).await?;
    let has_room = check_mail(now, MailKind::Gift, &sent).is_ok();
    if !has_room {
        Limit::Mails.hit();
    }
    Ok(has_room)
}

/// Brings a person what waits for the address that they have shown to be theirs; of very much the oldest.
pub(crate) async fn claim_gifts_of(
    store: &dyn SchedulerStore,
    user: &UserId,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let gifts = store.addressed_gifts();
    let waiting = gifts.claimable_by(user.clone(), CLAIMED_AT_ONCE);
    claim_all(store, waiting.await?, now).await
}

/// Brings what was sent in the last minute to whose the addresses are.
pub(crate) async fn claim_recent_gifts(
    store: &dyn SchedulerStore,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let gifts = store.addressed_gifts();
    let waiting = gifts.claimable_since(now - RECENT_MS, CLAIMED_AT_ONCE);
    claim_all(store, waiting.await?, now).await
}

async fn claim_all(
    store: &dyn SchedulerStore,
    waiting: Vec<ClaimableGift>,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut streamed = Vec::new();
    for gift in &waiting {
        let claimed = retry_on_conflict("claim_gift", || claim_once(store, gift, now));
        streamed.extend(claimed.await?);
    }
    Ok(streamed)
}

async fn claim_once(
    store: &dyn SchedulerStore,
    waiting: &ClaimableGift,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let mut work = store.begin().await?;
    let Some(found) = claim_context(&mut *work, waiting, now).await? else {
        return Ok(Vec::new());
    };
    let effects = core::claim_gift(now, found, &mut new_id);
    if effects == MatchingEffects::default() {
        return Ok(Vec::new());
    }
    let streamed = apply_matching(&mut *work, effects, now).await?;
    work.commit().await?;
    Ok(streamed)
}

async fn claim_context(
    work: &mut dyn UnitOfWork,
    waiting: &ClaimableGift,
    now: UnixMs,
) -> Result<Option<ClaimContext>, StoreError> {
    let (giver, receiver) = (&waiting.giver, &waiting.receiver);
    let pair = Pair::of(giver, receiver);
    let people = in_order(lock_pair(work, PEOPLE, &pair).await?, giver);
    let account = work.accounts().find(receiver).await?;
    let gift = work.addressed_gifts().find(&waiting.id).await?;
    let ([Some(giver), Some(receiver)], Some(stored), Some(gift)) = (people, account, gift) else {
        return Ok(None);
    };
    let account = stored.account;
    let specials = work.gifts().specials(&pair, MAX_GIFTS_OF_TWO).await?;
    let mut meetings = Vec::new();
    for starts_at in gift.times_in_both(now, &account, &specials) {
        meetings.push(MeetingTime {
            starts_at,
            surroundings: surroundings_of(work, &pair, now, starts_at, None).await?,
        });
    }
    let blocks = work.blocks();
    let is_blocked = blocks.is_blocked(&giver.id, &receiver.id).await?
        || blocks.is_blocked(&receiver.id, &giver.id).await?;
    let in_force = work.matches().find_in_force(&pair).await?;
    Ok(Some(ClaimContext {
        gift,
        account,
        people: [giver, receiver],
        in_force: in_force.map(|of| of.id),
        is_blocked,
        specials,
        meetings,
    }))
}

/// Takes a gift back that waits; one that was claimed meanwhile is looked for again.
pub(super) async fn withdraw_waiting(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &GiftId,
    now: UnixMs,
) -> Result<MatchingExecuted<()>, StoreError> {
    let mut work = store.begin().await?;
    work.people().find(PEOPLE, user).await?;
    let found = work.addressed_gifts().find(id).await?;
    let is_claimed = |gift: &AddressedGift| gift.fate == core::AddressedFate::Claimed;
    if found.as_ref().is_some_and(is_claimed) && work.gifts().find(id).await?.is_some() {
        return Err(StoreError::Conflict(
            "the gift was claimed meanwhile".into(),
        ));
    }
    finish(work, core::withdraw_addressed_gift(user, found), now).await
}

/// Opens a gift that was sent to its receiver's address, now that they read it.
pub(crate) async fn read_gift(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &GiftId,
    now: UnixMs,
) -> Result<MatchingExecuted<core::Gift>, StoreError> {
    retry_on_conflict("read_gift", || async {
        let Some(known) = store.gifts().find(id.clone()).await? else {
            return Ok(MatchingExecuted::refused(MatchingRefusal::NotFound));
        };
        let mut work = store.begin().await?;
        lock_pair(&mut *work, PEOPLE, &known.pair()).await?;
        let found = work.gifts().find(id).await?;
        finish(work, core::read_gift(now, user, found, &mut new_id), now).await
    })
    .await
}
