//! `POST /v1/events`: another service delivers.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::post;
use service::http::{ConnectionPlace, HttpError, Json};
use storage::{MAX_BATCH_BYTES, MAX_BATCH_EVENTS};
use wire::{EventBatch, FieldError};

use crate::EventsSecret;

/// Longest id of an event, a source or a node, in bytes: what is a key of every database.
const MAX_ID_BYTES: usize = 255;

/// Takes the batches of other services.
pub trait EventHandler: Send + Sync + 'static {
    /// Applies a batch: in one transaction, each event that [`storage::Inbox::take`] calls new, then
    /// [`storage::Inbox::advance`]. Returns after the commit. The outcome must be the same when events come
    /// twice or in reverse; one that makes no sense is logged, counted and skipped, never an error, or it
    /// would stop those behind it.
    fn accept(&self, batch: EventBatch) -> impl Future<Output = Result<(), AcceptError>> + Send;
}

/// Why a batch was not taken; it comes again.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The store refused it.
    #[error("store: {0}")]
    Store(#[from] storage::Error),
    /// Whoever applies events does not answer, as while stopping.
    #[error("not taking events now")]
    Stopping,
}

/// The route, to be merged into a service's router. 401 without the secret, 422 above 200 events and for ids that
/// can't be kept, 413 above 1 MiB, 503 when the handler fails, 200 after its commit.
pub fn routes<H: EventHandler>(secret: EventsSecret, handler: Arc<H>) -> Router {
    Router::new()
        .route("/v1/events", post(deliver::<H>))
        .layer(DefaultBodyLimit::max(MAX_BATCH_BYTES))
        .with_state(Receiver { secret, handler })
}

struct Receiver<H> {
    secret: EventsSecret,
    handler: Arc<H>,
}

impl<H> Clone for Receiver<H> {
    fn clone(&self) -> Self {
        Self {
            secret: self.secret.clone(),
            handler: Arc::clone(&self.handler),
        }
    }
}

impl<H> FromRef<Receiver<H>> for EventsSecret {
    fn from_ref(receiver: &Receiver<H>) -> Self {
        receiver.secret.clone()
    }
}

/// Asked for before the body, so that a stranger's body is never read.
pub(crate) struct SecretShown;

impl<S> FromRequestParts<S> for SecretShown
where
    EventsSecret: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        if EventsSecret::from_ref(state).is_shown(&parts.headers) {
            ConnectionPlace::recognize_request(&parts.extensions);
            return Ok(Self);
        }
        Err(HttpError::unauthenticated("bad_secret"))
    }
}

/// The label of a source. It has few values: whoever knows the secret names itself, and may be mistaken.
#[must_use]
pub fn known_source(source: &str) -> &'static str {
    const KNOWN: [&str; 4] = ["scheduler", "signaling", "chat", "turn"];
    let known = KNOWN.into_iter().find(|known| *known == source);
    known.unwrap_or("other")
}

async fn deliver<H: EventHandler>(
    _: SecretShown,
    State(receiver): State<Receiver<H>>,
    request: Request,
) -> Result<StatusCode, HttpError> {
    let Json(batch) = Json::<EventBatch>::from_request(request, &()).await?;
    if batch.events.len() > MAX_BATCH_EVENTS {
        let told = format!("A batch has {MAX_BATCH_EVENTS} events at most.");
        return Err(HttpError::field("events", "too_many", told));
    }
    if let Err(error) = check_ids(&batch) {
        metrics::counter!("events_refused_total", "source" => known_source(&batch.source))
            .increment(batch.events.len() as u64);
        tracing::warn!(source = known_source(&batch.source), field = ?error.field, code = ?error.code, "refused a batch of events");
        return Err(HttpError::invalid(vec![error]));
    }
    let source = batch.source.clone();
    let count = batch.events.len() as u64;
    receiver
        .handler
        .accept(batch)
        .await
        .map_err(|error| HttpError::storage_unavailable(&error))?;
    metrics::counter!("events_received_total", "source" => known_source(&source)).increment(count);
    Ok(StatusCode::OK)
}

/// Checks what the inbox keeps: a store that can't hold it would refuse it each time that it comes.
fn check_ids(batch: &EventBatch) -> Result<(), FieldError> {
    check_id("source", &batch.source)?;
    // A version from before there were nodes names none.
    if !batch.node.is_empty() {
        check_id("node", &batch.node)?;
    }
    for (at, event) in batch.events.iter().enumerate() {
        check_id(&format!("events[{at}].id"), &event.id)?;
    }
    Ok(())
}

fn check_id(field: &str, id: &str) -> Result<(), FieldError> {
    let (code, problem) = match id {
        "" => ("required", "is empty"),
        _ if id.len() > MAX_ID_BYTES => ("too_long", "is too long"),
        _ if id.chars().any(char::is_control) => ("bad_text", "has control characters"),
        _ => return Ok(()),
    };
    Err(FieldError {
        field: field.to_owned(),
        code: code.to_owned(),
        message: format!("`{field}` {problem}."),
    })
}
