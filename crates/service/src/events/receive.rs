//! `POST /v1/events`: another service delivers.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::post;
use wire::EventBatch;

use super::{EventsSecret, MAX_BATCH_BYTES, MAX_BATCH_EVENTS};
use crate::http::{HttpError, Json};

/// Takes the batches of other services.
pub trait EventSink: Send + Sync + 'static {
    /// Applies a batch: in one transaction, each event that [`super::Inbox::take`] calls new, then
    /// [`super::Inbox::advance`]. Returns after the commit. The outcome must be the same when events come
    /// twice or in reverse; one that makes no sense is logged, counted and skipped, never an error, or it
    /// would stop those behind it.
    fn accept(&self, batch: EventBatch) -> impl Future<Output = Result<(), AcceptError>> + Send;
}

/// Why a batch was not taken; it comes again.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The store refused it.
    #[error("store: {0}")]
    Store(#[from] sqlx::Error),
    /// Whoever applies events does not answer, as while stopping.
    #[error("not taking events now")]
    Stopping,
}

/// The route, to be merged into a service's router. 401 without the secret, 422 above 200 events,
/// 413 above 1 MiB, 503 when the sink fails, 200 after its commit.
pub fn routes<S: EventSink>(secret: EventsSecret, sink: Arc<S>) -> Router {
    Router::new()
        .route("/v1/events", post(deliver::<S>))
        .layer(DefaultBodyLimit::max(MAX_BATCH_BYTES))
        .with_state(Receiver { secret, sink })
}

struct Receiver<S> {
    secret: EventsSecret,
    sink: Arc<S>,
}

impl<S> Clone for Receiver<S> {
    fn clone(&self) -> Self {
        Self {
            secret: self.secret.clone(),
            sink: Arc::clone(&self.sink),
        }
    }
}

/// Asked for before the body, so that a stranger's body is never read.
struct Shown;

impl<S: EventSink> FromRequestParts<Receiver<S>> for Shown {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &Receiver<S>) -> Result<Self, HttpError> {
        if state.secret.is_shown(&parts.headers) {
            return Ok(Self);
        }
        Err(HttpError::unauthenticated("bad_secret"))
    }
}

async fn deliver<S: EventSink>(
    _: Shown,
    State(receiver): State<Receiver<S>>,
    request: Request,
) -> Result<StatusCode, HttpError> {
    let Json(batch) = Json::<EventBatch>::from_request(request, &()).await?;
    if batch.events.len() > MAX_BATCH_EVENTS {
        let told = format!("A batch has {MAX_BATCH_EVENTS} events at most.");
        return Err(HttpError::field("events", "too_many", told));
    }
    let source = batch.source.clone();
    let count = batch.events.len() as u64;
    receiver
        .sink
        .accept(batch)
        .await
        .map_err(|error| HttpError::storage_unavailable(&error))?;
    metrics::counter!("events_received_total", "source" => source).increment(count);
    Ok(StatusCode::OK)
}
