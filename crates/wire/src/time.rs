//! Points in time as they stand on the wire.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnixMs(pub i64);

impl UnixMs {
    /// Milliseconds from `earlier` to `self`; negative when `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: UnixMs) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole seconds since the Unix epoch, rounded down, as JWT claims have them (RFC 7519).
    #[must_use]
    pub fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl Add<i64> for UnixMs {
    type Output = UnixMs;

    fn add(self, span_ms: i64) -> UnixMs {
        UnixMs(self.0.saturating_add(span_ms))
    }
}

impl Sub<i64> for UnixMs {
    type Output = UnixMs;

    fn sub(self, span_ms: i64) -> UnixMs {
        UnixMs(self.0.saturating_sub(span_ms))
    }
}
