//! What operators may do: end somebody's connections.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use chat_core::check_id;
use service::clock::now;
use service::http::HttpError;
use service::realtime::OperatorCaller;
use wire::{Event, EventType, OperatorAction, UserId};

use super::http_error;
use crate::removals::Removal;
use crate::state::AppState;
use crate::store::Stores;
use crate::store_handle::StoreCommand;

/// Whoever shows an operator's ticket as Bearer.
pub(crate) struct OperatorAdmission(OperatorCaller);

impl<S: Stores> FromRequestParts<Arc<AppState<S>>> for OperatorAdmission {
    type Rejection = HttpError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState<S>>,
    ) -> Result<Self, HttpError> {
        let operator = OperatorCaller::of_request(parts, &state.connections.tickets);
        operator.await.map(Self)
    }
}

/// Ends a person's connections, and with them the tickets that they have: 204, also where there are none.
pub(crate) async fn end_connections<S: Stores>(
    OperatorAdmission(operator): OperatorAdmission,
    State(state): State<Arc<AppState<S>>>,
    Path(user): Path<UserId>,
) -> Result<StatusCode, HttpError> {
    check_id(user.as_str()).map_err(|_| HttpError::not_found("Nobody has such an id."))?;
    let at = now();
    let removal = Removal {
        session: None,
        user: user.clone(),
        at,
    };
    let action = OperatorAction {
        user_id: Some(user.clone()),
        ..operator.action("connections.end", user.as_str())
    };
    let told = Event {
        id: uuid::Uuid::now_v7().to_string(),
        kind: EventType::OperatorAction.name().to_owned(),
        occurred_at: at,
        source: crate::SERVICE.to_owned(),
        subject: user.to_string(),
        revision: None,
        data: serde_json::to_value(action).expect("a struct of texts"),
    };
    let removed = state.writer.ask(|reply| StoreCommand::Remove {
        removal,
        told,
        reply,
    });
    removed.await.map_err(http_error)?;
    Ok(StatusCode::NO_CONTENT)
}
