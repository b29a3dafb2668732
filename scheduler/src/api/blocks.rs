//! `/v1/blocks`: with whom a person wants nothing to do.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use service::clock;
use service::http::{HttpError, Json};
use wire::{BlockView, Page, UserId};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::Person;
use crate::commands;
use crate::state::AppState;

/// `GET /v1/blocks`: by the ids of those who are blocked.
pub(crate) async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<BlockView>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor"]);
    let after = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    let blocks = app.store.blocks();
    // One more than asked for shows whether there is another page.
    let mut items = blocks
        .list(person.user, after.map(UserId), limit + 1)
        .await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, |last| cursor(last.user_id.as_str())),
        items,
    }))
}

/// `PUT /v1/blocks/{user_id}`: 204 each time.
pub(crate) async fn put(
    State(app): State<AppState>,
    person: Person,
    Path(user): Path<String>,
) -> Result<StatusCode, HttpError> {
    let executed = commands::block(&*app.store, &person.user, &UserId(user), clock::now()).await?;
    app.matching_answer(executed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /v1/blocks/{user_id}`: 204 each time.
pub(crate) async fn delete(
    State(app): State<AppState>,
    person: Person,
    Path(user): Path<String>,
) -> Result<StatusCode, HttpError> {
    let executed =
        commands::unblock(&*app.store, &person.user, &UserId(user), clock::now()).await?;
    app.matching_answer(executed)?;
    Ok(StatusCode::NO_CONTENT)
}
