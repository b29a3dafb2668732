//! `/v1/rooms/{id}/messages` and `/v1/rooms/{id}/read`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use chat_core::{
    Deletion, HistoryPage, MessageDraft, PositionKind, PositionUpdate, check_id, is_ttl,
};
use service::http::{HttpError, Json};
use wire::chat::{Message, Messages, PostMessage, PutRead, Read};
use wire::visible_text::clean_body;
use wire::{ErrorCode, RoomId};

use super::error::bad_text;
use super::{BearerAdmission, QueryParameters, http_error};
use crate::caller::Caller;
use crate::state::AppState;
use crate::store::Stores;
use crate::store_handle::StoreCommand;

/// Stores a message: 201, and 200 for one that was stored before.
pub(crate) async fn post_message<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(room): Path<String>,
    Json(posted): Json<PostMessage>,
) -> Result<(StatusCode, Json<Message>), HttpError> {
    let room = RoomId(room);
    let PostMessage {
        client_id,
        body,
        ttl_ms,
    } = posted;
    check_id(&client_id)
        .map_err(|bad| HttpError::field("client_id", bad, "This is no key for a message."))?;
    let body = clean_body(&body).map_err(bad_text)?;
    if ttl_ms.is_some_and(|ttl_ms| !is_ttl(ttl_ms)) {
        let message = "This is from 1 000 to 31 536 000 000 milliseconds: a second to a year.";
        return Err(HttpError::field("ttl_ms", "out_of_range", message));
    }
    bearer.reach(&state, &room).await?;
    let Caller { user, tenant, .. } = bearer.0.caller;
    let draft = MessageDraft {
        room,
        from: user,
        client_id,
        body,
        ttl_ms,
    };
    let posted = state
        .writer
        .ask(|reply| StoreCommand::Append {
            draft,
            tenant,
            origin: None,
            reply: Some(reply),
        })
        .await
        .map_err(http_error)?
        .map_err(|exceeded| HttpError::quota_exceeded(exceeded.retry_after_ms))?;
    let status = match posted.repeat {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    Ok((status, Json(posted.message)))
}

/// Takes one's own message back, also when it was before: 204.
pub(crate) async fn delete_message<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path((room, seq)): Path<(String, String)>,
) -> Result<StatusCode, HttpError> {
    let room = RoomId(room);
    bearer.reach(&state, &room).await?;
    let Caller { user, only, .. } = bearer.0.caller;
    let seq: u64 = seq.parse().map_err(|_| http_error(ErrorCode::NotFound))?;
    let is_there = state.registry.ask(|broker| {
        let room = broker.room_of(&user, only.as_ref(), &room)?;
        Ok(room.may_have(&user, seq))
    });
    if !is_there.map_err(http_error)? {
        return Err(http_error(ErrorCode::NotFound));
    }
    let deletion = Deletion { room, seq, user };
    state
        .writer
        .ask(|reply| StoreCommand::Delete {
            deletion,
            origin: None,
            reply: Some(reply),
        })
        .await
        .map_err(http_error)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of a room's history.
pub(crate) async fn list_messages<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(room): Path<String>,
    query: QueryParameters,
) -> Result<Json<Messages>, HttpError> {
    let room = RoomId(room);
    let limit = query.limit()?;
    let page = HistoryPage::asked(query.number("before")?, query.number("after")?, limit)
        .ok_or_else(|| http_error(ErrorCode::BadCursor))?;
    bearer.reach(&state, &room).await?;
    let caller = &bearer.0.caller;
    let (page, min_seq, last_seq) = state
        .registry
        .ask(|broker| {
            let room = broker.room_of(&caller.user, caller.only.as_ref(), &room)?;
            let member = room.member(&caller.user).ok_or(ErrorCode::NotAMember)?;
            let min_seq = room.min_seq_for(member);
            let page = page.not_below(min_seq, room.last_seq);
            Ok((page, min_seq, room.last_seq))
        })
        .map_err(http_error)?;
    let messages = state
        .stores
        .page(&room, page)
        .await
        .map_err(|error| HttpError::storage_unavailable(&error))?;
    let messages = page.fit(messages);
    let last_seq = messages.last().map_or(0, |last| last.seq).max(last_seq);
    Ok(Json(Messages {
        id: None,
        room: None,
        messages,
        min_seq,
        last_seq,
    }))
}

/// Moves the reader's position; says where it is then.
pub(crate) async fn put_read<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    Path(room): Path<String>,
    Json(PutRead { seq }): Json<PutRead>,
) -> Result<Json<Read>, HttpError> {
    let room = RoomId(room);
    bearer.reach(&state, &room).await?;
    let caller = bearer.0.caller;
    let (reached, present) = state
        .registry
        .ask(|broker| {
            let room = broker.room_of(&caller.user, caller.only.as_ref(), &room)?;
            let present = room
                .member(&caller.user)
                .map_or(0, |member| member.read_seq);
            Ok((room.reach(&caller.user, PositionKind::Read, seq), present))
        })
        .map_err(http_error)?;
    if let Some(seq) = reached {
        let (room, user) = (room.clone(), caller.user.clone());
        let update = PositionUpdate {
            room,
            user,
            kind: PositionKind::Read,
            seq,
        };
        state
            .writer
            .ask(|reply| StoreCommand::MovePosition {
                update,
                origin: None,
                reply: Some(reply),
            })
            .await
            .map_err(http_error)?;
    }
    let seq = reached.unwrap_or(present);
    Ok(Json(Read {
        room,
        user_id: caller.user,
        seq,
    }))
}
