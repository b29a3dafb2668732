//! `/v1/following`: whose posts come into one's feed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_core::{MAX_FOLLOWING, check_id};
use service::clock::now;
use service::http::{HttpError, Json};
use wire::{Page, Participant, UserId};

use super::cursor::{after_id, page_by_ids};
use super::feed::{nobody, not_stored};
use super::{BearerAdmission, QueryParameters};
use crate::state::AppState;
use crate::store::{FeedStore, FollowOutcome, NewFollow, Stores};

/// Whom one follows, by their ids.
pub(crate) async fn list_following<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    query: QueryParameters,
) -> Result<Json<Page<Participant>>, HttpError> {
    let follower = &bearer.reader()?.user;
    let limit = query.page_limit()?;
    let after = after_id(&query)?;
    let store = &state.feed.store;
    // One more than asked for shows whether there is another page.
    let items = store.following(follower, after.as_ref(), limit + 1).await;
    let items = items.map_err(|error| HttpError::storage_unavailable(&error))?;
    Ok(Json(page_by_ids(items, limit, |one| &one.user_id)))
}

/// Follows somebody from now on: 204 each time.
pub(crate) async fn follow<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(author): Path<String>,
) -> Result<StatusCode, HttpError> {
    let follower = bearer.reader()?;
    let author = other(&follower.user, author)?;
    let new = NewFollow {
        follower: follower.user.clone(),
        tenant: follower.tenant.clone(),
        author,
        at: now(),
    };
    let outcome = state.feed.store.follow(&new).await;
    match outcome.map_err(not_stored)? {
        FollowOutcome::Followed => Ok(StatusCode::NO_CONTENT),
        FollowOutcome::Refused => Err(nobody()),
        FollowOutcome::TooMany => Err(HttpError::conflict(format!(
            "You follow {MAX_FOLLOWING} people already: follow one of them no more."
        ))),
    }
}

/// Follows somebody no more: 204 each time.
pub(crate) async fn unfollow<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(author): Path<String>,
) -> Result<StatusCode, HttpError> {
    let follower = &bearer.reader()?.user;
    let author = other(follower, author)?;
    let stopped = state.feed.store.unfollow(follower, &author).await;
    stopped.map_err(not_stored)?;
    state.feed.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// # Errors
/// 422 for oneself, and 404 for what is nobody's id.
fn other(own: &UserId, id: String) -> Result<UserId, HttpError> {
    check_id(&id).map_err(|_| nobody())?;
    match own.as_str() == id {
        true => Err(HttpError::field(
            "user_id",
            "yourself",
            "Name somebody else: one's own posts are at /v1/people/{user_id}/posts.",
        )),
        false => Ok(UserId(id)),
    }
}
