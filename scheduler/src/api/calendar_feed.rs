//! `/v1/me/calendar` and the feed that it gives: a person's sessions for their calendars.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduler_core::{BookedSession, PEOPLE};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use service::proxies::ClientAddr;
use sha2::{Digest as _, Sha256};
use wire::{CalendarFeed, EmptyBody, UnixMs, UserId};

use crate::access::Person;
use crate::accounts::{new_token, token_hash};
use crate::calendar::CalendarOrigin;
use crate::commands;
use crate::state::AppState;
use crate::store::{SessionFilter, SessionsOf, StoreError};
use crate::web::matches_etag;

/// How far a feed goes back, in milliseconds: 90 days.
const BEFORE_MS: i64 = 90 * 86_400_000;
/// How far it goes ahead, in milliseconds: two years.
const AHEAD_MS: i64 = 2 * 365 * 86_400_000;
/// Sessions of a feed: about 300 KB, more than a calendar is opened for.
const MAX_SESSIONS: usize = 1_000;

const MEDIA_TYPE: &str = "text/calendar; charset=utf-8; method=PUBLISH";
/// What every feed's path ends with, after its secret.
const SUFFIX: &str = ".ics";

/// `POST /v1/me/calendar`: an address for calendars, which no other opens from now on.
pub(crate) async fn give(
    State(app): State<AppState>,
    person: Person,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<Json<CalendarFeed>, HttpError> {
    let (secret, hash) = new_token();
    let given = commands::replace_calendar_feed(&*app.store, &person.user, &hash, clock::now());
    if !given.await? {
        return Err(HttpError::unauthenticated("bad_cookie"));
    }
    let url = format!("{}/v1/calendars/{secret}{SUFFIX}", app.web_origin);
    Ok(Json(CalendarFeed { url: url.into() }))
}

/// `DELETE /v1/me/calendar`: 204, and the address opens nothing any more.
pub(crate) async fn revoke(
    State(app): State<AppState>,
    person: Person,
) -> Result<StatusCode, HttpError> {
    commands::revoke_calendar_feed(&*app.store, &person.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/calendars/{secret}.ics`: 304 where nothing is new. Who tries secrets is slowed down.
pub(crate) async fn read(
    State(app): State<AppState>,
    Extension(client): Extension<ClientAddr>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let Some(user) = whose(&app, &file).await? else {
        app.join_link_throttle.count(client)?;
        return Err(HttpError::not_found("This calendar is not known."));
    };
    let now = clock::now();
    let sessions = sessions(&app, user, now).await?;
    let organizer = app.calendar_organizer(PEOPLE).await?;
    let origin = CalendarOrigin {
        web_origin: &app.web_origin,
        organizer: &organizer,
    };
    let text = origin.feed(&sessions, now);
    let [name, weak] = etags(&text);
    let mut response = match matches_etag(&headers, &name) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
    };
    let answer = response.headers_mut();
    let cache = HeaderValue::from_static("private, no-cache");
    answer.insert(header::CACHE_CONTROL, cache);
    answer.insert(header::ETAG, weak);
    Ok(response)
}

async fn whose(app: &AppState, file: &str) -> Result<Option<UserId>, StoreError> {
    let Some(secret) = file.strip_suffix(SUFFIX) else {
        return Ok(None);
    };
    app.store.calendar_feeds().find(token_hash(secret)).await
}

/// By their start. Where they are too many, those ahead come first, the next ones of them.
async fn sessions(
    app: &AppState,
    user: UserId,
    now: UnixMs,
) -> Result<Vec<BookedSession>, StoreError> {
    let between = |from, to| SessionFilter {
        whose: SessionsOf::Person(user.clone()),
        from: Some(from),
        to: Some(to),
        state: None,
        after: None,
        limit: u32::try_from(MAX_SESSIONS + 1).unwrap_or(u32::MAX),
    };
    let store = app.store.sessions();
    let mut ahead = store.list(between(now, now + AHEAD_MS)).await?;
    let mut all = store.list(between(now - BEFORE_MS, now)).await?;
    let left_out = (all.len() + ahead.len()).saturating_sub(MAX_SESSIONS);
    if left_out > 0 {
        metrics::counter!("calendar_feeds_cut_total").increment(1);
    }
    ahead.truncate(MAX_SESSIONS);
    all.drain(..left_out.min(all.len()));
    all.append(&mut ahead);
    Ok(all)
}

/// What names what a feed says, and its weak form: two texts of one name may differ in their stamps.
fn etags(text: &str) -> [HeaderValue; 2] {
    let mut digest = Sha256::new();
    for line in text.lines().filter(|line| !line.starts_with("DTSTAMP")) {
        digest.update(line);
        digest.update("\n");
    }
    let digest = URL_SAFE_NO_PAD.encode(digest.finalize());
    [format!("\"{digest}\""), format!("W/\"{digest}\"")].map(|etag| {
        let etag = HeaderValue::try_from(etag);
        etag.unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    })
}
