//! `/v1/rooms/{id}/members`: who belongs to a room, and how far each is, by their ids.

use std::sync::Arc;

use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_core::check_id;
use service::http::{HttpError, Json};
use wire::chat::Member;
use wire::{ErrorCode, Page, RoomId, UserId};

use super::{BearerAdmission, QueryParameters, http_error};
use crate::state::AppState;
use crate::store::Stores;

/// Members of a page, if nothing is said.
const DEFAULT_PAGE: u32 = 50;

/// A page of a room's members, for one of them.
pub(crate) async fn list_members<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(room): Path<String>,
    query: QueryParameters,
) -> Result<Json<Page<Member>>, HttpError> {
    let room = RoomId(room);
    let limit = query.limit()?.unwrap_or(DEFAULT_PAGE) as usize;
    let after = query.text("cursor").map(read_cursor).transpose();
    let after = after.map_err(http_error)?;
    bearer.reach(&state, &room).await?;
    let caller = &bearer.0.caller;
    let members = state.registry.ask(|broker| {
        let room = broker.room_of(&caller.user, caller.only.as_ref(), &room)?;
        Ok(room.members_for(&caller.user))
    });
    let mut members: Vec<Member> = members.map_err(http_error)?;
    members.retain(|member| after.as_ref().is_none_or(|after| &member.user_id > after));
    members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
    let more = members.len() > limit;
    members.truncate(limit);
    let next_cursor = members.last().filter(|_| more);
    let next_cursor = next_cursor.map(|last| URL_SAFE_NO_PAD.encode(last.user_id.as_str()));
    Ok(Json(Page {
        items: members,
        next_cursor,
    }))
}

/// After whom the page begins.
fn read_cursor(cursor: &str) -> Result<UserId, ErrorCode> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor);
    let bytes = bytes.map_err(|_| ErrorCode::BadCursor)?;
    let id = String::from_utf8(bytes).map_err(|_| ErrorCode::BadCursor)?;
    check_id(&id).map_err(|_| ErrorCode::BadCursor)?;
    Ok(UserId(id))
}
