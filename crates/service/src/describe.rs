//! How a service describes itself: `/openapi.json`, `/asyncapi.json` and `/docs`.
//!
//! A service brings a table of its operations, and of its socket's frames; the documents are built from it
//! once, at the start. Schemas come from the types themselves, so that they can't drift from what is sent.

mod asyncapi;
mod audience;
mod auth_scheme;
mod described_event;
mod openapi;
mod operation;
mod page;
mod published;
mod schemas;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;

pub use asyncapi::{FrameChannel, FrameNumber, Frames};
pub use audience::RouteAudience;
pub use auth_scheme::AuthScheme;
pub use described_event::DescribedEvent;
pub use openapi::Api;
pub use operation::Operation;
pub use published::{PublishedChannel, PublishedFrame};

/// Asked for again each time: a new version describes itself anew.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The addresses of the documents, to be merged into a service's router: `/openapi.json`, `/docs`, and
/// `/asyncapi.json` where there is a channel.
pub fn routes(api: Api, channel: Option<&FrameChannel>) -> Router {
    let api = api.with(operations(channel.is_some()));
    let openapi = openapi::document(&api);
    let asyncapi = channel.map(|channel| asyncapi::document(&api, channel));
    let page = page::DocsPage::new(&openapi, asyncapi.as_ref());
    let policy = HeaderValue::from_str(&page.policy).expect("a digest is base64");
    let html = [
        (header::CONTENT_TYPE, HTML),
        (header::CACHE_CONTROL, ASK_AGAIN),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    let router = Router::new()
        .route("/openapi.json", get(document(&openapi)))
        .route("/docs", get((html, Bytes::from(page.html))));
    match asyncapi {
        Some(asyncapi) => router.route("/asyncapi.json", get(document(&asyncapi))),
        None => router,
    }
}

type Document = ([(HeaderName, HeaderValue); 2], Bytes);

fn document(json: &serde_json::Value) -> Document {
    let headers = [
        (header::CONTENT_TYPE, JSON),
        (header::CACHE_CONTROL, ASK_AGAIN),
    ];
    (headers, Bytes::from(json.to_string()))
}

fn operations(has_channel: bool) -> Vec<Operation> {
    let mut operations = vec![
        Operation::get("/openapi.json", "This document.")
            .tagged("Describing itself")
            .answers_as(200, "application/json", "OpenAPI 3.1."),
        Operation::get("/docs", "This document, for people.")
            .tagged("Describing itself")
            .answers_as(200, "text/html", "A page without scripts."),
    ];
    if has_channel {
        operations.push(
            Operation::get("/asyncapi.json", "The frames of the WebSocket.")
                .tagged("Describing itself")
                .answers_as(200, "application/json", "AsyncAPI 3.0."),
        );
    }
    operations
}
