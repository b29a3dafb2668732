//! What operators may do: end somebody's connections.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use chat_core::check_id;
use service::clock::now;
use service::http::{HttpError, PeerAddr, bearer};
use wire::{Event, EventType, OperatorAction, UserId};

use super::http_error;
use crate::removals::Removal;
use crate::state::AppState;
use crate::store::Stores;
use crate::store_handle::StoreCommand;

/// Whoever shows an operator's ticket as Bearer.
pub(crate) struct OperatorAdmission {
    /// The `sub` of the ticket.
    name: UserId,
    /// Where they ask from; none where no listener says so.
    from: Option<IpAddr>,
}

impl<S: Stores> FromRequestParts<Arc<AppState<S>>> for OperatorAdmission {
    type Rejection = HttpError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState<S>>,
    ) -> Result<Self, HttpError> {
        let ticket = bearer(&parts.headers).ok_or_else(|| HttpError::unauthenticated("missing"))?;
        let claims = state.connections.tickets.operator(ticket, now()).await?;
        let peer = parts.extensions.get::<PeerAddr>();
        Ok(Self {
            name: claims.sub,
            from: peer.map(|peer| peer.0.ip().to_canonical()),
        })
    }
}

/// Ends a person's connections, and with them the tickets that they have: 204, also where there are none.
pub(crate) async fn end_connections<S: Stores>(
    operator: OperatorAdmission,
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
        from: operator.from.map(|ip| ip.to_string()),
        ..OperatorAction::new(
            format!("operator:{}", operator.name),
            "connections.end",
            user.as_str(),
        )
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
