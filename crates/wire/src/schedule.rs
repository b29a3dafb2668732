//! What recurs in the scheduler, in `GET /v1/status`.

use serde::{Deserialize, Serialize};

use crate::UnixMs;

/// A recurring task, and its last run by any node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduleView {
    /// Its name, as `retention`.
    pub name: String,
    /// When it runs: seconds, minutes, hours, days, months and weekdays of UTC, as cron has them.
    pub schedule: String,
    /// When it last began; absent before its first run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_started_at: Option<UnixMs>,
    /// When it was last over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_finished_at: Option<UnixMs>,
    /// `ok`, `failed` or `panicked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_result: Option<String>,
    /// Why the last run failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How often it ran, on all nodes.
    pub runs: u64,
}
