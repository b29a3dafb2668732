//! `/v1/operator`: tickets for the operators' routes of every service.

use axum::extract::State;
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::TicketResponse;

use super::sessions::EmptyBody;
use crate::access::OperatorKey;
use crate::state::AppState;

/// `POST /v1/operator/ticket`: a ticket of one hour for an operator's key.
pub(crate) async fn ticket(
    State(app): State<AppState>,
    OperatorKey(name): OperatorKey,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<Json<TicketResponse>, HttpError> {
    let ticket = app.tickets.operator(clock::now(), &name);
    ticket
        .map(Json)
        .map_err(|error| HttpError::internal(&error))
}
