//! Spans on their way to a collector: OTLP over HTTP, in batches, by one task behind a bounded queue.
//!
//! The exporter's own batching is not used: it has a thread of its own in which no async client runs, and
//! tells nobody how many spans it dropped.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, Response};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    SdkTracerProvider, Span, SpanData, SpanExporter as _, SpanProcessor,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// Spans that may wait for the collector; what comes beyond is dropped and counted.
const QUEUED_SPANS: usize = 4_096;
/// Spans that are sent at once, at most.
const BATCH_SPANS: usize = 512;
/// How long a span may wait for others, so that they are sent together.
const LINGER: Duration = Duration::from_secs(1);
/// Longest wait for the collector.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for it when the process ends.
const FINISH_TIMEOUT: Duration = Duration::from_secs(1);

/// Where the collector takes traces, below its address.
const PATH: &str = "/v1/traces";

/// The task that sends.
#[derive(Debug)]
pub(super) struct Exporter {
    queue: SpanQueue,
    task: JoinHandle<()>,
}

impl Exporter {
    /// Sends what is left, at most for [`FINISH_TIMEOUT`].
    pub(super) async fn finish(self) {
        self.queue.close();
        let _ = tokio::time::timeout(FINISH_TIMEOUT, self.task).await;
    }
}

/// Starts the task. `endpoint` is the collector's address, with or without the path of traces.
///
/// # Errors
/// When the endpoint can't be used.
pub(super) fn start(
    endpoint: &str,
    service: &str,
) -> Result<(Exporter, SdkTracerProvider), String> {
    let wrong = |error: &dyn std::fmt::Display| format!("OTLP endpoint {endpoint:?}: {error}");
    crate::origin::origin_of(endpoint).map_err(|error| wrong(&error))?;
    let base = endpoint.trim_end_matches('/').trim_end_matches(PATH);
    let mut exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(CollectorClient(crate::http_client::client()))
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{base}{PATH}"))
        .with_timeout(EXPORT_TIMEOUT)
        .build()
        .map_err(|error| wrong(&error))?;
    let resource = Resource::builder_empty()
        .with_service_name(service.to_owned())
        .with_attributes([
            KeyValue::new("service.namespace", "rendezvous"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()),
        ])
        .build();
    exporter.set_resource(&resource);
    let (sender, spans) = mpsc::channel(QUEUED_SPANS);
    let queue = SpanQueue(Arc::new(Mutex::new(Some(sender))));
    let task = tokio::spawn(send_all(exporter, spans));
    let provider = SdkTracerProvider::builder()
        .with_span_processor(queue.clone())
        .with_resource(resource)
        .build();
    Ok((Exporter { queue, task }, provider))
}

/// The layer that turns our spans into the collector's.
pub(super) fn layer<S>(
    provider: &SdkTracerProvider,
) -> OpenTelemetryLayer<S, opentelemetry_sdk::trace::SdkTracer>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("rendezvous"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
}

/// Sends until the queue is closed and empty. A batch that fails is dropped and counted, and not logged
/// above `debug`: a collector that is down for a day says so once a second.
async fn send_all(exporter: SpanExporter, mut spans: mpsc::Receiver<SpanData>) {
    for result in ["sent", "failed", "dropped"] {
        count(result, 0);
    }
    loop {
        let mut batch = Vec::new();
        if spans.recv_many(&mut batch, BATCH_SPANS).await == 0 {
            return;
        }
        let more = async {
            while batch.len() < BATCH_SPANS {
                let room = BATCH_SPANS - batch.len();
                if spans.recv_many(&mut batch, room).await == 0 {
                    return;
                }
            }
        };
        // Whatever has come by then is sent.
        let _ = tokio::time::timeout(LINGER, more).await;
        let sent = batch.len() as u64;
        match tokio::time::timeout(EXPORT_TIMEOUT, exporter.export(batch)).await {
            Ok(Ok(())) => count("sent", sent),
            Ok(Err(error)) => {
                tracing::debug!(%error, "traces were not taken");
                count("failed", sent);
            }
            Err(_) => count("failed", sent),
        }
    }
}

fn count(result: &'static str, spans: u64) {
    metrics::counter!("trace_spans_total", "result" => result).increment(spans);
}

/// Takes spans that are over. Clones share it.
#[derive(Debug, Clone)]
struct SpanQueue(Arc<Mutex<Option<mpsc::Sender<SpanData>>>>);

impl SpanQueue {
    fn close(&self) {
        drop(self.lock().take());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<SpanData>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for SpanQueue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let queue = self.lock();
        let is_taken = queue
            .as_ref()
            .is_some_and(|sender| sender.try_send(span).is_ok());
        if !is_taken {
            count("dropped", 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.close();
        Ok(())
    }
}

/// Our HTTP client, as the exporter wants one.
#[derive(Debug)]
struct CollectorClient(reqwest::Client);

#[async_trait]
impl HttpClient for CollectorClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.0.execute(request.try_into()?).await?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = answer.headers().clone();
        }
        Ok(response.body(answer.bytes().await?)?)
    }
}
