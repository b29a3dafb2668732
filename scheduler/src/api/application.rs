//! `/v1/application`: what an application says of itself, by its own key.

use axum::extract::State;
use scheduler_core::ApplicationProfile;
use service::clock;
use service::http::{HttpError, Json};
use wire::{ApplicationView, ChangeApplication};

use crate::access::Application;
use crate::commands::{self, ApplicationOutcome};
use crate::state::AppState;

/// `GET /v1/application`: what it has said; one that has said nothing is called by its id.
pub(crate) async fn get(
    State(app): State<AppState>,
    Application(id): Application,
) -> Result<Json<ApplicationView>, HttpError> {
    let found = app.store.applications().find(id.clone()).await?;
    let application = found.unwrap_or_else(|| ApplicationProfile::silent(&id));
    Ok(Json(application.said))
}

/// `PATCH /v1/application`: changes what the body names. Its origins count here at once, and in the other services as
/// soon as they are told.
pub(crate) async fn change(
    State(app): State<AppState>,
    Application(id): Application,
    Json(change): Json<ChangeApplication>,
) -> Result<Json<ApplicationView>, HttpError> {
    let outcome = commands::change_application(&*app.store, &id, &change, clock::now()).await?;
    match outcome {
        ApplicationOutcome::Done(application) => {
            app.admit_origins_of(&application);
            app.committed(Vec::new());
            Ok(Json(application.said))
        }
        ApplicationOutcome::Invalid(errors) => Err(HttpError::invalid(errors)),
    }
}
