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
use crate::calendar::{CalendarOrigin, CalendarReader};
use crate::state::AppState;

/// `GET /v1/sessions/{id}/calendar.ics`: an invitation, or what calls it off, as a mail has it. A page's has its join link; so
/// has an application's that says whose it is to be.
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
    // Who has the link of a page need not be whom it was sent to.
    let shows_address = !matches!(caller, SessionCaller::Page(_));
    let (session, _) = session_of_caller(&app, caller, id.into()).await?;
    let reader = match &reader? {
        None => None,
        Some(user) => Some(session.participant(user).ok_or_else(not_a_participant)?),
    };
    let organizer = app.calendar_organizer(&session.application).await?;
    let origin = CalendarOrigin {
        web_origin: &app.web_origin,
        organizer: &organizer,
    };
    let now = clock::now();
    let object = match reader {
        None => origin.object(&session, now, None),
        Some(reader) => {
            // Who logs in needs no link that opens the session for whoever has it.
            let link = match has_account {
                true => Some(format!("{}/session/{}", app.web_origin, session.id)),
                false => app.join_url(&session, reader),
            };
            let user = &reader.user_id;
            let known = match shows_address {
                true => app.store.mail_addresses().reader(user.clone()).await?,
                false => None,
            };
            let reader = CalendarReader {
                user,
                address: known.as_ref().map(|known| known.to.text()),
                link: link.as_deref(),
            };
            origin.object(&session, now, Some(&reader))
        }
    };
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
