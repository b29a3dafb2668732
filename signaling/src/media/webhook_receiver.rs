//! `POST /v1/media/livekit/webhook`, `POST /v1/media/openvidu/webhook`: genuine, stored, answered; in this
//! order, and nothing else before the answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use service::clock::now;
use service::http::{BODY_LIMIT, HttpError};
use tokio::sync::Notify;
use wire::MediaBackend;

use super::livekit;
use super::livekit::token::LiveKitKeys;
use super::openvidu::{self, OpenViduConfig};
use crate::store::media::{InsertOutcome, MediaStore};

/// How a server proves that an event is its own.
#[derive(Debug, Clone)]
pub(crate) enum WebhookAuth {
    /// A signature over the raw bytes.
    LiveKit(LiveKitKeys),
    /// A header that the operator set; the event itself proves nothing.
    OpenVidu(OpenViduConfig),
}

/// Takes the events of one server.
#[derive(Debug, Clone)]
pub(crate) struct WebhookReceiver<M> {
    pub(crate) kind: MediaBackend,
    pub(crate) proof: WebhookAuth,
    pub(crate) store: M,
    pub(crate) arrived: Arc<Notify>,
}

impl<M: MediaStore> WebhookReceiver<M> {
    /// The `POST` route of this server's webhooks.
    pub(crate) fn routes(self) -> Router {
        let path = format!("/v1/media/{}/webhook", self.kind.name());
        Router::new()
            .route(&path, post(receive::<M>))
            .with_state(Arc::new(self))
    }

    fn media_type(&self) -> &'static str {
        match self.proof {
            WebhookAuth::LiveKit(_) => "application/webhook+json",
            WebhookAuth::OpenVidu(_) => "application/json",
        }
    }

    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), &'static str> {
        let shown = shown(headers)?;
        match &self.proof {
            WebhookAuth::LiveKit(keys) => livekit::webhook::is_genuine(keys, shown, body),
            WebhookAuth::OpenVidu(config) => {
                openvidu::webhook::is_genuine(&config.webhook_authorization, shown)
            }
        }
    }

    fn key_and_time(&self, body: &[u8]) -> (Option<String>, Option<i64>) {
        match &self.proof {
            WebhookAuth::LiveKit(_) => livekit::webhook::key_and_time(body),
            WebhookAuth::OpenVidu(_) => openvidu::webhook::key_and_time(body),
        }
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("signaling_media_webhooks_total", "server" => self.kind.name(), "outcome" => outcome)
            .increment(1);
    }
}

fn shown(headers: &HeaderMap) -> Result<&str, &'static str> {
    let shown = headers.get(header::AUTHORIZATION).ok_or("missing")?;
    shown.to_str().map_err(|_| "malformed")
}

async fn receive<M: MediaStore>(
    State(receiver): State<Arc<WebhookReceiver<M>>>,
    request: Request,
) -> Result<StatusCode, HttpError> {
    let taken = take(&receiver, request).await;
    receiver.count(match &taken {
        Ok(InsertOutcome::New) => "stored",
        Ok(InsertOutcome::Duplicate) => "duplicate",
        Ok(InsertOutcome::Full) => "dropped",
        Err(refusal) if refusal.status().is_server_error() => "failed",
        Err(_) => "refused",
    });
    match taken? {
        InsertOutcome::New => receiver.arrived.notify_one(),
        InsertOutcome::Duplicate => {}
        InsertOutcome::Full => return Err(HttpError::unavailable("Too many events wait.")),
    }
    Ok(StatusCode::OK)
}

async fn take<M: MediaStore>(
    receiver: &WebhookReceiver<M>,
    request: Request,
) -> Result<InsertOutcome, HttpError> {
    check_headers(request.headers(), receiver.media_type())?;
    // Of somebody who shows nothing not even the body is read.
    shown(request.headers()).map_err(HttpError::unauthenticated)?;
    let headers = request.headers().clone();
    let body = Bytes::from_request(request, &())
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => HttpError::too_large(BODY_LIMIT),
            _ => HttpError::malformed("The body could not be read."),
        })?;
    receiver
        .is_genuine(&headers, &body)
        .map_err(HttpError::unauthenticated)?;
    store(receiver, &body).await
}

async fn store<M: MediaStore>(
    receiver: &WebhookReceiver<M>,
    body: &[u8],
) -> Result<InsertOutcome, HttpError> {
    let (key, made_at) = receiver.key_and_time(body);
    let received_at = now();
    if let Some(made_at) = made_at {
        let age_ms = u32::try_from(received_at.0.saturating_sub(made_at)).unwrap_or_default();
        metrics::histogram!("signaling_media_webhook_age_seconds", "server" => receiver.kind.name())
            .record(f64::from(age_ms) / 1e3);
    }
    // Where it has no id, the same bytes are the same event.
    let key = key.unwrap_or_else(|| hash(body));
    let text = String::from_utf8_lossy(body);
    receiver
        .store
        .insert_event(receiver.kind, &key, received_at, &text)
        .await
        .map_err(|error| HttpError::storage_unavailable(&error))
}

fn hash(body: &[u8]) -> String {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(body))
}

/// 415 for what is packed, or is not what this server sends.
fn check_headers(headers: &HeaderMap, media_type: &str) -> Result<(), HttpError> {
    let packed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity");
    let is_right = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|shown| shown.trim().eq_ignore_ascii_case(media_type));
    match !packed && is_right {
        true => Ok(()),
        false => Err(HttpError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            wire::ErrorCode::UnsupportedMediaType,
            format!("The body is {media_type}, not packed."),
        )),
    }
}
