//! `/v1/sessions`: booking, listing, changing, cancelling, and tickets for the call.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scheduler_core::{BookedSession, PEOPLE, StateFilter};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{
    BookSession, ChangeSession, EmptyBody, ErrorCode, Page, SessionId, SessionState, SessionView,
    TicketRequest, TicketResponse, UnixMs, UserId,
};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::{Application, Person, SessionCaller, kicked, no_such_session};
use crate::bookings::{IfMatch, SessionAsOf, idempotency_key};
use crate::session_view::Audience;
use crate::state::AppState;
use crate::store::{SessionFilter, SessionsOf};
use crate::tickets::TicketSubject;
use crate::web::base_of;

/// `POST /v1/sessions`: books, and answers 201 with the session.
pub(crate) async fn book(
    State(app): State<AppState>,
    Application(application): Application,
    headers: HeaderMap,
    Json(offer): Json<BookSession>,
) -> Result<Response, HttpError> {
    let idempotency = idempotency_key(&headers, "POST /v1/sessions".to_owned(), &offer)?;
    let answered = app.book(application, offer, idempotency).await?;
    Ok(answer(
        &app,
        StatusCode::CREATED,
        &answered,
        Audience::Application,
    ))
}

/// `GET /v1/sessions`: a page of the application's sessions, or of a person's, by start.
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: SessionCaller,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<SessionView>>, HttpError> {
    let now = clock::now();
    let (whose, audience) = match caller {
        SessionCaller::Application(name) => (SessionsOf::Application(name), Audience::Application),
        SessionCaller::Person(person) => (SessionsOf::Person(person.user), Audience::Participant),
        SessionCaller::Page(_) => {
            return Err(HttpError::forbidden("A join link opens one session."));
        }
    };
    let mut filter = filter(whose, named, now)?;
    let limit = filter.limit;
    // One more than asked for shows whether there is another page.
    filter.limit += 1;
    let mut sessions = app.store.sessions().list(filter).await?;
    let next_cursor = cut_to_page(&mut sessions, limit, cursor_after);
    Ok(Json(Page {
        next_cursor,
        items: sessions
            .iter()
            .map(|session| app.view(session, now, audience))
            .collect(),
    }))
}

/// `GET /v1/sessions/{id}`: the session as its application or a participant may see it.
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: SessionCaller,
    Path(id): Path<String>,
) -> Result<Response, HttpError> {
    let (session, audience) = session_of_caller(&app, caller, id.into()).await?;
    let mut view = app.view(&session, clock::now(), audience);
    if audience == Audience::Application {
        add_feedback(&app, &mut view).await?;
    }
    Ok(([etag(session.revision)], Json(view)).into_response())
}

async fn add_feedback(app: &AppState, view: &mut SessionView) -> Result<(), HttpError> {
    for said in app.store.feedback().of_session(view.id.clone()).await? {
        let mut people = view.participants.iter_mut();
        if let Some(person) = people.find(|person| person.user_id == said.user) {
            person.feedback = Some(said.view());
        }
    }
    Ok(())
}

/// `PATCH /v1/sessions/{id}`: changes what the body names; 412 where `If-Match` names another revision.
pub(crate) async fn change(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(change): Json<ChangeSession>,
) -> Result<Response, HttpError> {
    let idempotency = idempotency_key(&headers, format!("PATCH /v1/sessions/{id}"), &change)?;
    let if_match = IfMatch::of(&headers);
    let answered = app
        .change(application, id.into(), if_match, change, idempotency)
        .await?;
    Ok(answer(
        &app,
        StatusCode::OK,
        &answered,
        Audience::Application,
    ))
}

/// `POST /v1/sessions/{id}/cancel`: the session as cancelled; repeats have no effect.
pub(crate) async fn cancel(
    State(app): State<AppState>,
    caller: SessionCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonOrEmpty(nothing): JsonOrEmpty<EmptyBody>,
) -> Result<Response, HttpError> {
    let scope = format!("POST /v1/sessions/{id}/cancel");
    let (application, scope, audience) = match caller {
        SessionCaller::Application(application) => (application, scope, Audience::Application),
        SessionCaller::Person(person) => {
            // People share a tenant, and no keys.
            let scope = format!("{} {scope}", person.user);
            session_of_person(&app, &person, id.as_str().into()).await?;
            (PEOPLE.to_owned(), scope, Audience::Participant)
        }
        SessionCaller::Page(_) => {
            return Err(HttpError::forbidden(
                "Only an application, or a person who is logged in, may do that.",
            ));
        }
    };
    let idempotency = idempotency_key(&headers, scope, &nothing)?;
    let answered = app
        .cancel(application, id.into(), IfMatch::of(&headers), idempotency)
        .await?;
    Ok(answer(&app, StatusCode::OK, &answered, audience))
}

/// `POST /v1/sessions/{id}/ticket`: a signaling ticket for one of the two.
pub(crate) async fn ticket(
    State(app): State<AppState>,
    caller: SessionCaller,
    Path(id): Path<String>,
    JsonOrEmpty(request): JsonOrEmpty<TicketRequest>,
) -> Result<Json<TicketResponse>, HttpError> {
    let user = holder(&caller, request)?;
    let is_person = matches!(caller, SessionCaller::Person(_));
    app.count_ticket(&caller)?;
    let (session, _) = session_of_caller(&app, caller, id.into()).await?;
    let now = clock::now();
    let person = session.participant(&user).ok_or_else(not_a_participant)?;
    if is_person && session.record.is_kicked(&user) {
        return Err(kicked());
    }
    if let Some(reason) = session.over(now) {
        return Err(HttpError::session_over(reason));
    }
    let holder = TicketSubject {
        user_id: user,
        name: person.name.clone(),
        origins: app.ticket_origins(&session.application),
    };
    let ticket = app.tickets.signaling(now, holder, session.spec());
    ticket
        .map(Json)
        .map_err(|error| HttpError::internal(&error))
}

/// Whom a ticket is for: oneself, or whom an application names.
pub(super) fn holder(caller: &SessionCaller, request: TicketRequest) -> Result<UserId, HttpError> {
    subject(
        caller,
        request.user_id,
        "A person gets tickets for themselves only.",
    )?
    .ok_or_else(|| HttpError::field("user_id", "required", "Name whom the ticket is for."))
}

/// Whom something is for: oneself, or whom an application names; `forbidden` where a person names another.
pub(super) fn subject(
    caller: &SessionCaller,
    named: Option<UserId>,
    forbidden: &str,
) -> Result<Option<UserId>, HttpError> {
    match caller.user() {
        None => Ok(named),
        Some(own) if named.is_some_and(|user| user != *own) => Err(HttpError::forbidden(forbidden)),
        Some(own) => Ok(Some(own.clone())),
    }
}

/// The session, if it is the caller's.
pub(super) async fn session_of_caller(
    app: &AppState,
    caller: SessionCaller,
    id: SessionId,
) -> Result<(BookedSession, Audience), HttpError> {
    match caller {
        SessionCaller::Application(application) => {
            let session = app.own_session(&application, id).await?;
            Ok((session, Audience::Application))
        }
        SessionCaller::Person(person) => {
            let session = session_of_person(app, &person, id).await?;
            Ok((session, Audience::Participant))
        }
        SessionCaller::Page(member) if member.session.id == id => {
            Ok((member.session, Audience::Participant))
        }
        SessionCaller::Page(_) => Err(no_such_session()),
    }
}

/// The session, if the person is one of its two.
async fn session_of_person(
    app: &AppState,
    person: &Person,
    id: SessionId,
) -> Result<BookedSession, HttpError> {
    let session = app.own_session(PEOPLE, id).await?;
    match session.participant(&person.user) {
        Some(_) => Ok(session),
        None => Err(no_such_session()),
    }
}

pub(super) fn not_a_participant() -> HttpError {
    HttpError::new(
        StatusCode::FORBIDDEN,
        ErrorCode::NotAParticipant,
        "That person is not one of the two.",
    )
}

fn answer(
    app: &AppState,
    status: StatusCode,
    answered: &SessionAsOf,
    audience: Audience,
) -> Response {
    let view = app.view(&answered.session, answered.at, audience);
    let base = base_of(&app.web_origin);
    let location = HeaderValue::from_str(&format!("{base}v1/sessions/{}", view.id));
    let mut response = (status, [etag(view.revision)], Json(view)).into_response();
    if let (StatusCode::CREATED, Ok(location)) = (status, location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn etag(revision: u64) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{revision}\""))
}

fn filter(
    whose: SessionsOf,
    named: HashMap<String, String>,
    now: UnixMs,
) -> Result<SessionFilter, HttpError> {
    let mut params = QueryParams::new(named, &["from", "to", "state", "limit", "cursor"]);
    let filter = SessionFilter {
        whose,
        from: params.time("from"),
        to: params.time("to"),
        state: params
            .word("state", SessionState::WORDS, SessionState::from_name)
            .map(|state| StateFilter::new(state, now)),
        after: params.parsed("cursor", "That is no cursor of ours.", after_cursor),
        limit: params.limit(),
    };
    params.check()?;
    Ok(filter)
}

fn cursor_after(session: &BookedSession) -> String {
    cursor(&format!("{} {}", session.terms.starts_at.0, session.id))
}

fn after_cursor(text: &str) -> Option<(UnixMs, SessionId)> {
    let text = from_cursor(text)?;
    let (starts_at, id) = text.split_once(' ')?;
    Some((UnixMs(starts_at.parse().ok()?), id.into()))
}
