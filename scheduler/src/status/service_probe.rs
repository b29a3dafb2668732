//! Another service, asked whether it is ready.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use service::health::Readiness;
use tokio::time::timeout;
use wire::{FieldError, UnixMs};

use super::AskedService;

/// Longest wait for an answer: longer than its own checks may take, so that it can say which of them fails.
const ASK_LIMIT: Duration = Duration::from_secs(3);
/// Largest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Where a service is asked.
pub(super) struct ServiceProbe {
    name: &'static str,
    url: String,
    client: reqwest::Client,
}

/// What a service says of itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct HealthAnswer {
    /// Its checks that fail.
    #[serde(default, rename = "errors")]
    pub(super) failing: Vec<FieldError>,
    #[serde(default)]
    others: BTreeMap<String, bool>,
    #[serde(default)]
    others_since: BTreeMap<String, UnixMs>,
}

impl HealthAnswer {
    pub(super) fn failing(failing: Vec<FieldError>) -> Self {
        Self {
            failing,
            ..Self::default()
        }
    }

    /// Whether it found another one up, and since when it found it so.
    pub(super) fn other(&self, name: &str) -> Option<(bool, Option<UnixMs>)> {
        let is_up = self.others.get(name)?;
        Some((*is_up, self.others_since.get(name).copied()))
    }
}

impl ServiceProbe {
    pub(super) fn new(name: &'static str, base_url: &str, client: reqwest::Client) -> Self {
        Self {
            name,
            url: format!("{}/health/ready", base_url.trim_end_matches('/')),
            client,
        }
    }

    /// Asks, and reports to `readiness` whether it answers: events are delivered to it all the while, so that it is
    /// known there since when.
    pub(super) async fn ask(&self, readiness: &Readiness) -> AskedService {
        let health = timeout(ASK_LIMIT, self.health()).await;
        let health = health.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        readiness.report_other(self.name, health.is_ok());
        let others = readiness.others();
        AskedService {
            name: self.name,
            since: others.get(self.name).map(|other| other.since),
            health,
        }
    }

    async fn health(&self) -> Result<HealthAnswer, String> {
        let sent = self.client.get(&self.url).send().await;
        let mut answer = sent.map_err(|error| error.without_url().to_string())?;
        if !matches!(
            answer.status(),
            StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE
        ) {
            return Err(format!("it answers {}", answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| error.without_url().to_string())?
        {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err("its answer is too long".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_| "its answer can't be read".to_owned())
    }
}
