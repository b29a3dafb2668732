//! `/v1/audit`: what operators, keys and the command line did.

use std::collections::HashMap;

use axum::extract::{Query, State};
use service::http::{HttpError, Json};
use wire::{AuditRow, Page, SessionId, UnixMs};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::Operator;
use crate::state::AppState;
use crate::store::AuditQuery;

/// `GET /v1/audit`: a page, newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    Operator: Operator,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<AuditRow>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor", "session_id", "action"]);
    let mut query = AuditQuery {
        before: params.parsed("cursor", "That is no cursor of ours.", before_cursor),
        session: params.text("session_id").map(SessionId),
        action: params.text("action"),
        limit: params.limit(),
    };
    params.check()?;
    let limit = query.limit;
    // One more than asked for shows whether there is another page.
    query.limit += 1;
    let mut items = app.store.audit().list(query).await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, cursor_before),
        items,
    }))
}

fn cursor_before(row: &AuditRow) -> String {
    cursor(&format!("{} {}", row.at.0, row.id))
}

fn before_cursor(text: &str) -> Option<(UnixMs, String)> {
    let text = from_cursor(text)?;
    let (at, id) = text.split_once(' ')?;
    Some((UnixMs(at.parse().ok()?), id.to_owned()))
}
