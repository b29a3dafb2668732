//! The clock of tests: what moves it, and what it shows then. Nobody sees these types where there is none.

use serde::{Deserialize, Serialize};

use crate::UnixMs;

/// Body of the scheduler's `POST /v1/test-clock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdvanceClock {
    /// How far forward, in milliseconds.
    pub advance_ms: i64,
}

/// Body of `POST /v1/test-clock` between the services. A place and no step, so that telling it twice moves once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClockOffset {
    /// How far ahead of the machine's clock, in milliseconds.
    pub offset_ms: i64,
}

/// Answer of both: the time after the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClockReading {
    /// What the clock shows.
    pub now: UnixMs,
}
