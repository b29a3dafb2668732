//! `/v1/sessions/{id}/calendar.ics`: a session for a calendar.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use service::clock;
use service::http::HttpError;
use wire::UserId;

use super::query::QueryParams;
use super::sessions::{not_a_participant, session_of_caller, subject};
use crate::access::SessionCaller;
use crate::calendar::CalendarOrigin;
use crate::state::AppState;

/// `GET /v1/sessions/{id}/calendar.ics`: an invitation, or what calls it off. A page's has its join link; so has an
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
    let reader = subject(&caller, named, "A person gets their own only.");
    let has_account = matches!(caller, SessionCaller::Person(_));
    let (session, _) = session_of_caller(&app, caller, id.into()).await?;
    let reader = match &reader? {
        None => None,
        Some(user) => Some(session.participant(user).ok_or_else(not_a_participant)?),
    };
    // Who logs in needs no link that opens the session for whoever has it.
    let linked = reader.filter(|_| !has_account);
    let join_url = linked.and_then(|reader| app.join_url(&session, reader));
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
