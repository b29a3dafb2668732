//! Endpoints of applications and their deliveries.

use scheduler_core::{
    self as core, LISTENER_LIFE_MS, MAX_LISTENERS, MAX_WEBHOOKS, UrlVerdict, WebhookEndpoint,
    WebhookTarget,
};
use storage::retry_on_conflict;
use wire::{ChangeWebhook, FieldError, UnixMs};

use super::new_id;
use crate::store::{SchedulerStore, StoreError};

/// What became of a change of an endpoint.
#[derive(Debug)]
pub(crate) enum WebhookOutcome {
    /// As it is now.
    Done(Box<WebhookEndpoint>),
    Invalid(Vec<FieldError>),
    /// This application has no such endpoint.
    NotFound,
}

/// What became of an event that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TestOutcome {
    /// It is to be sent, under this id.
    Planned(String),
    /// The endpoint is told of nothing.
    Disabled,
    /// This application has no such endpoint.
    NotFound,
}

/// Adds an endpoint or a listener; false where its application has as many as it may. A listener takes the place of one to
/// which nobody listens any more. `wall` is the time of the machine's own clock.
pub(crate) async fn add_webhook(
    store: &dyn SchedulerStore,
    endpoint: &WebhookEndpoint,
    wall: UnixMs,
) -> Result<bool, StoreError> {
    let is_listener = matches!(endpoint.target, WebhookTarget::Listener { .. });
    let most = match &endpoint.target {
        WebhookTarget::Url(_) => MAX_WEBHOOKS,
        WebhookTarget::Listener { .. } => MAX_LISTENERS,
    };
    retry_on_conflict("add_webhook", || async move {
        let mut work = store.begin().await?;
        work.webhooks().forget_listeners(wall).await?;
        let mut added = work.webhooks().insert(endpoint, most).await?;
        let mut given_way = false;
        if !added && is_listener {
            let all = work
                .webhooks()
                .of_application(&endpoint.application)
                .await?;
            if let Some(idle) = core::listener_that_gives_way(wall, &all) {
                work.webhooks().delete(&idle.id).await?;
                added = work.webhooks().insert(endpoint, most).await?;
                given_way = true;
            }
        }
        work.commit().await?;
        if given_way {
            metrics::counter!("webhook_listeners_given_way_total").increment(1);
        }
        Ok(added)
    })
    .await
}

/// Changes an endpoint by what it is when that is written.
pub(crate) async fn change_webhook(
    store: &dyn SchedulerStore,
    (application, id): (&str, &str),
    change: &ChangeWebhook,
    verdict: &UrlVerdict,
) -> Result<WebhookOutcome, StoreError> {
    let changed = |endpoint| core::change_webhook(endpoint, change.clone(), verdict.clone());
    update(store, (application, id), changed).await
}

/// Gives an endpoint another secret.
pub(crate) async fn rotate_webhook(
    store: &dyn SchedulerStore,
    (application, id): (&str, &str),
    now: UnixMs,
) -> Result<WebhookOutcome, StoreError> {
    let rotated = |endpoint: WebhookEndpoint| Ok(endpoint.rotated(now));
    update(store, (application, id), rotated).await
}

async fn update(
    store: &dyn SchedulerStore,
    (application, id): (&str, &str),
    change: impl Fn(WebhookEndpoint) -> Result<WebhookEndpoint, Vec<FieldError>> + Send + Sync,
) -> Result<WebhookOutcome, StoreError> {
    let change = &change;
    retry_on_conflict("change_webhook", || async move {
        let mut work = store.begin().await?;
        let found = work.webhooks().find(id).await?;
        let Some(before) = found.filter(|one| is_endpoint_of(one, application)) else {
            return Ok(WebhookOutcome::NotFound);
        };
        let after = match change(before) {
            Ok(after) => after,
            Err(errors) => return Ok(WebhookOutcome::Invalid(errors)),
        };
        work.webhooks().update(&after).await?;
        work.commit().await?;
        Ok(WebhookOutcome::Done(Box::new(after)))
    })
    .await
}

/// Deletes an endpoint or a listener of an application; false where it has no such.
pub(crate) async fn delete_webhook(
    store: &dyn SchedulerStore,
    (application, id): (&str, &str),
    is_listener: bool,
) -> Result<bool, StoreError> {
    retry_on_conflict("delete_webhook", || async move {
        let mut work = store.begin().await?;
        let found = work.webhooks().find(id).await?;
        let is_meant = |one: &WebhookEndpoint| {
            one.application == application && is_listener != is_endpoint_of(one, application)
        };
        if !found.as_ref().is_some_and(is_meant) {
            return Ok(false);
        }
        work.webhooks().delete(id).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}

/// Plans an event by which an endpoint is tried.
pub(crate) async fn test_webhook(
    store: &dyn SchedulerStore,
    (application, id): (&str, &str),
    now: UnixMs,
) -> Result<TestOutcome, StoreError> {
    retry_on_conflict("test_webhook", || async move {
        let mut work = store.begin().await?;
        let found = work.webhooks().find(id).await?;
        let Some(endpoint) = found.filter(|one| is_endpoint_of(one, application)) else {
            return Ok(TestOutcome::NotFound);
        };
        let told = core::test_event(now, &endpoint, &mut new_id);
        let planned = core::plan_webhooks(now, &told, &[endpoint], &mut new_id);
        let Some(first) = planned.first() else {
            return Ok(TestOutcome::Disabled);
        };
        let id = first.delivery.id.clone();
        work.deliveries().insert(&planned).await?;
        work.commit().await?;
        Ok(TestOutcome::Planned(id))
    })
    .await
}

/// Keeps a listener for an hour more; false where this application has no such any more. `wall` is the time of the machine's
/// own clock.
pub(crate) async fn keep_listener(
    store: &dyn SchedulerStore,
    (application, id): (&str, &str),
    wall: UnixMs,
) -> Result<bool, StoreError> {
    retry_on_conflict("keep_listener", || async move {
        let mut work = store.begin().await?;
        let Some(mut listener) = work.webhooks().find(id).await? else {
            return Ok(false);
        };
        match &mut listener.target {
            WebhookTarget::Listener { expires_at }
                if listener.application == application && wall < *expires_at =>
            {
                *expires_at = wall + LISTENER_LIFE_MS;
            }
            _ => return Ok(false),
        }
        work.webhooks().update(&listener).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}

/// Writes down what a developer's machine answered, and whether it took the delivery. False where it waits no more.
pub(crate) async fn settle_listened(
    store: &dyn SchedulerStore,
    (listener, delivery): (&str, &str),
    answer: (bool, &str),
    now: UnixMs,
) -> Result<bool, StoreError> {
    retry_on_conflict("settle_listened", || async move {
        let mut work = store.begin().await?;
        let deliveries = work.webhook_deliveries();
        let settled = deliveries
            .settle_listened(listener, delivery, answer, now)
            .await?;
        work.commit().await?;
        Ok(settled)
    })
    .await
}

/// Deletes the listeners to which nobody has listened for an hour by `wall`, the machine's own clock; how many.
pub(crate) async fn forget_listeners(
    store: &dyn SchedulerStore,
    wall: UnixMs,
) -> Result<u64, StoreError> {
    retry_on_conflict("forget_listeners", || async move {
        let mut work = store.begin().await?;
        let forgotten = work.webhooks().forget_listeners(wall).await?;
        work.commit().await?;
        Ok(forgotten)
    })
    .await
}

/// True for one with an address: a listener is none of the endpoints that an application keeps.
fn is_endpoint_of(endpoint: &WebhookEndpoint, application: &str) -> bool {
    endpoint.application == application && matches!(endpoint.target, WebhookTarget::Url(_))
}
