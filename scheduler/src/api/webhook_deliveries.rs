//! What was sent to an application's endpoints.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use scheduler_core::WebhookEndpoint;
use service::http::{HttpError, Json};
use wire::{DeliveryStatus, Page, WebhookDeliveryView};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::Application;
use crate::state::AppState;
use crate::store::WebhookDeliveryQuery;

/// `GET /v1/webhooks/{id}/deliveries`: a page, the newest first; of a listener, too.
pub(crate) async fn list(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<WebhookDeliveryView>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor", "state"]);
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let state = params.word("state", DeliveryStatus::WORDS, DeliveryStatus::from_name);
    let limit = params.limit();
    params.check()?;
    let endpoint = own_endpoint(&app, &application, id).await?.id;
    // One more than asked for shows whether there is another page.
    let query = WebhookDeliveryQuery {
        endpoint,
        state,
        before,
        limit: limit + 1,
    };
    let mut items = app.store.webhook_deliveries().list(query).await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, |last| cursor(&last.id)),
        items,
    }))
}

/// The endpoint, if the application has it.
pub(super) async fn own_endpoint(
    app: &AppState,
    application: &str,
    id: String,
) -> Result<WebhookEndpoint, HttpError> {
    let found = app.store.webhooks().find(id).await?;
    let is_own = |one: &WebhookEndpoint| one.application == application;
    found.filter(is_own).ok_or_else(no_such_endpoint)
}

pub(super) fn no_such_endpoint() -> HttpError {
    HttpError::not_found("There is no such endpoint.")
}
