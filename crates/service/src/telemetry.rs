//! What a process says of itself: logs to stderr, as text or JSON lines, and traces to a collector where
//! one is named. Metrics are [`crate::health`]'s.
//!
//! Neither ever stops a service: both pass through bounded queues, and what does not fit is dropped and
//! counted.

mod log_writer;
pub mod spans;
mod traces;

use std::io;

use tracing_subscriber::filter::{Directive, EnvFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use self::log_writer::LogWriter;
use self::traces::Exporter;

/// Crates that write whole frames, requests or keys into the log at their lower levels: there tickets and
/// messages stand. They are held at `info` whatever the filter says.
const TALKATIVE: [&str; 9] = [
    "tungstenite",
    "tokio_tungstenite",
    "axum",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "h2",
    "sqlx",
];

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Plain text, for people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// What to say, and where.
#[derive(Debug, Clone, Default)]
pub struct TelemetryConfig<'a> {
    /// Who speaks: `service.name` of traces.
    pub service: &'a str,
    /// How a log line looks.
    pub format: LogFormat,
    /// As `info` or `info,signaling=debug`.
    pub filter: &'a str,
    /// A collector that takes OTLP over HTTP, as `http://127.0.0.1:4318`; empty: no traces.
    pub otlp_endpoint: &'a str,
}

/// Sends the last traces, and writes the last lines, when the process ends. Dropped, it waits, a little, for the lines:
/// what is said on stderr after that is the last line there.
#[derive(Debug)]
pub struct TelemetryGuard {
    log_writer: LogWriter,
    exporter: Option<Exporter>,
}

impl TelemetryGuard {
    /// Waits, a little, until what is over has been sent.
    pub async fn flush(mut self) {
        if let Some(exporter) = self.exporter.take() {
            exporter.finish().await;
        }
    }
}

impl Drop for TelemetryGuard {
    fn drop(&mut self) {
        self.log_writer.wait_until_written();
    }
}

/// Starts logging and tracing for this process, within its runtime. A second call changes nothing.
///
/// # Errors
/// When the filter or the endpoint can't be used.
pub fn init(telemetry: &TelemetryConfig<'_>) -> Result<TelemetryGuard, String> {
    let log_writer =
        LogWriter::start(io::stderr()).map_err(|error| format!("log thread: {error}"))?;
    let text = tracing_subscriber::fmt::layer::<Registry>().with_writer(log_writer.clone());
    let log = match telemetry.format {
        LogFormat::Text => text.with_ansi(false).boxed(),
        LogFormat::Json => text.json().flatten_event(true).boxed(),
    };
    let log = log.with_filter(filter(telemetry.filter)?);
    let registry = Registry::default().with(log);
    // A second layer only where there is a collector: one that is absent would have every span made.
    let (exporter, installed) = match telemetry.otlp_endpoint {
        "" => (None, registry.try_init()),
        endpoint => {
            let (exporter, provider) = traces::start(endpoint, telemetry.service)?;
            let spans = Targets::new().with_target(spans::TARGET, tracing::Level::INFO);
            let traces = traces::layer(&provider).with_filter(spans);
            (Some(exporter), registry.with(traces).try_init())
        }
    };
    // An error means that a logger is there already.
    if installed.is_ok() {
        std::panic::set_hook(Box::new(tell_panic));
    }
    Ok(TelemetryGuard {
        log_writer,
        exporter,
    })
}

fn filter(text: &str) -> Result<EnvFilter, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("log filter: {error}");
    let mut filter = EnvFilter::try_new(text).map_err(|error| wrong(&error))?;
    for name in TALKATIVE {
        let directive: Directive = format!("{name}=info").parse().map_err(|e| wrong(&e))?;
        filter = filter.add_directive(directive);
    }
    // Spans are for the collector; in the log they would only repeat what its lines say.
    let spans: Directive = format!("{}=off", spans::TARGET)
        .parse()
        .map_err(|e| wrong(&e))?;
    Ok(filter.add_directive(spans))
}

/// A panic is a line like all others: on its own it would block where nobody reads stderr.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let payload = panic.payload();
    let what = (payload.downcast_ref::<&str>().copied())
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(place, what, "a panic");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_can_not_bring_out_what_others_were_told_in_confidence() {
        let shown = filter("trace,hyper=trace").unwrap().to_string();
        for name in TALKATIVE {
            assert!(shown.contains(&format!("{name}=info")), "{shown}");
        }
        assert!(!shown.contains("hyper=trace"), "{shown}");
        assert!(filter("=").is_err());
    }
}
