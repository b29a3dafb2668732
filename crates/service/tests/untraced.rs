//! Where no collector is named. Alone in its process, since a process has one subscriber.

use service::telemetry::{LogFormat, TelemetryConfig, init, spans};

#[tokio::test]
async fn edg_63_without_a_collector_no_span_is_made() {
    let telemetry_guard = init(&TelemetryConfig {
        service: "edge",
        format: LogFormat::Text,
        filter: "trace",
        otlp_endpoint: "",
    });
    assert!(spans::join().is_disabled());
    assert!(spans::commit(1).is_disabled());
    telemetry_guard.unwrap().flush().await;
}
