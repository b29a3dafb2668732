//! How events are sent to the endpoints of applications.

use std::ops::RangeInclusive;

use scheduler_core::WEBHOOK_WAITS_MS;
use serde::{Deserialize, Serialize};

/// How events are sent to the endpoints of applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookSettings {
    /// How long to wait after each attempt that failed, in milliseconds, give or take a fifth: one attempt more than there
    /// are waits.
    pub back_off_ms: Vec<i64>,
    /// How long an answer may take in all, in milliseconds.
    pub timeout_ms: i64,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            back_off_ms: WEBHOOK_WAITS_MS.to_vec(),
            timeout_ms: 15_000,
        }
    }
}

impl WebhookSettings {
    /// Waits that may be set: a day more than the standard's example has in all.
    const WAITS: RangeInclusive<usize> = 1..=20;
    /// One wait, in milliseconds: to two days.
    const WAIT_MS: RangeInclusive<i64> = 1..=172_800_000;
    /// From what a near receiver takes to what one that hangs may cost, in milliseconds.
    const TIMEOUT_MS: RangeInclusive<i64> = 100..=30_000;

    /// Refuses waits and timeouts that are out of bounds.
    ///
    /// # Errors
    /// Names the key, and what would be right.
    pub fn check(&self) -> Result<(), String> {
        if !Self::WAITS.contains(&self.back_off_ms.len()) {
            let (least, most) = (Self::WAITS.start(), Self::WAITS.end());
            return Err(format!("webhooks.back_off_ms: {least} to {most} waits"));
        }
        let (least, most) = (Self::WAIT_MS.start(), Self::WAIT_MS.end());
        if let Some(wait) = self
            .back_off_ms
            .iter()
            .find(|wait| !Self::WAIT_MS.contains(wait))
        {
            return Err(format!(
                "webhooks.back_off_ms: {wait} is not from {least} to {most}"
            ));
        }
        let (least, most) = (Self::TIMEOUT_MS.start(), Self::TIMEOUT_MS.end());
        if !Self::TIMEOUT_MS.contains(&self.timeout_ms) {
            return Err(format!(
                "webhooks.timeout_ms: {} is not from {least} to {most}",
                self.timeout_ms
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_65_waits_and_timeouts_of_webhooks_are_bounded() {
        let of = |back_off_ms: &[i64], timeout_ms| WebhookSettings {
            back_off_ms: back_off_ms.to_vec(),
            timeout_ms,
        };
        assert_eq!(WebhookSettings::default().check(), Ok(()));
        assert_eq!(of(&[1], 100).check(), Ok(()));
        for (wrong, key) in [
            (of(&[], 100), "webhooks.back_off_ms"),
            (of(&[1; 21], 100), "webhooks.back_off_ms"),
            (of(&[1, 0], 100), "webhooks.back_off_ms"),
            (of(&[1], 99), "webhooks.timeout_ms"),
            (of(&[1], 30_001), "webhooks.timeout_ms"),
        ] {
            assert!(wrong.check().unwrap_err().starts_with(key), "{wrong:?}");
        }
    }
}
