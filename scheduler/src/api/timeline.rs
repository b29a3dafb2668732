//! `/v1/sessions/{id}/timeline`: what happened to a session, for its application and for operators.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use scheduler_core::TimelineEntry;
use service::http::{HttpError, Json};
use wire::{Page, TimelineItem, UnixMs};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::Observer;
use crate::state::AppState;
use crate::store::TimelineQuery;

/// `GET /v1/sessions/{id}/timeline`: a page, oldest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    observer: Observer,
    Path(id): Path<String>,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<TimelineItem>>, HttpError> {
    let session = app.session_of_observer(observer, id.into()).await?;
    let (after, limit) = page(named)?;
    // One more than asked for shows whether there is another page.
    let query = TimelineQuery {
        session: session.id,
        after,
        limit: limit + 1,
    };
    let mut entries = app.store.timeline().list(query).await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut entries, limit, cursor_after),
        items: entries.into_iter().map(|entry| entry.item).collect(),
    }))
}

/// After which entry, and how many.
fn page(named: HashMap<String, String>) -> Result<(Option<(UnixMs, String)>, u32), HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor"]);
    let after = params.parsed("cursor", "That is no cursor of ours.", after_cursor);
    let limit = params.limit();
    params.check()?;
    Ok((after, limit))
}

fn cursor_after(entry: &TimelineEntry) -> String {
    cursor(&format!("{} {}", entry.item.at.0, entry.id))
}

fn after_cursor(text: &str) -> Option<(UnixMs, String)> {
    let text = from_cursor(text)?;
    let (at, id) = text.split_once(' ')?;
    Some((UnixMs(at.parse().ok()?), id.to_owned()))
}
