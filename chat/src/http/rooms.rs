//! `/v1/rooms`: a person's rooms from the newest on, page by page.

use std::sync::Arc;

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::http::{HttpError, Json};
use wire::chat::RoomView;
use wire::{ErrorCode, Page, RoomId, UnixMs};

use super::{Guest, Query, refuse};
use crate::caller::Caller;
use crate::state::AppState;
use crate::store::{RoomPosition, Stores};

/// Rooms in a page, if nothing is said.
const DEFAULT_PAGE: u32 = 50;
/// Most rooms in a page.
const MAX_PAGE: u32 = 200;

/// A page of rooms, as in `welcome`.
pub(crate) async fn list_rooms<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    guest: Guest,
    query: Query,
) -> Result<Json<Page<RoomView>>, HttpError> {
    let limit: u32 = query
        .number("limit")?
        .unwrap_or(DEFAULT_PAGE)
        .clamp(1, MAX_PAGE);
    let after = query
        .text("cursor")
        .map(position_of)
        .transpose()
        .map_err(refuse)?;
    state.open(&guest.0).await.map_err(refuse)?;
    let caller = &guest.0.caller;
    let mut positions = match &caller.only {
        Some(_) => reached(&state, caller, after.as_ref()),
        None => state
            .stores
            .rooms_of(&caller.user, after.as_ref(), limit + 1)
            .await
            .map_err(|error| HttpError::storage_unavailable(&error))?,
    };
    let more = positions.len() > limit as usize;
    positions.truncate(limit as usize);
    let next_cursor = positions.last().filter(|_| more).map(cursor_of);
    let mut items = Vec::with_capacity(positions.len());
    for RoomPosition { room, .. } in positions {
        state.find(&room).await.map_err(refuse)?;
        items.extend(state.registry.ask(|broker| {
            let room = broker
                .room_of(&caller.user, caller.only.as_ref(), &room)
                .ok()?;
            room.view(&caller.user, false)
        }));
    }
    Ok(Json(Page { items, next_cursor }))
}

/// The rooms of a ticket that names them; all are in memory.
fn reached<S>(
    state: &AppState<S>,
    caller: &Caller,
    after: Option<&RoomPosition>,
) -> Vec<RoomPosition> {
    state.registry.ask(|broker| {
        broker
            .rooms_of(&caller.user, caller.only.as_ref())
            .into_iter()
            .map(|room| RoomPosition {
                active_at: room.active_at,
                room: room.id.clone(),
            })
            .filter(|position| after.is_none_or(|after| position < after))
            .collect()
    })
}

fn cursor_of(position: &RoomPosition) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", position.active_at.0, position.room))
}

fn position_of(cursor: &str) -> Result<RoomPosition, ErrorCode> {
    let bad = |()| ErrorCode::BadCursor;
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(drop).map_err(bad)?;
    let text = String::from_utf8(bytes).map_err(drop).map_err(bad)?;
    let (active_at, room) = text.split_once(' ').ok_or(ErrorCode::BadCursor)?;
    let active_at = active_at.parse().map_err(drop).map_err(bad)?;
    Ok(RoomPosition {
        active_at: UnixMs(active_at),
        room: RoomId(room.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_a_place() {
        let position = RoomPosition {
            active_at: UnixMs(17),
            room: "r 1".into(),
        };
        assert_eq!(position_of(&cursor_of(&position)), Ok(position));
        for bad in ["", "!", "AAAA", &URL_SAFE_NO_PAD.encode("x r")] {
            assert_eq!(position_of(bad), Err(ErrorCode::BadCursor), "{bad}");
        }
    }
}
