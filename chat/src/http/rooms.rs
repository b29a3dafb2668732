//! `/v1/rooms`: a person's rooms from the newest on, page by page. What a page costs does not depend on how many messages
//! its rooms have: each statement is of the page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use service::clock::now;
use service::http::{HttpError, Json};
use wire::chat::RoomsPage;
use wire::{ErrorCode, RoomId, UnixMs};

use super::cursor::{read_cursor, write_cursor};
use super::{BearerAdmission, QueryParameters, http_error};
use crate::caller::Caller;
use crate::state::AppState;
use crate::store::{RoomPosition, Stores};

/// Rooms with unread messages that are summed up for one answer; those beyond are the longest untouched.
const MAX_SUMMED: u32 = 10_000;

/// A page of rooms, as in `welcome`.
pub(crate) async fn list_rooms<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    query: QueryParameters,
) -> Result<Json<RoomsPage>, HttpError> {
    let limit = query.page_limit()?;
    let after = query
        .text("cursor")
        .map(position_of)
        .transpose()
        .map_err(http_error)?;
    state.open(&bearer.0).await.map_err(http_error)?;
    let caller = &bearer.0.caller;
    let in_memory = in_memory(&state, caller);
    let stored = match &caller.only {
        Some(_) => Vec::new(),
        None => state
            .stores
            .rooms_of(&caller.user, after.as_ref(), limit + 1)
            .await
            .map_err(|error| HttpError::storage_unavailable(&error))?,
    };
    let (positions, next) = page_of(stored, in_memory, after.as_ref(), limit as usize);
    let next_cursor = next.as_ref().map(cursor_of);
    let ids: Vec<RoomId> = positions
        .into_iter()
        .map(|position| position.room)
        .collect();
    state
        .find_all(ids.iter().cloned())
        .await
        .map_err(http_error)?;
    let items = state.registry.ask(|broker| {
        let view = |id: &RoomId| {
            let room = broker.room_of(&caller.user, caller.only.as_ref(), id);
            room.ok()?.view(now(), &caller.user, false)
        };
        ids.iter().filter_map(view).collect()
    });
    let unread_total = unread_total(&state, caller).await?;
    Ok(Json(RoomsPage {
        items,
        unread_total,
        next_cursor,
    }))
}

/// What is unread in all rooms that the ticket reaches: of those in memory as it is there, which is newer.
async fn unread_total<S: Stores>(state: &AppState<S>, caller: &Caller) -> Result<u64, HttpError> {
    let stored = match &caller.only {
        Some(_) => Vec::new(),
        None => state
            .stores
            .unread_of(&caller.user, MAX_SUMMED)
            .await
            .map_err(|error| HttpError::storage_unavailable(&error))?,
    };
    Ok(state.registry.ask(|broker| {
        let rooms = broker.rooms_of(&caller.user, caller.only.as_ref());
        let in_memory = rooms.into_iter().filter_map(|room| {
            let own = room.member(&caller.user)?;
            Some(own.unread(room.last_seq))
        });
        let stored = stored.iter().filter(|(room, _)| !broker.knows(room));
        in_memory.chain(stored.map(|(_, unread)| *unread)).sum()
    }))
}

/// A person's rooms that are in memory: all that their ticket names, if it does.
fn in_memory<S>(state: &AppState<S>, caller: &Caller) -> Vec<RoomPosition> {
    state.registry.ask(|broker| {
        broker
            .rooms_of(&caller.user, caller.only.as_ref())
            .into_iter()
            .map(|room| RoomPosition {
                active_at: room.active_at,
                room: room.id.clone(),
            })
            .collect()
    })
}

/// A page, and after which room the next one begins.
///
/// `stored` has one more than `limit` where there are more. A room with a newer message than its row knows of
/// is in memory, where its place is the right one.
fn page_of(
    stored: Vec<RoomPosition>,
    in_memory: Vec<RoomPosition>,
    after: Option<&RoomPosition>,
    limit: usize,
) -> (Vec<RoomPosition>, Option<RoomPosition>) {
    // Below the last one that was read, others may be missing.
    let lowest = stored.last().filter(|_| stored.len() > limit).cloned();
    let mut places: BTreeMap<RoomId, UnixMs> = BTreeMap::new();
    for RoomPosition { active_at, room } in stored.into_iter().chain(in_memory) {
        let place = places.entry(room).or_insert(active_at);
        *place = (*place).max(active_at);
    }
    let mut positions: Vec<RoomPosition> = places
        .into_iter()
        .map(|(room, active_at)| RoomPosition { active_at, room })
        .filter(|position| after.is_none_or(|after| position < after))
        .filter(|position| lowest.as_ref().is_none_or(|lowest| position >= lowest))
        .collect();
    positions.sort_by(|a, b| b.cmp(a));
    let more = positions.len() > limit || lowest.is_some();
    positions.truncate(limit);
    let next = positions.last().cloned().or(lowest).filter(|_| more);
    (positions, next)
}

fn cursor_of(position: &RoomPosition) -> String {
    write_cursor(position.active_at.0, &position.room)
}

fn position_of(cursor: &str) -> Result<RoomPosition, ErrorCode> {
    let (active_at, room) = read_cursor(cursor)?;
    let active_at = UnixMs(active_at);
    Ok(RoomPosition { active_at, room })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_with_news_is_listed_where_memory_has_it() {
        let at = |active_at, room: &str| RoomPosition {
            active_at: UnixMs(active_at),
            room: room.into(),
        };
        let stored = vec![at(9, "a"), at(8, "b"), at(7, "c")];
        let (page, next) = page_of(stored, vec![at(10, "c"), at(1, "z")], None, 2);
        assert_eq!(
            (page, next),
            (vec![at(10, "c"), at(9, "a")], Some(at(9, "a")))
        );
        // The next page does not bring it again.
        let stored = vec![at(8, "b"), at(7, "c")];
        let memory = vec![at(10, "c"), at(1, "z")];
        let (page, next) = page_of(stored, memory, Some(&at(9, "a")), 2);
        assert_eq!((page, next), (vec![at(8, "b"), at(1, "z")], None));
    }
}
