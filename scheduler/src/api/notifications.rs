//! `/v1/notifications`: what a person was notified of, as a list and as a stream.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use service::clock;
use service::http::{HttpError, Json};
use wire::{Notification, Page};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::NotificationReader;
use crate::commands::{mark_all_read, mark_read};
use crate::state::AppState;
use crate::store::{MarkRead, NotificationPage, NotificationQuery};

/// How often a comment shows that the stream lives; proxies cut after 30 s or more of silence.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Missed notifications that a resumed stream begins with; more are in the list.
const MAX_MISSED: u32 = 200;

/// `GET /v1/notifications`: the newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    reader: NotificationReader,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<Notification>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor"]);
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    // One more than asked for shows whether there is another page.
    let query = query(&reader, NotificationPage::Before(before), limit + 1);
    let mut items = match app.tells_in_app(&reader).await? {
        true => app.store.notifications().list(query).await?,
        false => Vec::new(),
    };
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, |last| cursor(&last.id)),
        items,
    }))
}

/// `POST /v1/notifications/{id}/read`: 204 each time, the first one counts.
pub(crate) async fn read(
    State(app): State<AppState>,
    reader: NotificationReader,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let read = MarkRead {
        user: reader.user().clone(),
        session: reader.session().cloned(),
        id,
        now: clock::now(),
    };
    let found = mark_read(&*app.store, &read).await?;
    found
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(|| HttpError::not_found("There is no such notification."))
}

/// `POST /v1/notifications/read-all`: those that are unread by then.
pub(crate) async fn read_all(
    State(app): State<AppState>,
    reader: NotificationReader,
) -> Result<StatusCode, HttpError> {
    mark_all_read(&*app.store, reader.user(), reader.session(), clock::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/notifications/stream`: subscribes first and then reads what was missed, so that nothing
/// falls between; what comes by both ways is sent once.
pub(crate) async fn stream(
    State(app): State<AppState>,
    reader: NotificationReader,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, HttpError> {
    let live = app
        .outlets
        .streams
        .subscribe(reader.user(), reader.scope())?;
    // Whoever's credential was revoked while the stream was being opened would otherwise keep it.
    app.still_counts(&reader).await?;
    let is_told = app.tells_in_app(&reader).await?;
    let missed = match is_told {
        true => missed(&app, &reader, &headers).await?,
        false => Vec::new(),
    };
    let last = missed.last().map(|n| n.id.clone()).unwrap_or_default();
    let live = live.filter(move |new| std::future::ready(is_told && new.id > last));
    let hello = stream::iter([Ok(Event::default().comment("listening"))]);
    let notifications = stream::iter(missed).chain(live).map(|n| Ok(event(&n)));
    let stop = app.shutdown.clone();
    let events = hello
        .chain(notifications)
        .take_until(async move { stop.started().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

async fn missed(
    app: &AppState,
    reader: &NotificationReader,
    headers: &HeaderMap,
) -> Result<Vec<Notification>, HttpError> {
    let Some(last) = headers.get("last-event-id") else {
        return Ok(Vec::new());
    };
    let last = last.to_str().unwrap_or_default().to_owned();
    let query = query(reader, NotificationPage::After(last), MAX_MISSED);
    Ok(app.store.notifications().list(query).await?)
}

fn query(reader: &NotificationReader, page: NotificationPage, limit: u32) -> NotificationQuery {
    NotificationQuery {
        user: reader.user().clone(),
        session: reader.session().cloned(),
        page,
        limit,
    }
}

fn event(notification: &Notification) -> Event {
    let data = serde_json::to_string(notification).expect("a notification has only plain fields");
    Event::default()
        .event("notification")
        .id(&notification.id)
        .data(data)
}
