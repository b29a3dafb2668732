//! `/v1/sessions/{id}/calendar.ics`: a session for a calendar.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use scheduler_core::{BookedParticipant, BookedSession};
use service::clock;
use service::http::HttpError;
use wire::UserId;

use super::query::QueryParams;
use super::sessions::{not_a_participant, session_of_caller};
use crate::access::SessionCaller;
use crate::calendar::CalendarOrigin;
use crate::session_view::Audience;
use crate::state::AppState;

/// `GET /v1/sessions/{id}/calendar.ics`: an invitation, or what calls it off. A person's has their join link; so has an
/// application's that says whose it is to be.
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: SessionCaller,
    Path(id): Path<String>,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Response, HttpError> {
    let mut params = QueryParams::new(named, &["user_id"]);
    let named = params.text("user_id").map(UserId::from);
    params.check()?;
    let own = match &caller {
        SessionCaller::Participant(person) => Some(person.user.clone()),
        SessionCaller::Application(_) => None,
    };
    let (session, audience) = session_of_caller(&app, caller, id.into()).await?;
    let reader = reader(&session, audience, own, named)?;
    let join_url = reader.and_then(|reader| app.join_url(&session, reader));
    let origin = CalendarOrigin {
        web_origin: &app.web_origin,
    };
    let object = origin.session(&session, clock::now(), join_url.as_deref());
    let media = format!("text/calendar; charset=utf-8; method={}", object.method);
    let headers = [
        (header::CONTENT_TYPE, media),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"session.ics\"".to_owned(),
        ),
    ];
    Ok((headers, object.text).into_response())
}

/// Whose the object is: a person's own, or of whom an application names.
fn reader(
    session: &BookedSession,
    audience: Audience,
    own: Option<UserId>,
    named: Option<UserId>,
) -> Result<Option<&BookedParticipant>, HttpError> {
    if audience == Audience::Participant && named.is_some() && named != own {
        return Err(HttpError::forbidden("A person gets their own only."));
    }
    let Some(user) = own.or(named) else {
        return Ok(None);
    };
    session
        .participant(&user)
        .map(Some)
        .ok_or_else(not_a_participant)
}
