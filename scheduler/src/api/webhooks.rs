//! `/v1/webhooks`: where an application is told of its events, by its own key.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use scheduler_core::{MAX_WEBHOOKS, ReopenRefusal, WebhookEndpoint, check_webhook};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{
    ChangeWebhook, CreateWebhook, EmptyBody, Page, RotatedSecret, SentDelivery, WebhookView,
};

use super::deliveries::sent;
use super::webhook_deliveries::{no_such_endpoint, own_endpoint};
use crate::access::Application;
use crate::commands::{self, TestOutcome, WebhookOutcome};
use crate::state::AppState;
use crate::webhooks::view;

/// `POST /v1/webhooks`: 201 with the secret, which is shown this once.
pub(crate) async fn create(
    State(app): State<AppState>,
    Application(application): Application,
    Json(asked): Json<CreateWebhook>,
) -> Result<(StatusCode, Json<WebhookView>), HttpError> {
    let verdict = app.webhooks.may_call(&asked.url).await;
    let checked = check_webhook(asked, verdict).map_err(HttpError::invalid)?;
    let now = clock::now();
    let endpoint = checked.of(&application, commands::new_id(), now);
    if !commands::add_webhook(&*app.store, &endpoint, clock::wall()).await? {
        let most = format!("An application has {MAX_WEBHOOKS} endpoints: delete one first.");
        return Err(HttpError::conflict(most));
    }
    let mut made = shown(&endpoint)?;
    made.secret = Some(app.webhooks.secrets.text(&endpoint));
    Ok((StatusCode::CREATED, Json(made)))
}

/// `GET /v1/webhooks`: all that the application has, the oldest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    Application(application): Application,
) -> Result<Json<Page<WebhookView>>, HttpError> {
    let found = app.store.webhooks().list(application).await?;
    let now = clock::now();
    Ok(Json(Page {
        items: found.iter().filter_map(|one| view(one, now)).collect(),
        next_cursor: None,
    }))
}

/// `GET /v1/webhooks/{id}`: one endpoint, without its secret.
pub(crate) async fn get(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
) -> Result<Json<WebhookView>, HttpError> {
    let endpoint = own_endpoint(&app, &application, id).await?;
    shown(&endpoint).map(Json)
}

/// `PATCH /v1/webhooks/{id}`: changes what the body names.
pub(crate) async fn change(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
    Json(change): Json<ChangeWebhook>,
) -> Result<Json<WebhookView>, HttpError> {
    let verdict = match &change.url {
        Some(url) => app.webhooks.may_call(url).await,
        None => Ok(()),
    };
    let of = (application.as_str(), id.as_str());
    let outcome = commands::change_webhook(&*app.store, of, &change, &verdict).await?;
    done(outcome).and_then(|endpoint| shown(&endpoint).map(Json))
}

/// `DELETE /v1/webhooks/{id}`: 204, and nothing more is sent to it.
pub(crate) async fn delete(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let of = (application.as_str(), id.as_str());
    match commands::delete_webhook(&*app.store, of, false).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_endpoint()),
    }
}

/// `POST /v1/webhooks/{id}/rotate`: another secret; the one of before signs beside it for a day.
pub(crate) async fn rotate(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<Json<RotatedSecret>, HttpError> {
    let now = clock::now();
    let of = (application.as_str(), id.as_str());
    let outcome = commands::rotate_webhook(&*app.store, of, now).await?;
    let endpoint = done(outcome)?;
    Ok(Json(RotatedSecret {
        secret: app.webhooks.secrets.text(&endpoint),
        previous_secret_until: endpoint.previous_secret_until.unwrap_or(now),
    }))
}

/// `POST /v1/webhooks/{id}/test`: 202, and a `webhook.test` is sent as any other event.
pub(crate) async fn test(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<(StatusCode, Json<SentDelivery>), HttpError> {
    let of = (application.as_str(), id.as_str());
    match commands::test_webhook(&*app.store, of, clock::now()).await? {
        TestOutcome::Planned(delivery_id) => Ok(sent(&app, delivery_id)),
        TestOutcome::Disabled => Err(HttpError::conflict(
            ReopenRefusal::EndpointDisabled.detail(),
        )),
        TestOutcome::NotFound => Err(no_such_endpoint()),
    }
}

fn done(outcome: WebhookOutcome) -> Result<Box<WebhookEndpoint>, HttpError> {
    match outcome {
        WebhookOutcome::Done(endpoint) => Ok(endpoint),
        WebhookOutcome::Invalid(errors) => Err(HttpError::invalid(errors)),
        WebhookOutcome::NotFound => Err(no_such_endpoint()),
    }
}

fn shown(endpoint: &WebhookEndpoint) -> Result<WebhookView, HttpError> {
    view(endpoint, clock::now()).ok_or_else(no_such_endpoint)
}
