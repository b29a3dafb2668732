//! `/health/live` and `/health/ready`, for all; `/metrics`, on a private listener alone.
//!
//! Ready speaks of the service itself only: that another one is down is reported and never a 503.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use wire::{FieldError, UnixMs};

use crate::clock;
use crate::http::{HttpError, Json};

/// Longest wait for one check.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an outcome is given again: asking often must not cost a write each time.
const PROBE_CACHE: Duration = Duration::from_millis(500);

type Probing = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Probe = Arc<dyn Fn() -> Probing + Send + Sync>;

/// Another service, or a server of another kind, as it was found last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherService {
    /// Whether it answered.
    pub is_up: bool,
    /// Since when every look found it so.
    pub since: UnixMs,
}

/// The checks of one service. Clones share them.
#[derive(Clone, Default)]
pub struct Readiness {
    state: Arc<ReadinessState>,
}

#[derive(Default)]
struct ReadinessState {
    checks: Mutex<Vec<(&'static str, Probe)>>,
    others: Mutex<BTreeMap<String, OtherService>>,
    last: tokio::sync::Mutex<Option<(Instant, Vec<FieldError>)>>,
}

impl Readiness {
    /// One without checks: ready. Installs the metrics recorder of the process if none is there: a service makes this before
    /// its tasks, and what they count before its listeners are up counts.
    #[must_use]
    pub fn new() -> Self {
        recorder();
        Self::default()
    }

    /// Adds a check of our own. It is run when somebody asks, twice a second at most; `Err` says in a few
    /// words what is wrong, and makes `/health/ready` a 503.
    pub fn check<F, Fut>(&self, name: &'static str, probe: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        let probe: Probe = Arc::new(move || Box::pin(probe()));
        lock(&self.state.checks).push((name, probe));
    }

    /// Reports whether another service answers. Never a 503.
    pub fn report_other(&self, service: &str, up: bool) {
        let now = clock::now();
        let mut others = lock(&self.state.others);
        let since = match others.get(service) {
            Some(before) if before.is_up == up => before.since,
            _ => now,
        };
        let other = OtherService { is_up: up, since };
        others.insert(service.to_owned(), other);
    }

    /// Whatever was reported of others, by name.
    #[must_use]
    pub fn others(&self) -> BTreeMap<String, OtherService> {
        lock(&self.state.others).clone()
    }

    /// Runs the checks: each that fails.
    pub async fn failing(&self) -> Vec<FieldError> {
        let mut last = self.state.last.lock().await;
        if let Some((at, outcome)) = &*last
            && at.elapsed() < PROBE_CACHE
        {
            return outcome.clone();
        }
        let checks = lock(&self.state.checks).clone();
        let mut failing = Vec::new();
        for (name, probe) in checks {
            let outcome = tokio::time::timeout(PROBE_TIMEOUT, probe())
                .await
                .unwrap_or_else(|_| Err("no answer in time".to_owned()));
            if let Err(message) = outcome {
                failing.push(FieldError {
                    field: name.to_owned(),
                    code: "not_ready".to_owned(),
                    message,
                });
            }
        }
        *last = Some((Instant::now(), failing.clone()));
        failing
    }
}

/// The routes of a public listener. Installs the metrics recorder of the process if none is there.
pub fn routes(readiness: Readiness) -> Router {
    recorder();
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready).with_state(readiness))
}

/// The same with `/metrics`, for a listener that no stranger reaches.
pub fn private_routes(readiness: Readiness) -> Router {
    let metrics = get(scrape).with_state(recorder());
    routes(readiness).route("/metrics", metrics)
}

#[derive(serde::Serialize)]
struct HealthReport {
    status: &'static str,
    /// Each other service that was heard of: `true` when it answered last time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    others: BTreeMap<String, bool>,
    /// Since when each has been found so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    others_since: BTreeMap<String, UnixMs>,
}

async fn live() -> Json<HealthReport> {
    Json(HealthReport {
        status: "live",
        others: BTreeMap::new(),
        others_since: BTreeMap::new(),
    })
}

async fn ready(State(readiness): State<Readiness>) -> Result<Json<HealthReport>, HttpError> {
    let failing = readiness.failing().await;
    if failing.is_empty() {
        let others = readiness.others();
        let up = |(name, other): (&String, &OtherService)| (name.clone(), other.is_up);
        let since = |(name, other): (&String, &OtherService)| (name.clone(), other.since);
        return Ok(Json(HealthReport {
            status: "ready",
            others: others.iter().map(up).collect(),
            others_since: others.iter().map(since).collect(),
        }));
    }
    Err(HttpError::unavailable("Not ready.").with_errors(failing))
}

async fn scrape(State(metrics): State<Option<PrometheusHandle>>) -> Response {
    let Some(metrics) = metrics else {
        return HttpError::unavailable("Metrics are recorded elsewhere.").into_response();
    };
    metrics.run_upkeep();
    let headers = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (headers, metrics.render()).into_response()
}

/// The recorder of the process: installed once, shared by every service (and test) within it.
pub(crate) fn recorder() -> Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets(&[0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0])
                .ok()?
                .install_recorder()
                .ok()
        })
        .clone()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
