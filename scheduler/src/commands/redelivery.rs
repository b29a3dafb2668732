//! Sending a delivery of any channel again that is over.

use scheduler_core::{ReopenRefusal, audit_row, reopen_delivery};
use storage::retry_on_conflict;
use wire::{NotificationChannel, OperatorAction, UnixMs};

use super::new_id;
use crate::access::Redeliverer;
use crate::store::{SchedulerStore, StoreError, StoredDelivery};

/// What became of a delivery that is to be sent again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RedeliveryOutcome {
    /// It goes out again.
    Reopened,
    Refused(ReopenRefusal),
    /// There is no such delivery, or it is another application's.
    NotFound,
}

/// Sends a delivery again, and records which operator asked for it. `wall` is the time of the machine's own clock.
pub(crate) async fn redeliver(
    store: &dyn SchedulerStore,
    by: &Redeliverer,
    id: &str,
    (now, wall): (UnixMs, UnixMs),
) -> Result<RedeliveryOutcome, StoreError> {
    retry_on_conflict("redeliver", || redeliver_once(store, by, id, (now, wall))).await
}

async fn redeliver_once(
    store: &dyn SchedulerStore,
    by: &Redeliverer,
    id: &str,
    (now, wall): (UnixMs, UnixMs),
) -> Result<RedeliveryOutcome, StoreError> {
    let mut work = store.begin().await?;
    let found = work.deliveries().find(id).await?;
    let Some(StoredDelivery {
        delivery, state, ..
    }) = found.filter(|found| by.may_send(&found.delivery.application))
    else {
        // The row was locked, and whoever claims what is due would leave it out until the connection is back.
        work.commit().await?;
        return Ok(RedeliveryOutcome::NotFound);
    };
    let endpoint = match (delivery.channel, &delivery.target) {
        (NotificationChannel::Webhook, Some(target)) => work.webhooks().find(target).await?,
        _ => None,
    };
    let endpoint = endpoint.filter(|one| one.is_there(wall));
    let again = match reopen_delivery(now, &delivery, &state, endpoint.as_ref()) {
        Ok(again) => again,
        Err(refusal) => {
            work.commit().await?;
            return Ok(RedeliveryOutcome::Refused(refusal));
        }
    };
    work.deliveries().reopen(&delivery, again).await?;
    if let Redeliverer::Operator(name) = by {
        let action = OperatorAction {
            session_id: delivery.session.clone(),
            user_id: delivery.user.clone(),
            detail: Some(format!("{} by {}", delivery.kind, delivery.channel.name())),
            ..OperatorAction::new(format!("operator:{name}"), "delivery.redeliver", id)
        };
        let row = audit_row(new_id(), now, action);
        work.audit().add(&row).await?;
    }
    work.commit().await?;
    Ok(RedeliveryOutcome::Reopened)
}
