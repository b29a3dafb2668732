//! `GET /v1/sync`: news by long poll. The cursor says all that must be known: any process can answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_core::{SyncCursor, SyncPlan};
use service::clock::now;
use service::http::{HttpError, Json};
use tokio::time::{Instant, sleep_until};
use wire::ErrorCode;
use wire::chat::{ChatServerFrame, SyncResponse};

use crate::connection::read_all;
use crate::http::{BearerAdmission, QueryParameters, http_error};
use crate::state::AppState;
use crate::store::Stores;

/// How long a request is loaded, if nothing is said, in milliseconds.
const DEFAULT_HOLD_MS: u64 = 25_000;
/// Longest that a request is loaded, in milliseconds: proxies cut at 60 s.
const MAX_HOLD_MS: u64 = 55_000;

/// What came since the cursor, as soon as there is something.
pub(crate) async fn sync<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    bearer: BearerAdmission,
    query: QueryParameters,
) -> Result<Json<SyncResponse>, HttpError> {
    let hold_ms = query
        .number("timeout_ms")?
        .unwrap_or(DEFAULT_HOLD_MS)
        .min(MAX_HOLD_MS);
    let caller = &bearer.0.caller;
    let since = query
        .text("cursor")
        .map(|text| read_cursor(text, caller.user.as_str()));
    let since = since.transpose().map_err(http_error)?;
    state.open(&bearer.0).await.map_err(http_error)?;
    let until = Instant::now() + Duration::from_millis(hold_ms);
    // Registered before the first look, so that nothing falls between.
    let (_waiting, news) = state.registry.wait(caller);
    state.check_still_in(caller)?;
    loop {
        let plan = state
            .registry
            .ask(|broker| broker.news(now(), &caller.user, caller.only.as_ref(), since.as_ref()));
        if !plan.is_empty() {
            return answer(&state, plan).await;
        }
        tokio::select! {
            () = news.notified() => state.check_still_in(caller)?,
            () = sleep_until(until) => return answer(&state, plan).await,
            () = state.connections.shutdown.started() => return answer(&state, plan).await,
        }
    }
}

async fn answer<S: Stores>(
    state: &AppState<S>,
    plan: SyncPlan,
) -> Result<Json<SyncResponse>, HttpError> {
    let messages = read_all(plan.missed, state.stores.as_ref())
        .await
        .map_err(|error| HttpError::storage_unavailable(&error))?;
    let mut frames = plan.frames;
    frames.extend(messages.into_iter().map(ChatServerFrame::from));
    frames.extend(plan.marks);
    let cursor = write_cursor(&plan.cursor);
    Ok(Json(SyncResponse { cursor, frames }))
}

fn write_cursor(cursor: &SyncCursor) -> String {
    let json = serde_json::to_vec(cursor).expect("a struct of strings and numbers");
    URL_SAFE_NO_PAD.encode(json)
}

/// A cursor of somebody else's is none.
fn read_cursor(text: &str, user: &str) -> Result<SyncCursor, ErrorCode> {
    let json = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| ErrorCode::BadCursor)?;
    let cursor: SyncCursor = serde_json::from_slice(&json).map_err(|_| ErrorCode::BadCursor)?;
    match cursor.user == user {
        true => Ok(cursor),
        false => Err(ErrorCode::BadCursor),
    }
}
