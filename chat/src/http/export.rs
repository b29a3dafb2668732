//! `/v1/export`: what is a person's own in chat, page by page. Rooms come by their ids, so that none is missed although
//! they change meanwhile; then what they posted, and whom they follow.

mod place;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chat_core::{Membership, Room};
use service::clock::now;
use service::http::{HttpError, Json};
use wire::chat::{ExportPage, ExportedRoom, Message};
use wire::{Page, RoomId, UserId};

use self::place::ExportPlace;
use super::cursor::write_cursor;
use super::{BearerAdmission, QueryParameters, http_error};
use crate::caller::Caller;
use crate::state::AppState;
use crate::store::{FeedStore, MessageStore, OwnSpan, StoreError, Stores};

/// Most bytes of text in a page, and one message more.
const MAX_PAGE_BYTES: usize = 1024 * 1024;
/// Messages of all members that are looked at for one page: a few milliseconds' work.
const MAX_SEARCHED: u64 = 10_000;

/// A page of rooms, each with what the person wrote there, and where there are no more of them of the feed.
pub(crate) async fn export<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    query: QueryParameters,
) -> Result<Json<ExportPage>, HttpError> {
    let limit = query.page_limit()?;
    let from = query.text("cursor").map(ExportPlace::read);
    let from = from.transpose().map_err(http_error)?.unwrap_or_default();
    let caller = &bearer.0.caller;
    let counted = state.exports.take(&caller.user, now());
    counted.map_err(|exceeded| HttpError::rate_limited(exceeded.retry_after_ms))?;
    state.open(&bearer.0).await.map_err(http_error)?;
    let page = exported_page(&state, caller, from, limit).await;
    page.map(Json)
        .map_err(|error| HttpError::storage_unavailable(&error))
}

/// The page that begins at a place: as much of what follows as there is room for.
async fn exported_page<S: Stores>(
    state: &AppState<S>,
    caller: &Caller,
    from: ExportPlace,
    limit: u32,
) -> Result<ExportPage, StoreError> {
    let (user, store) = (&caller.user, &state.feed.store);
    let (mut exported, mut left, mut place) = (ExportPage::default(), limit, from);
    if place == ExportPlace::default() {
        let active = store.last_active(std::slice::from_ref(user)).await?;
        exported.last_active_at = active.get(user).copied();
    }
    if let ExportPlace::Rooms(from) = place {
        let rooms = page(state, caller, from, limit).await?;
        let messages: usize = rooms.items.iter().map(|room| room.messages.len()).sum();
        left = left.saturating_sub(clipped(messages.max(rooms.items.len())));
        exported.items = rooms.items;
        if rooms.next_cursor.is_some() {
            exported.next_cursor = rooms.next_cursor;
            return Ok(exported);
        }
        place = ExportPlace::newest_post();
    }
    // A ticket of some rooms alone has no feed.
    if caller.only.is_some() {
        return Ok(exported);
    }
    if let ExportPlace::Posts(before) = &place
        && left > 0
    {
        let posts = store.posts_of(user, Some(before), left).await?;
        left = left.saturating_sub(clipped(posts.posts.len()));
        exported.posts = posts.posts;
        place = match posts.next_before {
            Some(next) => ExportPlace::Posts(next),
            None => ExportPlace::first_followed(),
        };
    }
    if let ExportPlace::Following(after) = &place
        && left > 0
    {
        let after = UserId(after.clone());
        let mut followed = store.following(user, Some(&after), left + 1).await?;
        let more = clipped(followed.len()) > left;
        followed.truncate(left as usize);
        exported.following = followed;
        if !more {
            return Ok(exported);
        }
        let last = exported.following.last();
        place = last.map_or(place, |last| ExportPlace::Following(last.user_id.0.clone()));
    }
    exported.next_cursor = Some(place.write());
    Ok(exported)
}

fn clipped(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The page of rooms from a message of a room on, or from the beginning.
async fn page<S: Stores>(
    state: &AppState<S>,
    caller: &Caller,
    from: Option<(u64, RoomId)>,
    limit: u32,
) -> Result<Page<ExportedRoom>, StoreError> {
    let ids = room_ids(state, caller, from.as_ref().map(|(_, room)| room), limit).await?;
    let rooms = state.rooms.read(ids.iter().cloned().collect()).await?;
    let mut rooms: BTreeMap<RoomId, Room> = rooms
        .into_iter()
        .map(|room| (room.id.clone(), room))
        .collect();
    let mut budget = PageBudget::new(limit);
    let mut items = Vec::new();
    for id in ids {
        let resumed = from.as_ref().filter(|(_, room)| room == &id);
        let after = resumed.map_or(0, |(seq, _)| *seq);
        if items.len() >= limit as usize || budget.is_used_up() {
            let next_cursor = Some(write_cursor(after, &id));
            return Ok(Page { items, next_cursor });
        }
        let Some(room) = rooms.remove(&id) else {
            continue;
        };
        let own = own_messages(
            state.stores.as_ref(),
            &caller.user,
            &room,
            after,
            &mut budget,
        );
        let (messages, reached) = own.await?;
        let last_seq = room.last_seq;
        items.extend(exported(room, &caller.user, messages));
        if reached < last_seq {
            let next_cursor = Some(write_cursor(reached, &id));
            return Ok(Page { items, next_cursor });
        }
    }
    Ok(Page {
        items,
        next_cursor: None,
    })
}

/// The room that a page begins with, and those that follow it: one more than the page has.
async fn room_ids<S: Stores>(
    state: &AppState<S>,
    caller: &Caller,
    from: Option<&RoomId>,
    limit: u32,
) -> Result<Vec<RoomId>, StoreError> {
    let mut ids: Vec<RoomId> = from.cloned().into_iter().collect();
    match &caller.only {
        Some(only) => {
            ids.retain(|id| only.contains(id));
            let later = only.iter().filter(|id| from.is_none_or(|from| *id > from));
            ids.extend(later.take(limit as usize + 1).cloned());
        }
        None => {
            let later = state.stores.room_ids_of(&caller.user, from, limit + 1);
            ids.extend(later.await?);
        }
    }
    Ok(ids)
}

/// What one page may still hold and cost.
struct PageBudget {
    messages: u32,
    bytes: usize,
    searched: u64,
}

impl PageBudget {
    fn new(limit: u32) -> Self {
        Self {
            messages: limit,
            bytes: MAX_PAGE_BYTES,
            searched: MAX_SEARCHED,
        }
    }

    fn is_used_up(&self) -> bool {
        self.messages == 0 || self.bytes == 0 || self.searched == 0
    }

    fn count(&mut self, message: &Message) {
        self.messages -= 1;
        self.bytes = self.bytes.saturating_sub(message.body.len());
    }
}

/// What the person wrote in a room behind `after`, as much as there is room for; and up to which message that is all.
async fn own_messages(
    store: &impl MessageStore,
    user: &UserId,
    room: &Room,
    after: u64,
    budget: &mut PageBudget,
) -> Result<(Vec<Message>, u64), StoreError> {
    let through = room.last_seq.min(after.saturating_add(budget.searched));
    if through <= after {
        return Ok((Vec::new(), room.last_seq));
    }
    let span = OwnSpan {
        after,
        through,
        limit: budget.messages,
    };
    let found = store.written_by(user, &room.id, span).await?;
    // Fewer than asked for: there are no others up to the end of the span.
    let mut reached = match u32::try_from(found.len()).is_ok_and(|len| len < span.limit) {
        true => through,
        false => found.last().map_or(through, |last| last.seq),
    };
    let mut messages = Vec::with_capacity(found.len());
    for message in found {
        if budget.bytes == 0 {
            reached = messages.last().map_or(after, |last: &Message| last.seq);
            break;
        }
        budget.count(&message);
        messages.push(message);
    }
    budget.searched -= reached - after;
    Ok((messages, reached))
}

/// None for who is no member.
fn exported(room: Room, user: &UserId, messages: Vec<Message>) -> Option<ExportedRoom> {
    let own = room.member(user)?;
    let (read_seq, delivered_seq) = (own.read_seq, own.delivered_seq);
    let members = room.members.iter().map(Membership::named);
    Some(ExportedRoom {
        members: members.collect(),
        room: room.id,
        last_seq: room.last_seq,
        read_seq,
        delivered_seq,
        messages,
        closed: room.closed,
    })
}
