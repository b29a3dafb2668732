//! `/v1/operator`: tickets for the operators' routes of every service.

use axum::extract::State;
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::TicketResponse;

use super::sessions::Nothing;
use crate::access::OperatorKey;
use crate::app::App;

/// `POST /v1/operator/ticket`.
pub(crate) async fn ticket(
    State(app): State<App>,
    OperatorKey(name): OperatorKey,
    JsonOrEmpty(Nothing {}): JsonOrEmpty<Nothing>,
) -> Result<Json<TicketResponse>, HttpError> {
    let ticket = app.tickets.operator(clock::now(), &name);
    ticket
        .map(Json)
        .map_err(|error| HttpError::internal(&error))
}
