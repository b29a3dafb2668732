//! What is traced: a span for each request, each socket, each join and each commit; never one for a
//! message. Where no collector is named, none of them exists.

use axum::http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of all spans.
pub(super) const TARGET: &str = "rendezvous_spans";

/// A request over HTTP. It goes on from where the caller's `traceparent` (W3C Trace Context) says.
/// `method` and `route` are words of ours: a name that a stranger chose is a name of their choice in every dashboard.
pub(crate) fn request(method: &'static str, route: &str, headers: &HeaderMap) -> Span {
    let span = info_span!(
        target: "rendezvous_spans",
        parent: None,
        "request",
        otel.name = tracing::field::Empty,
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    );
    if span.is_disabled() {
        return span;
    }
    span.record("otel.name", format!("{method} {route}"));
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    if caller.span().span_context().is_valid() {
        adopt(&span, caller);
    }
    span
}

/// How a request was answered.
pub(crate) fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// A socket, from its upgrade to its end; part of the trace of the request that it began as.
pub(crate) fn socket(subprotocol: &'static str) -> Span {
    // No child of the request's span, which would then last as long as the socket.
    let span = info_span!(
        target: "rendezvous_spans",
        parent: None,
        "socket",
        network.protocol.name = subprotocol,
    );
    if !span.is_disabled() {
        adopt(&span, Span::current().context());
    }
    span
}

/// From a first frame with a ticket to whoever is in, or refused.
#[must_use]
pub fn join() -> Span {
    info_span!(target: "rendezvous_spans", "join")
}

/// One commit of a service's store, of as many rows and facts as are written together.
#[must_use]
pub fn commit(changes: usize) -> Span {
    info_span!(
        target: "rendezvous_spans",
        parent: None,
        "store commit",
        otel.kind = "client",
        db.operation.batch.size = i64::try_from(changes).unwrap_or(i64::MAX),
    )
}

fn adopt(span: &Span, parent: opentelemetry::Context) {
    if let Err(error) = span.set_parent(parent) {
        tracing::debug!(%error, "a span has no parent");
    }
}
