//! What operators see and may do: the sessions in memory, ending one, removing a person from one.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use serde::Deserialize;
use service::http::{HttpError, Json, page_limit};
use service::realtime::OperatorCaller;
use signaling_core::OperatorView;
use wire::{OperatorAction, Page, SessionId, UserId};

use crate::registry::CommandError;
use crate::state::AppState;

/// Whoever shows an operator's ticket as Bearer.
pub(crate) struct OperatorRequest(OperatorCaller);

impl OperatorRequest {
    /// What the audit log is told of what they did to `subject`.
    fn action(&self, action: &str, session: &SessionId, subject: &str) -> OperatorAction {
        OperatorAction {
            session_id: Some(session.clone()),
            ..self.0.action(action, subject)
        }
    }
}

impl FromRequestParts<Arc<AppState>> for OperatorRequest {
    type Rejection = HttpError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, HttpError> {
        let operator = OperatorCaller::of_request(parts, &state.connections.tickets);
        operator.await.map(Self)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct PageQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /v1/sessions`: those in memory, by id.
pub(crate) async fn list(
    _: OperatorRequest,
    State(state): State<Arc<AppState>>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Page<OperatorView>>, HttpError> {
    let Query(query) = query.map_err(|_| HttpError::malformed("The query can't be read."))?;
    let limit = page_limit(query.limit.as_deref())
        .map_err(|error| HttpError::invalid(vec![error]))? as usize;
    let after = query.cursor.map(SessionId);
    let (items, more) = state.registry.views(after.as_ref(), limit);
    let next_cursor = match items.last() {
        Some(last) if more => Some(last.id.to_string()),
        _ => None,
    };
    Ok(Json(Page { items, next_cursor }))
}

/// `GET /v1/sessions/{id}`: one session in memory.
pub(crate) async fn show(
    _: OperatorRequest,
    State(state): State<Arc<AppState>>,
    Path(id): Path<SessionId>,
) -> Result<Json<OperatorView>, HttpError> {
    let view = state.registry.view(&id);
    view.map(Json).ok_or_else(not_there)
}

/// `POST /v1/sessions/{id}/end`: ends the session for both.
pub(crate) async fn end(
    operator: OperatorRequest,
    State(state): State<Arc<AppState>>,
    Path(id): Path<SessionId>,
) -> Result<Json<OperatorView>, HttpError> {
    state.registry.end(&id)?;
    let action = operator.action("session.end", &id, id.as_str());
    state.registry.note_action(&id, &action);
    state.registry.view(&id).map(Json).ok_or_else(not_there)
}

/// `DELETE /v1/sessions/{id}/participants/{user_id}`: removes the person, which ends the session.
pub(crate) async fn kick(
    operator: OperatorRequest,
    State(state): State<Arc<AppState>>,
    Path((id, user)): Path<(SessionId, UserId)>,
) -> Result<Json<OperatorView>, HttpError> {
    let view = state.registry.view(&id).ok_or_else(not_there)?;
    if view.participants.iter().all(|seat| seat.user_id != user) {
        return Err(HttpError::not_found("This person is not one of the two."));
    }
    let action = OperatorAction {
        user_id: Some(user.clone()),
        ..operator.action("participant.kick", &id, user.as_str())
    };
    state.registry.kick(&id, user)?;
    state.registry.note_action(&id, &action);
    state.registry.view(&id).map(Json).ok_or_else(not_there)
}

fn not_there() -> HttpError {
    HttpError::not_found("No such session is on here.")
}

impl From<CommandError> for HttpError {
    fn from(fault: CommandError) -> Self {
        match fault {
            CommandError::Unknown => not_there(),
            CommandError::Over(outcome) => HttpError::session_over(outcome.reason),
        }
    }
}
