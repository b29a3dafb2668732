//! Planning deliveries with what causes them, claiming those whose turn has come, and settling them by their channel's
//! answer.

use std::collections::{HashMap, HashSet};

use scheduler_core::{
    BackOff, ChannelAnswer, Delivery, NewNotification, plan_deliveries, settle_delivery,
};
use storage::retry_on_conflict;
use wire::UnixMs;

use super::new_id;
use crate::channels::Channel;
use crate::store::{SchedulerStore, Settled, StoreError, UnitOfWork};

/// No claim on a delivery reaches further than this, in milliseconds: the longest is that of a mail, 75 s. The same for every
/// channel, because a setting that changes differs from node to node for a while.
const FURTHEST_CLAIM_MS: i64 = 90_000;

/// Adds the deliveries of notifications that were stored just now.
pub(super) async fn add_deliveries(
    work: &mut dyn UnitOfWork,
    stored: &[NewNotification],
) -> Result<(), StoreError> {
    if stored.is_empty() {
        return Ok(());
    }
    let users: Vec<_> = stored.iter().map(|new| &new.user).collect();
    let recipients = work.deliveries().recipients(&users).await?;
    let mut planned = Vec::new();
    for new in stored {
        if let Some(recipient) = recipients.get(&new.user) {
            let now = new.notification.created_at;
            planned.extend(plan_deliveries(now, new, recipient, &mut new_id));
        }
    }
    work.deliveries().insert(&planned).await
}

/// Ends claims on deliveries of a channel that were given before the clock was set back, since whoever gave them may be gone;
/// what is `under_way` with the caller is not among them.
pub(crate) async fn release_lost_claims(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    now: UnixMs,
    under_way: &HashSet<String>,
) -> Result<(), StoreError> {
    let name = channel.name();
    let released = retry_on_conflict("release_lost_claims", || async move {
        let mut work = store.begin().await?;
        let times = (now, now + FURTHEST_CLAIM_MS);
        let released = work.deliveries().release_beyond(name, times, under_way);
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

/// Claims deliveries of a channel whose turn has come until `until`: those that are to be sent. What is of no use any more
/// is ended, and returned by nobody. What is `under_way` with the caller is left alone, however far the clock was set.
pub(crate) async fn claim_deliveries(
    store: &dyn SchedulerStore,
    channel: &dyn Channel,
    (now, until): (UnixMs, UnixMs),
    limit: u32,
    under_way: &HashSet<String>,
) -> Result<Vec<Delivery>, StoreError> {
    let name = channel.name();
    if !store.deliveries().any_claimable(name, now).await? {
        return Ok(Vec::new());
    }
    let back_off = channel.back_off();
    let (back_off, name) = (&back_off, name);
    retry_on_conflict("claim_deliveries", || async move {
        let mut work = store.begin().await?;
        let found = work.deliveries().claimable(name, now, limit).await?;
        let ids: Vec<_> = found
            .iter()
            .filter_map(|found| found.session.as_ref())
            .collect();
        let sessions = work.sessions().snapshots(&ids).await?;
        let sessions: HashMap<_, _> = sessions.iter().map(|found| (&found.id, found)).collect();
        let mut claimed = Vec::new();
        for delivery in found {
            if under_way.contains(&delivery.id) {
                continue;
            }
            let session = delivery.session.as_ref().and_then(|id| sessions.get(id));
            match delivery.not_wanted(now, session.copied(), back_off) {
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
        Ok(claimed)
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
