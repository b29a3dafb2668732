//! `/v1/users`: finding somebody by their name.

use std::collections::HashMap;

use axum::extract::{Query, State};
use scheduler_core::search_key;
use service::http::{HttpError, Json};
use wire::{FoundPerson, Page};

use super::query::QueryParams;
use crate::access::Person;
use crate::state::AppState;

/// Characters of what is looked for, at least: one would list everybody.
const MIN_CHARS: usize = 2;
/// People that a search finds at most: whoever is not among them is found by more of their name.
const MAX_FOUND: u32 = 20;

/// `GET /v1/users?query=`: those who want to be found and have a word in their name that begins so.
pub(crate) async fn search(
    State(app): State<AppState>,
    person: Person,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<FoundPerson>>, HttpError> {
    let mut params = QueryParams::new(named, &["query"]);
    let query = params.text("query");
    params.check()?;
    let key = search_key(&query.unwrap_or_default());
    if key.chars().count() < MIN_CHARS {
        let message = format!("Write {MIN_CHARS} characters of a name, or more.");
        return Err(HttpError::field("query", "too_short", message));
    }
    app.accounts()?.throttle.search(&person.user)?;
    Ok(Json(Page {
        items: app.store.accounts().search(key, MAX_FOUND).await?,
        next_cursor: None,
    }))
}
