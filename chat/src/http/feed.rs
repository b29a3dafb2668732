//! `/v1/posts`, `/v1/feed` and `/v1/people/{user_id}/posts`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_core::{FeedPage, check_id};
use service::clock::now;
use service::http::{HttpError, Json};
use wire::chat::{Post, WritePost};
use wire::visible_text::clean_body;
use wire::{Page, UserId};

use super::cursor::{read_id_cursor, write_id_cursor};
use super::error::bad_text;
use super::{BearerAdmission, QueryParameters, http_error};
use crate::caller::Caller;
use crate::state::AppState;
use crate::store::{FeedStore, NewPost, Posted, StoreError, Stores};

impl BearerAdmission {
    /// Who asks for the feed.
    ///
    /// # Errors
    /// 403 for a ticket that reaches some rooms alone.
    pub(super) fn reader(&self) -> Result<&Caller, HttpError> {
        let caller = &self.0.caller;
        match &caller.only {
            None => Ok(caller),
            Some(_) => Err(HttpError::forbidden(
                "That ticket is for some rooms alone, and has no feed.",
            )),
        }
    }
}

/// Stores a post: 201, and 200 for one that was stored before.
pub(crate) async fn write_post<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Json(written): Json<WritePost>,
) -> Result<(StatusCode, Json<Post>), HttpError> {
    let caller = bearer.reader()?;
    let (author, named_at) = (caller.user.clone(), caller.issued_at);
    let WritePost { client_id, body } = written;
    check_id(&client_id)
        .map_err(|bad| HttpError::field("client_id", bad, "This is no key for a post."))?;
    let body = clean_body(&body).map_err(bad_text)?;
    let new = NewPost {
        author,
        name: bearer.0.name,
        named_at,
        client_id,
        body,
        sent_at: now(),
    };
    let known = state.feed.store.repeat_of_post(&new).await;
    let posted = match known.map_err(not_stored)? {
        Some(known) => known,
        None => post_within_quota(&state, &new).await?,
    };
    match posted {
        Posted::Stored(post) => {
            state.feed.wake();
            Ok((StatusCode::CREATED, Json(post)))
        }
        Posted::Repeat(post) => Ok((StatusCode::OK, Json(post))),
        Posted::Conflict => Err(HttpError::conflict(
            "That client_id already stands for another post, or for one that was deleted.",
        )),
        Posted::Erased => Err(HttpError::unauthenticated("erased")),
    }
}

async fn post_within_quota<S: Stores>(
    state: &AppState<S>,
    new: &NewPost,
) -> Result<Posted, HttpError> {
    let feed = &state.feed;
    let counted = feed.quota.take(&new.author, now());
    counted.map_err(|exceeded| HttpError::rate_limited(exceeded.retry_after_ms))?;
    let posted = feed.store.post(new).await;
    if !matches!(posted, Ok(Posted::Stored(_))) {
        feed.quota.give_back(&new.author);
    }
    posted.map_err(not_stored)
}

pub(super) fn not_stored(error: StoreError) -> HttpError {
    http_error(error.report())
}

/// Deletes a post of one's own.
pub(crate) async fn delete_post<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let author = &bearer.reader()?.user;
    let none = || HttpError::not_found("You have no such post.");
    check_id(&id).map_err(|_| none())?;
    let deleted = state.feed.store.delete_post(author, &id).await;
    if !deleted.map_err(not_stored)? {
        return Err(none());
    }
    state.feed.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// What those posted whom one follows, the newest first.
pub(crate) async fn read_feed<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    query: QueryParameters,
) -> Result<Json<Page<Post>>, HttpError> {
    let reader = &bearer.reader()?.user;
    let (before, limit) = place(&query)?;
    let page = state.feed.store.feed_of(reader, before.as_deref(), limit);
    page_of(page.await)
}

/// What one person posted, the newest first, for who may follow them, and for themselves.
pub(crate) async fn list_posts<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(author): Path<String>,
    query: QueryParameters,
) -> Result<Json<Page<Post>>, HttpError> {
    let reader = bearer.reader()?;
    let (before, limit) = place(&query)?;
    let author = UserId(author);
    let store = &state.feed.store;
    check_id(author.as_str()).map_err(|_| nobody())?;
    if author != reader.user {
        let relation = store.relation(&reader.user, &author).await;
        let relation = relation.map_err(|error| HttpError::storage_unavailable(&error))?;
        if !relation.is_open_to(reader.tenant.as_deref()) {
            return Err(nobody());
        }
    }
    page_of(store.posts_of(&author, before.as_deref(), limit).await)
}

/// There is no such person, or they are nobody to whoever asks.
pub(super) fn nobody() -> HttpError {
    HttpError::not_found("There is no such person, or you may not follow them.")
}

/// Before which post a page lies, and how many it has.
fn place(query: &QueryParameters) -> Result<(Option<String>, u32), HttpError> {
    let limit = query.page_limit()?;
    let before = query.text("cursor").map(read_id_cursor).transpose();
    Ok((before.map_err(http_error)?, limit))
}

fn page_of(page: Result<FeedPage, StoreError>) -> Result<Json<Page<Post>>, HttpError> {
    let page = page.map_err(|error| HttpError::storage_unavailable(&error))?;
    Ok(Json(Page {
        items: page.posts,
        next_cursor: page.next_before.as_deref().map(write_id_cursor),
    }))
}
