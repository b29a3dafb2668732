//! What every answer of every service has: security headers, a request id, problems for what is not there.

use std::any::Any;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use wire::ErrorCode;

use super::json::BodyLimit;
use super::problems::{NOTHING_HERE, as_problems};
use super::target::{check_host, refuse_credentials_in_url};
use super::{HttpError, Linger};
use crate::origin::AllowedOrigins;
use crate::telemetry::spans;

/// The label of requests that no route takes: their paths are a stranger's.
const UNMATCHED: &str = "unmatched";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Set where a route has not set its own.
const SECURITY_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];

/// Puts the common layers around all routes of a service. Call it last, on the complete router.
///
/// 404 and 405 as problems (a fallback that the router has itself is replaced: use a wildcard route for
/// pages), CORS, body limit, panics as 500, refusal of credentials in addresses and of doubtful hosts, every refusal as a problem, security headers, request id, metrics.
pub fn standard(router: Router, origins: &AllowedOrigins) -> Router {
    with_fallbacks(router)
        .layer(from_fn(limit_body))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(refuse_credentials_in_url))
        .layer(from_fn(as_problems))
        .layer(origins.cors())
        .layer(from_fn(check_host))
        .layer(from_fn(observe))
}

/// 404 and 405 as problems. A layer that is to see these answers too goes around this.
pub(crate) fn with_fallbacks(router: Router) -> Router {
    router
        .fallback(not_there)
        .method_not_allowed_fallback(not_that_method)
}

/// The listener's limit; a route of its own may have another one. Who sends more is still sending when the
/// answer goes out, and must be able to read it.
async fn limit_body(mut request: Request, next: Next) -> Response {
    DefaultBodyLimit::max(BodyLimit::of(&request)).apply(&mut request);
    let linger = request.extensions().get::<Linger>().cloned();
    let response = next.run(request).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE
        && let Some(linger) = linger
    {
        linger.ask();
    }
    response
}

/// A fault of ours in one request is the end of that request only. What the panic said is in the log.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    metrics::counter!("http_panics_total").increment(1);
    HttpError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::Internal,
        "Something went wrong here.",
    )
    .into_response()
}

async fn not_there() -> HttpError {
    HttpError::not_found(NOTHING_HERE)
}

async fn not_that_method() -> HttpError {
    HttpError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::MethodNotAllowed,
        "This address does not take that method.",
    )
}

/// Counts, times and names the request. The address's query is never logged.
async fn observe(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known_method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| UNMATCHED.to_owned(), |path| path.as_str().to_owned());
    let id = uuid::Uuid::now_v7();
    let span = spans::request(method, &route, request.headers());
    let mut response = next.run(request).instrument(span.clone()).await;
    finish(&mut response, id);
    let status = response.status().as_u16();
    spans::answered(&span, status);
    tracing::debug!(%id, method, route, status, "request");
    let labels = [
        ("route", route),
        ("method", method.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels).record(begun.elapsed().as_secs_f64());
    response
}

/// A word of ours for the method, whatever a client calls it: a label, and a name of a span, has few values.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
    ];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

fn finish(response: &mut Response, id: uuid::Uuid) {
    let headers = response.headers_mut();
    let is_for_frames = headers
        .get(header::CONTENT_SECURITY_POLICY)
        .is_some_and(names_embedders);
    for (name, value) in SECURITY_HEADERS {
        // It knows no list: beside one it would only contradict.
        if name != header::X_FRAME_OPTIONS || !is_for_frames {
            headers.entry(name).or_insert(value);
        }
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Whether a policy says that some pages may have this one in a frame.
fn names_embedders(policy: &HeaderValue) -> bool {
    let policy = policy.to_str().unwrap_or_default();
    let named = policy
        .split_once("frame-ancestors ")
        .map(|(_, named)| named);
    named.is_some_and(|named| !named.starts_with("'none'"))
}

impl From<HttpError> for Response {
    fn from(refusal: HttpError) -> Self {
        refusal.into_response()
    }
}
