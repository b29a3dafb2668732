//! `/.well-known/jwks.json`: the public keys of the tickets.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use service::clock;
use service::http::Json;

use crate::state::AppState;

/// Not a moment: a copy on the way would let a revoked key live on.
const CACHE: &str = "no-cache";

/// `GET /.well-known/jwks.json`: a JWK Set (RFC 7517).
pub(crate) async fn jwks(State(app): State<AppState>) -> Response {
    (
        [(header::CACHE_CONTROL, CACHE)],
        Json(app.tickets.jwks(clock::now())),
    )
        .into_response()
}
