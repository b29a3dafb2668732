//! `/v1/sessions/{id}/feedback`: what one of the two says afterwards.

use axum::extract::{Path, State};
use scheduler_core::{FeedbackRefusal, check_feedback};
use service::clock;
use service::http::{HttpError, Json};
use service::limits::Limit;
use wire::{FeedbackView, GiveFeedback};

use super::sessions::session_of_caller;
use crate::access::{SessionCaller, kicked, no_such_session};
use crate::commands::{self, FeedbackOutcome};
use crate::state::AppState;

/// `POST /v1/sessions/{id}/feedback`: 200 with what is said now; it may be said anew for a day.
pub(crate) async fn give(
    State(app): State<AppState>,
    caller: SessionCaller,
    Path(id): Path<String>,
    Json(said): Json<GiveFeedback>,
) -> Result<Json<FeedbackView>, HttpError> {
    let said = check_feedback(&said).map_err(HttpError::invalid)?;
    let Some(user) = caller.user().cloned() else {
        return Err(HttpError::forbidden("Only one of the two may do that."));
    };
    let (session, _) = session_of_caller(&app, caller, id.into()).await?;
    if session.record.is_kicked(&user) {
        return Err(kicked());
    }
    let about = (&session.id, &user);
    match commands::give_feedback(&*app.store, about, &said, clock::now()).await? {
        FeedbackOutcome::Done(feedback) => {
            app.committed(Vec::new());
            Ok(Json(feedback.view()))
        }
        FeedbackOutcome::Refused(refusal) => Err(refused(refusal)),
        FeedbackOutcome::Gone => Err(no_such_session()),
    }
}

fn refused(refusal: FeedbackRefusal) -> HttpError {
    match refusal {
        FeedbackRefusal::NotOver => HttpError::conflict("The session is not over."),
        FeedbackRefusal::NeverHeld => {
            HttpError::conflict("The session was called off before it began.")
        }
        FeedbackRefusal::Final => {
            HttpError::conflict("What was said of a session may be changed for a day.")
        }
        FeedbackRefusal::TooOften(wait_ms) => {
            Limit::QuotaPerPerson.hit();
            HttpError::quota_exceeded(wait_ms)
        }
    }
}
