//! Claiming deliveries whose turn has come, and settling them by their channel's answer.

use std::collections::{BTreeSet, HashMap};

use scheduler_core::{
    AttemptsInFlight, BackOff, ChannelAnswer, Delivery, FairChoice, settle_delivery,
};
use storage::retry_on_conflict;
use wire::UnixMs;

use crate::channels::Channel;
use crate::store::{DuePage, SchedulerStore, Settled, StoreError, UnitOfWork};

/// Pages of what is due that one claim looks at, each as long as there are places: each fills an application's share, or
/// passes over an endpoint's.
const MAX_PAGES: usize = 64;
/// Looks of one claim where another scheduler claims the same at the same time.
const MAX_LOOKS: usize = 3;

/// No claim on a delivery reaches further than this, in milliseconds: the longest is that of a mail, 75 s. The same for every
/// channel, because a setting that changes differs from node to node for a while.
const FURTHEST_CLAIM_MS: i64 = 90_000;

/// Ends claims on deliveries of a channel that were given before the clock was set back, since whoever gave them may be gone;
/// what is in flight here is not among them.
pub(crate) async fn release_lost_claims(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    now: UnixMs,
    in_flight: &AttemptsInFlight,
) -> Result<(), StoreError> {
    let name = channel.name();
    let released = retry_on_conflict("release_lost_claims", || async move {
        let mut work = store.begin().await?;
        let times = (now, now + FURTHEST_CLAIM_MS);
        let released = work
            .deliveries()
            .release_beyond(name, times, in_flight.ids());
        let released = released.await?;
        work.commit().await?;
        Ok::<_, StoreError>(released)
    })
    .await?;
    if released > 0 {
        tracing::warn!(
            channel = name.name(),
            released,
            "claims on deliveries were released: the clock was set back since they were given"
        );
    }
    Ok(())
}

/// Claims deliveries of a channel whose turn has come until `until`, as many as the attempts in flight leave places for:
/// those that are to be sent. What is of no use any more is ended, and returned by nobody. What is in flight here is left alone, however far the clock was set.
pub(crate) async fn claim_deliveries(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    (now, until): (UnixMs, UnixMs),
    in_flight: &AttemptsInFlight,
) -> Result<Vec<Delivery>, StoreError> {
    for _ in 0..MAX_LOOKS {
        let chosen = choose(store, channel, now, in_flight).await?;
        if chosen.is_empty() {
            break;
        }
        let looked_at = claim(store, channel, (now, until), &chosen).await?;
        if let Some(claimed) = looked_at {
            return Ok(claimed);
        }
    }
    Ok(Vec::new())
}

/// Ids of those that are to go out next.
async fn choose(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    now: UnixMs,
    in_flight: &AttemptsInFlight,
) -> Result<Vec<String>, StoreError> {
    let mut choice = FairChoice::new(channel.shares(), in_flight.clone());
    let limit = u32::try_from(choice.places()).unwrap_or(u32::MAX);
    let mut after = (UnixMs(0), String::new());
    for _ in 0..MAX_PAGES {
        if choice.is_settled() {
            break;
        }
        let page = DuePage {
            channel: channel.name(),
            now,
            after,
            not_to: choice.full_targets().map(str::to_owned).collect(),
            not_of: choice.full_applications().map(str::to_owned).collect(),
            limit,
        };
        let found = store.deliveries().due(page).await?;
        let is_last = found.len() < limit as usize;
        let Some(last) = found.last() else {
            break;
        };
        after = (last.open_at, last.id.clone());
        choice.look_at(found);
        if is_last {
            break;
        }
    }
    if choice.full_targets().next().is_some() {
        let channel = channel.name().name();
        metrics::counter!("deliveries_target_full_total", "channel" => channel).increment(1);
    }
    Ok(choice.chosen())
}

/// Claims those that are still there; `None` where another had claimed all of them.
async fn claim(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    (now, until): (UnixMs, UnixMs),
    chosen: &[String],
) -> Result<Option<Vec<Delivery>>, StoreError> {
    let back_off = &channel.back_off();
    retry_on_conflict("claim_deliveries", || async move {
        let mut work = store.begin().await?;
        let found = work.deliveries().claimable(chosen, now).await?;
        let is_any = !found.is_empty();
        let ids: Vec<_> = found
            .iter()
            .filter_map(|found| found.session.as_ref())
            .collect();
        let sessions = work.sessions().snapshots(&ids).await?;
        let sessions: HashMap<_, _> = sessions.iter().map(|found| (&found.id, found)).collect();
        let users: BTreeSet<_> = found.iter().filter_map(|one| one.user.as_ref()).collect();
        let recipients = match users.is_empty() {
            true => HashMap::new(),
            false => work.deliveries().recipients(&users).await?,
        };
        let mut claimed = Vec::new();
        for delivery in found {
            let session = delivery.session.as_ref().and_then(|id| sessions.get(id));
            let recipient = delivery.user.as_ref().and_then(|user| recipients.get(user));
            let turned_away = || recipient.and_then(|one| one.turns_away(now, &delivery));
            let state = delivery.not_wanted(now, session.copied(), back_off);
            match state.or_else(turned_away) {
                Some(state) => {
                    count(&delivery, state.name());
                    work.deliveries().close(&delivery.id, &state).await?;
                }
                None => {
                    let attempt = next_attempt_of(delivery);
                    work.deliveries().claim(&attempt, until).await?;
                    claimed.push(attempt);
                }
            }
        }
        work.commit().await?;
        Ok(is_any.then_some(claimed))
    })
    .await
}

fn next_attempt_of(delivery: Delivery) -> Delivery {
    Delivery {
        attempts: delivery.attempts + 1,
        term: delivery.term + 1,
        ..delivery
    }
}

/// Writes the answers to attempts, each where its claim still holds.
pub(crate) async fn settle_deliveries(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    answered: &[(Delivery, ChannelAnswer)],
    now: UnixMs,
) -> Result<(), StoreError> {
    let back_off = &channel.back_off();
    retry_on_conflict("settle_deliveries", || async move {
        let mut work = store.begin().await?;
        let mut written = Vec::new();
        for (delivery, answer) in answered {
            let state = settle_one(&mut *work, channel, (delivery, answer), back_off, now).await?;
            written.extend(state.map(|state| (delivery, state)));
        }
        work.commit().await?;
        for (delivery, state) in written {
            count(delivery, state);
        }
        Ok(())
    })
    .await
}

/// The word for where the delivery stands now; `None` where another has taken it over, or it is over.
async fn settle_one(
    work: &mut dyn UnitOfWork,
    channel: &dyn Channel,
    (delivery, answer): (&Delivery, &ChannelAnswer),
    back_off: &BackOff,
    now: UnixMs,
) -> Result<Option<&'static str>, StoreError> {
    let update = settle_delivery(now, delivery, answer, back_off, rand::random());
    match work.deliveries().settle(delivery, &update, now).await? {
        Settled::Written => {
            channel.settled(work, delivery, answer, now).await?;
            Ok(Some(update.state.name()))
        }
        Settled::TakenOver | Settled::Closed => {
            metrics::counter!("deliveries_lapsed_total", "channel" => delivery.channel.name())
                .increment(1);
            Ok(None)
        }
    }
}

fn count(delivery: &Delivery, result: &'static str) {
    let channel = delivery.channel.name();
    metrics::counter!("deliveries_total", "channel" => channel, "result" => result).increment(1);
}
