//! `/v1/status`: how the parts of the installation stand, for operators.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Router};
use service::health::Readiness;
use service::http::Json;
use wire::StatusView;

use crate::access::Operator;
use crate::config::Config;
use crate::state::AppState;
use crate::status::StatusBoard;

/// The route, with what it shares among those who ask.
pub(crate) fn routes(app: AppState, config: &Config, readiness: Readiness) -> Router {
    let board = Arc::new(StatusBoard::new(config, readiness));
    Router::new()
        .route("/v1/status", get(show))
        .layer(Extension(board))
        .with_state(app)
}

/// `GET /v1/status`: 200 whatever does not answer.
async fn show(
    State(app): State<AppState>,
    Operator: Operator,
    Extension(board): Extension<Arc<StatusBoard>>,
) -> Json<StatusView> {
    Json(board.view(&app).await)
}
