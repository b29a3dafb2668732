//! `/.well-known/jwks.json`: the public keys of the tickets.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use service::http::Json;

use crate::state::AppState;

/// Short, so that a new key is soon known; who meets an unknown `kid` asks again anyway.
const CACHE: &str = "public, max-age=60";

/// `GET /.well-known/jwks.json`: a JWK Set (RFC 7517).
pub(crate) async fn jwks(State(app): State<AppState>) -> Response {
    ([(header::CACHE_CONTROL, CACHE)], Json(app.tickets.jwks())).into_response()
}
