//! `/v1/gifts`: sending them, reading them, opening them early, and taking them back.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scheduler_core::{Gift, SendCommand, check_gift};
use service::clock;
use service::http::{HttpError, Json};
use wire::{GiftId, GiftView, Page, SendGift, UnixMs, UserId};

use super::query::{QueryParams, cursor, from_cursor};
use crate::access::Person;
use crate::commands;
use crate::state::AppState;
use crate::store::{GiftBox, GiftQuery};

/// `POST /v1/gifts`: 201 with the gift as its giver sees it.
pub(crate) async fn send(
    State(app): State<AppState>,
    person: Person,
    Json(gift): Json<SendGift>,
) -> Result<Response, HttpError> {
    let now = clock::now();
    let gift = check_gift(now, &person.user, gift).map_err(HttpError::invalid)?;
    let command = SendCommand {
        giver: person.user.clone(),
        gift,
    };
    let executed = commands::send_gift(&*app.store, command, now).await?;
    let sent = app.matching_answer(executed)?;
    let location = HeaderValue::from_str(&format!("/v1/gifts/{}", sent.id));
    let mut response = (StatusCode::CREATED, shown(&sent, &person.user, now)?).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// `GET /v1/gifts?box=`: the newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<GiftView>>, HttpError> {
    let now = clock::now();
    let mut params = QueryParams::new(named, &["box", "limit", "cursor"]);
    let of = params.parsed("box", "`box` is `received` or `sent`.", |word| match word {
        "received" => Some(GiftBox::Received),
        "sent" => Some(GiftBox::Sent),
        _ => None,
    });
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    let query = GiftQuery {
        user: person.user.clone(),
        of: of.unwrap_or(GiftBox::Received),
        before: before.map(GiftId),
        // One more than asked for shows whether there is another page.
        limit: limit + 1,
    };
    let mut gifts = app.store.gifts().list(query).await?;
    let more = gifts.len() > limit as usize;
    gifts.truncate(limit as usize);
    let last = gifts.last().filter(|_| more);
    Ok(Json(Page {
        next_cursor: last.map(|gift| cursor(gift.id.as_str())),
        items: gifts
            .iter()
            .filter_map(|gift| gift.view(&person.user, now))
            .collect(),
    }))
}

/// `GET /v1/gifts/{id}`: for whoever gave or received it.
pub(crate) async fn get(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<GiftView>, HttpError> {
    let found = app.store.gifts().find(GiftId(id)).await?;
    let gift = found.ok_or_else(no_such_gift)?;
    shown(&gift, &person.user, clock::now())
}

/// `POST /v1/gifts/{id}/peek`: opens a sealed one for its receiver.
pub(crate) async fn peek(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<GiftView>, HttpError> {
    let now = clock::now();
    let executed = commands::peek(&*app.store, &person.user, &GiftId(id), now).await?;
    shown(&app.matching_answer(executed)?, &person.user, now)
}

/// `DELETE /v1/gifts/{id}`: its giver, while it is sealed.
pub(crate) async fn withdraw(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let executed =
        commands::withdraw_gift(&*app.store, &person.user, &GiftId(id), clock::now()).await?;
    app.matching_answer(executed)?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(gift: &Gift, reader: &UserId, now: UnixMs) -> Result<Json<GiftView>, HttpError> {
    gift.view(reader, now).map(Json).ok_or_else(no_such_gift)
}

fn no_such_gift() -> HttpError {
    HttpError::not_found("There is no such gift.")
}
