//! `/v1/rooms/{id}/members`: who belongs to a room, and how far each is, by their ids.

use std::sync::Arc;

use axum::extract::{Path, State};
use service::http::{HttpError, Json};
use wire::chat::Member;
use wire::{Page, RoomId};

use super::cursor::{after_id, page_by_ids};
use super::{BearerAdmission, QueryParameters, http_error};
use crate::state::AppState;
use crate::store::Stores;

/// A page of a room's members, for one of them.
pub(crate) async fn list_members<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(room): Path<String>,
    query: QueryParameters,
) -> Result<Json<Page<Member>>, HttpError> {
    let room = RoomId(room);
    let limit = query.page_limit()?;
    let after = after_id(&query)?;
    bearer.reach(&state, &room).await?;
    let caller = &bearer.0.caller;
    let members = state.registry.ask(|broker| {
        let room = broker.room_of(&caller.user, caller.only.as_ref(), &room)?;
        Ok(room.members_for(&caller.user))
    });
    let mut members: Vec<Member> = members.map_err(http_error)?;
    members.retain(|member| after.as_ref().is_none_or(|after| &member.user_id > after));
    members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
    Ok(Json(page_by_ids(members, limit, |one| &one.user_id)))
}
