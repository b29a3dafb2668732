//! Which deliveries come of what was decided.

use std::collections::{BTreeSet, HashMap};

use scheduler_core::{NewDelivery, NewNotification, OutgoingEvent, plan_deliveries, plan_webhooks};

use super::new_id;
use crate::store::{StoreError, UnitOfWork};

/// The deliveries of notifications that were stored just now, or told of again.
pub(super) async fn notification_deliveries(
    work: &mut dyn UnitOfWork,
    told: impl Iterator<Item = &NewNotification> + Clone,
) -> Result<Vec<NewDelivery>, StoreError> {
    let users: BTreeSet<_> = told.clone().map(|new| &new.user).collect();
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let recipients = work.deliveries().recipients(&users).await?;
    let mut planned = Vec::new();
    for new in told {
        if let Some(recipient) = recipients.get(&new.user) {
            let now = new.notification.created_at;
            planned.extend(plan_deliveries(now, new, recipient, &mut new_id));
        }
    }
    Ok(planned)
}

/// A delivery of each event for each endpoint that hears of it.
pub(super) async fn webhook_deliveries(
    work: &mut dyn UnitOfWork,
    told: &[OutgoingEvent],
) -> Result<Vec<NewDelivery>, StoreError> {
    let applications: BTreeSet<_> = told.iter().map(|event| &event.application).collect();
    let mut endpoints = HashMap::new();
    for application in applications {
        let of_it = work.webhooks().of_application(application).await?;
        endpoints.insert(application, of_it);
    }
    let mut planned = Vec::new();
    for told in told {
        let now = told.event.occurred_at;
        let of_it = &endpoints[&told.application];
        planned.extend(plan_webhooks(now, told, of_it, &mut new_id));
    }
    Ok(planned)
}
