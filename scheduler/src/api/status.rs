//! `/v1/status`: how the parts of the installation stand, for operators.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use service::http::Json;
use wire::StatusView;

use crate::access::Operator;
use crate::state::AppState;
use crate::status::StatusBoard;

/// `GET /v1/status`: 200 whatever does not answer.
pub(crate) async fn show(
    State(app): State<AppState>,
    Operator: Operator,
    Extension(board): Extension<Arc<StatusBoard>>,
) -> Json<StatusView> {
    Json(board.view(&app).await)
}
