//! Browsers subscribe to pushes, and end that.

use storage::retry_on_conflict;
use wire::{SessionId, UnixMs, UserId};

use super::new_id;
use crate::store::{PushEndpoint, PushScope, SchedulerStore, StoreError, StoredPushSubscription};

/// Browsers of one person that are pushed to: more than anybody has at hand.
const MAX_SUBSCRIPTIONS: usize = 10;

/// What somebody asks for who subscribes a browser.
#[derive(Debug, Clone)]
pub(crate) struct PushSubscriptionCommand {
    pub(crate) user: UserId,
    pub(crate) scope: PushScope,
    pub(crate) endpoint_hash: String,
    pub(crate) endpoint: PushEndpoint,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subscribed {
    pub(crate) id: String,
    /// How many older ones of the person gave way.
    pub(crate) given_way: usize,
}

/// Subscribes a browser, in place of whoever had it before; the oldest of too many give way. The same again keeps its id.
/// `None` where the login or the link does not count any more.
pub(crate) async fn subscribe_to_push(
    store: &dyn SchedulerStore,
    asked: &PushSubscriptionCommand,
    now: UnixMs,
) -> Result<Option<Subscribed>, StoreError> {
    let new = &StoredPushSubscription {
        id: new_id(),
        user: asked.user.clone(),
        scope: asked.scope.clone(),
        endpoint_hash: asked.endpoint_hash.clone(),
        endpoint: asked.endpoint.clone(),
        created_at: now,
    };
    retry_on_conflict("subscribe_to_push", || async move {
        let mut work = store.begin().await?;
        let subscriptions = work.push_subscriptions();
        let Some(held) = subscriptions.lock(&new.user, &new.scope).await? else {
            return Ok(None);
        };
        let known = held.iter().find(|one| same(one, new));
        if let Some(known) = known {
            return Ok(Some(Subscribed {
                id: known.id.clone(),
                given_way: 0,
            }));
        }
        let others = held
            .iter()
            .filter(|one| one.endpoint_hash != new.endpoint_hash);
        let others: Vec<_> = others.collect();
        let given_way = (others.len() + 1).saturating_sub(MAX_SUBSCRIPTIONS);
        for oldest in &others[..given_way] {
            subscriptions.remove(&oldest.id).await?;
        }
        subscriptions.put(new).await?;
        work.commit().await?;
        Ok(Some(Subscribed {
            id: new.id.clone(),
            given_way,
        }))
    })
    .await
}

/// Ends a subscription of a person, by a page only one of its session; false where they have none of that id.
pub(crate) async fn unsubscribe_from_push(
    store: &dyn SchedulerStore,
    (user, session): (&UserId, Option<&SessionId>),
    id: &str,
) -> Result<bool, StoreError> {
    retry_on_conflict("unsubscribe_from_push", || async move {
        let mut work = store.begin().await?;
        let subscriptions = work.push_subscriptions();
        let removed = subscriptions.remove_own(id, user, session).await?;
        work.commit().await?;
        Ok(removed)
    })
    .await
}

fn same(one: &StoredPushSubscription, other: &StoredPushSubscription) -> bool {
    one.endpoint == other.endpoint && one.scope == other.scope
}
