//! What an application says of itself.

use scheduler_core::{self as core, ApplicationProfile, ApplicationRules};
use service::origin;
use storage::retry_on_conflict;
use url::Url;
use wire::{ChangeApplication, Event, FieldError, UnixMs};

use super::new_id;
use crate::channels::email::check_templates;
use crate::store::{SchedulerStore, StoreError};

/// What became of a change.
pub(crate) enum ApplicationOutcome {
    /// As it is now.
    Done(Box<ApplicationProfile>),
    Invalid(Vec<FieldError>),
}

/// Changes an application by what it is when that is written.
pub(crate) async fn change_application(
    store: &dyn SchedulerStore,
    id: &str,
    change: &ChangeApplication,
    now: UnixMs,
) -> Result<ApplicationOutcome, StoreError> {
    retry_on_conflict("change_application", || {
        change_application_once(store, id, change, now)
    })
    .await
}

async fn change_application_once(
    store: &dyn SchedulerStore,
    id: &str,
    change: &ChangeApplication,
    now: UnixMs,
) -> Result<ApplicationOutcome, StoreError> {
    let mut work = store.begin().await?;
    let found = work.applications().find(id).await?;
    let is_new = found.is_none();
    let before = found.unwrap_or_else(|| ApplicationProfile::silent(id));
    let (application, event) = match decided(now, before, change.clone()) {
        Ok(decided) => decided,
        Err(errors) => return Ok(ApplicationOutcome::Invalid(errors)),
    };
    if let Some(event) = event {
        match is_new {
            true => work.applications().insert(&application).await?,
            false => work.applications().update(&application).await?,
        }
        work.events().publish(&event).await?;
        work.commit().await?;
    }
    Ok(ApplicationOutcome::Done(Box::new(application)))
}

fn decided(
    now: UnixMs,
    before: ApplicationProfile,
    change: ChangeApplication,
) -> Result<(ApplicationProfile, Option<Event>), Vec<FieldError>> {
    let rules = ApplicationRules {
        origin: &origin::listed,
        is_address: &|text| Url::parse(text).is_ok_and(|url| url.has_host()),
        templates: &check_templates,
    };
    core::change_application(now, before, change, &rules, &mut new_id)
}
