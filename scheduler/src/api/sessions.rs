//! `/v1/sessions`.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{
    BookSession, ChangeSession, ErrorCode, Page, SessionId, SessionState, SessionView,
    TicketRequest, TicketResponse, UnixMs, UserId,
};

use super::query::{Params, cursor, from_cursor};
use crate::access::{Application, Caller, no_such_session};
use crate::app::App;
use crate::bookings::{IfMatch, Kept, once};
use crate::store::{SessionFilter, StoredSession};
use crate::tickets::Holder;
use crate::view::Audience;

/// `POST /v1/sessions`.
pub(crate) async fn book(
    State(app): State<App>,
    Application(application): Application,
    headers: HeaderMap,
    Json(offer): Json<BookSession>,
) -> Result<Response, HttpError> {
    let once = once(&headers, "POST /v1/sessions".to_owned(), &offer)?;
    let kept = app.book(application, offer, once).await?;
    Ok(answer(&app, StatusCode::CREATED, &kept))
}

/// `GET /v1/sessions`.
pub(crate) async fn list(
    State(app): State<App>,
    Application(application): Application,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<SessionView>>, HttpError> {
    let mut filter = filter(named)?;
    let now = clock::now();
    (filter.application, filter.now) = (application, now);
    let limit = filter.limit as usize;
    // One more than asked for tells whether there is another page.
    filter.limit += 1;
    let mut sessions = app.store.sessions(filter).await?;
    let more = sessions.len() > limit;
    sessions.truncate(limit);
    Ok(Json(Page {
        next_cursor: sessions.last().filter(|_| more).map(cursor_after),
        items: sessions
            .iter()
            .map(|session| app.view(session, now, Audience::Application))
            .collect(),
    }))
}

/// `GET /v1/sessions/{id}`.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, HttpError> {
    let (session, audience) = reach(&app, caller, id.into()).await?;
    let view = app.view(&session, clock::now(), audience);
    Ok(([etag(session.revision)], Json(view)).into_response())
}

/// `PATCH /v1/sessions/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    Application(application): Application,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(change): Json<ChangeSession>,
) -> Result<Response, HttpError> {
    let once = once(&headers, format!("PATCH /v1/sessions/{id}"), &change)?;
    let if_match = IfMatch::of(&headers);
    let kept = app
        .change(application, id.into(), if_match, change, once)
        .await?;
    Ok(answer(&app, StatusCode::OK, &kept))
}

/// `POST /v1/sessions/{id}/cancel`.
pub(crate) async fn cancel(
    State(app): State<App>,
    Application(application): Application,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonOrEmpty(nothing): JsonOrEmpty<Nothing>,
) -> Result<Response, HttpError> {
    let once = once(&headers, format!("POST /v1/sessions/{id}/cancel"), &nothing)?;
    let kept = app
        .cancel(application, id.into(), IfMatch::of(&headers), once)
        .await?;
    Ok(answer(&app, StatusCode::OK, &kept))
}

/// `POST /v1/sessions/{id}/ticket`.
pub(crate) async fn ticket(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonOrEmpty(request): JsonOrEmpty<TicketRequest>,
) -> Result<Json<TicketResponse>, HttpError> {
    let user = holder(&caller, request)?;
    let (session, _) = reach(&app, caller, id.into()).await?;
    let now = clock::now();
    let person = session.participant(&user).ok_or_else(not_a_participant)?;
    if let Some(reason) = session.over(now) {
        return Err(HttpError::session_over(reason));
    }
    let holder = Holder {
        user_id: user,
        name: person.name.clone(),
    };
    let ticket = app.tickets.signaling(now, holder, session.spec());
    ticket
        .map(Json)
        .map_err(|error| HttpError::internal(&error))
}

/// A command without fields.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Whom a ticket is for: oneself, or whom an application names.
pub(super) fn holder(caller: &Caller, request: TicketRequest) -> Result<UserId, HttpError> {
    match (caller, request.user_id) {
        (Caller::Application(_), Some(user)) => Ok(user),
        (Caller::Application(_), None) => Err(HttpError::field(
            "user_id",
            "required",
            "Name whom the ticket is for.",
        )),
        (Caller::Person(person), Some(user)) if user != person.user => Err(HttpError::forbidden(
            "A person gets tickets for themselves only.",
        )),
        (Caller::Person(person), _) => Ok(person.user.clone()),
    }
}

/// The session, if it is the caller's.
async fn reach(
    app: &App,
    caller: Caller,
    id: SessionId,
) -> Result<(StoredSession, Audience), HttpError> {
    match caller {
        Caller::Application(application) => {
            let session = app.own_session(&application, id).await?;
            Ok((session, Audience::Application))
        }
        Caller::Person(person) if person.session.id == id => Ok((person.session, Audience::Person)),
        Caller::Person(_) => Err(no_such_session()),
    }
}

fn not_a_participant() -> HttpError {
    HttpError::new(
        StatusCode::FORBIDDEN,
        ErrorCode::NotAParticipant,
        "That person is not one of the two.",
    )
}

fn answer(app: &App, status: StatusCode, kept: &Kept) -> Response {
    let view = app.view(&kept.session, kept.at, Audience::Application);
    let location = HeaderValue::from_str(&format!("/v1/sessions/{}", view.id));
    let mut response = (status, [etag(view.revision)], Json(view)).into_response();
    if let (StatusCode::CREATED, Ok(location)) = (status, location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn etag(revision: u64) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{revision}\""))
}

fn filter(named: HashMap<String, String>) -> Result<SessionFilter, HttpError> {
    let mut params = Params::new(named, &["from", "to", "state", "limit", "cursor"]);
    let filter = SessionFilter {
        from: params.time("from"),
        to: params.time("to"),
        state: params.parsed("state", "There is no such state.", SessionState::from_name),
        after: params.parsed("cursor", "That is no cursor of ours.", after_cursor),
        limit: params.limit(),
        ..SessionFilter::default()
    };
    params.check()?;
    Ok(filter)
}

fn cursor_after(session: &StoredSession) -> String {
    cursor(&format!("{} {}", session.terms.starts_at.0, session.id))
}

fn after_cursor(text: &str) -> Option<(UnixMs, SessionId)> {
    let text = from_cursor(text)?;
    let (starts_at, id) = text.split_once(' ')?;
    Some((UnixMs(starts_at.parse().ok()?), id.into()))
}
