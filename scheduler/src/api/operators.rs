//! `/v1/operator`: tickets for the operators' routes of every service.

use axum::Extension;
use axum::extract::State;
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use service::proxies::ClientAddr;
use wire::{EmptyBody, OperatorAction, TicketResponse};

use crate::access::OperatorKey;
use crate::commands::record_action;
use crate::state::AppState;

/// `POST /v1/operator/ticket`: a ticket of one hour for an operator's key; the audit log has a row of each.
pub(crate) async fn ticket(
    State(app): State<AppState>,
    OperatorKey(name): OperatorKey,
    Extension(client): Extension<ClientAddr>,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<Json<TicketResponse>, HttpError> {
    app.quotas.operator_ticket(&name)?;
    let now = clock::now();
    let action = OperatorAction {
        from: Some(client.ip.to_string()),
        ..OperatorAction::new(format!("operator:{name}"), "operator.ticket", name.as_str())
    };
    let sign = || {
        let ticket = app.tickets.operator(now, &name);
        ticket.map_err(|error| HttpError::internal(&error))
    };
    record_action(&*app.store, action, now, sign)
        .await
        .map(Json)
}
