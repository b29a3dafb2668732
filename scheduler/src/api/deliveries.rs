//! `/v1/deliveries`: who was told what, by which channel and with what answer, for applications and operators, and telling
//! it again.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use scheduler_core::DeliveryState;
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{DeliveryStatus, DeliveryView, EmptyBody, NotificationChannel, Page, SentDelivery};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::{Observer, Redeliverer};
use crate::commands::{self, RedeliveryOutcome};
use crate::state::AppState;
use crate::store::{DeliveryQuery, StoredDelivery};

/// What a query may name.
const PARAMS: [&str; 4] = ["limit", "cursor", "state", "channel"];

/// `GET /v1/deliveries`: an application's own; for operators, everybody's.
pub(crate) async fn list(
    State(app): State<AppState>,
    observer: Observer,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<DeliveryView>>, HttpError> {
    let query = DeliveryQuery {
        application: match observer {
            Observer::Application(application) => Some(application),
            Observer::Operator => None,
        },
        ..wanted(named)?
    };
    page(&app, query).await
}

/// `GET /v1/sessions/{id}/deliveries`: those about one session.
pub(crate) async fn of_session(
    State(app): State<AppState>,
    observer: Observer,
    Path(id): Path<String>,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<DeliveryView>>, HttpError> {
    let wanted = wanted(named)?;
    let session = app.session_of_observer(observer, id.into()).await?;
    let query = DeliveryQuery {
        session: Some(session.id),
        ..wanted
    };
    page(&app, query).await
}

/// `POST /v1/deliveries/{id}/redeliver`: 202; it is sent again, after whatever came since.
pub(crate) async fn redeliver(
    State(app): State<AppState>,
    by: Redeliverer,
    Path(id): Path<String>,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<(StatusCode, Json<SentDelivery>), HttpError> {
    match commands::redeliver(&*app.store, &by, &id, (clock::now(), clock::wall())).await? {
        RedeliveryOutcome::Reopened => Ok(sent(&app, id)),
        RedeliveryOutcome::Refused(refusal) => {
            Err(HttpError::conflict(refusal.detail()).with_reason(refusal.name()))
        }
        RedeliveryOutcome::NotFound => Err(HttpError::not_found("There is no such delivery.")),
    }
}

/// The answer to what is to be sent now.
pub(super) fn sent(app: &AppState, delivery_id: String) -> (StatusCode, Json<SentDelivery>) {
    app.outlets.deliveries.wake();
    app.webhooks.listeners.wake();
    (StatusCode::ACCEPTED, Json(SentDelivery { delivery_id }))
}

fn wanted(named: HashMap<String, String>) -> Result<DeliveryQuery, HttpError> {
    let mut params = QueryParams::new(named, &PARAMS);
    let query = DeliveryQuery {
        state: params.word("state", DeliveryStatus::WORDS, DeliveryStatus::from_name),
        channel: params.word(
            "channel",
            NotificationChannel::WORDS,
            NotificationChannel::from_name,
        ),
        before: params.parsed("cursor", "That is no cursor of ours.", from_cursor),
        limit: params.limit(),
        ..DeliveryQuery::default()
    };
    params.check()?;
    Ok(query)
}

async fn page(
    app: &AppState,
    mut query: DeliveryQuery,
) -> Result<Json<Page<DeliveryView>>, HttpError> {
    let limit = query.limit;
    // One more than asked for shows whether there is another page.
    query.limit += 1;
    let mut found = app.store.deliveries().list(query).await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut found, limit, |last| cursor(&last.delivery.id)),
        items: found.into_iter().map(view).collect(),
    }))
}

fn view(stored: StoredDelivery) -> DeliveryView {
    let StoredDelivery {
        delivery,
        state,
        last_reason,
        sent_at,
    } = stored;
    let is_hook = delivery.channel == NotificationChannel::Webhook;
    DeliveryView {
        // What is posted does not expire.
        listener: is_hook && delivery.expires_at.is_some(),
        endpoint_id: delivery.target.filter(|_| is_hook),
        id: delivery.id,
        kind: delivery.kind,
        channel: delivery.channel,
        user_id: delivery.user,
        session_id: delivery.session,
        state: state.status(),
        attempts: delivery.attempts,
        reason: last_reason.filter(|_| state != DeliveryState::Sent),
        due_at: delivery.due_at,
        sent_at,
    }
}
