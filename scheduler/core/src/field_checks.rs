//! Checks of single fields, each adding a [`FieldError`] where its rule is broken.

use std::ops::RangeInclusive;

use wire::{FieldError, MediaBackend, UnixMs};

/// How long ago a start may be and still count as now: what a slow client and a skewed clock cost.
pub(crate) const START_SLACK_MS: i64 = 60_000;
/// 9999-01-01T00:00:00Z: beyond it dates no longer have four digits.
const LAST_START: UnixMs = UnixMs(253_370_764_800_000);
/// One second to one day.
pub(crate) const DURATION_MS: RangeInclusive<i64> = 1_000..=86_400_000;
/// Up to ten minutes: longer is a lobby.
pub(crate) const COUNTDOWN_MS: RangeInclusive<i64> = 0..=600_000;
/// Up to a week.
pub(crate) const LOBBY_MS: RangeInclusive<i64> = 0..=604_800_000;
/// Up to a day.
pub(crate) const CLOSES_AFTER_MS: RangeInclusive<i64> = 0..=86_400_000;
/// Up to a day.
pub(crate) const EXTENSION_MS: RangeInclusive<i64> = 0..=86_400_000;
/// More than anyone asks for, and a bound for the ticket's life.
pub(crate) const MAX_EXTENSIONS: RangeInclusive<i64> = 0..=100;
/// A tenth of a second to five minutes.
pub(crate) const CONNECT_MS: RangeInclusive<i64> = 100..=300_000;
/// Up to an hour.
pub(crate) const MAX_PAUSE_MS: RangeInclusive<i64> = 0..=3_600_000;
/// Up to thirty days before.
pub(crate) const REMIND_BEFORE_MS: RangeInclusive<i64> = 1..=2_592_000_000;
/// Reminders of one session.
pub(crate) const MAX_REMINDERS: usize = 10;
/// Serialized size of `metadata`.
pub(crate) const MAX_METADATA_BYTES: usize = 16 * 1024;

/// Everything that was wrong, in the order of the checks.
#[derive(Default)]
pub(crate) struct FieldErrors(pub(crate) Vec<FieldError>);

impl FieldErrors {
    pub(crate) fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            code: code.to_owned(),
            message: message.into(),
        });
    }

    /// A number and the bounds that it must keep.
    pub(crate) fn within(&mut self, field: &str, value: i64, bounds: RangeInclusive<i64>) -> i64 {
        if !bounds.contains(&value) {
            let (low, high) = (bounds.start(), bounds.end());
            self.add(
                field,
                "out_of_range",
                format!("`{field}` must be {low} to {high}."),
            );
        }
        value
    }

    /// The start, as `field` says it: now where it is up to a minute ago.
    pub(crate) fn start(&mut self, field: &str, now: UnixMs, starts_at: UnixMs) -> UnixMs {
        if starts_at < now - START_SLACK_MS {
            self.add(
                field,
                "in_the_past",
                format!("`{field}` is more than a minute ago."),
            );
        }
        if starts_at > LAST_START {
            self.add(
                field,
                "out_of_range",
                format!("`{field}` is too far ahead."),
            );
        }
        starts_at.max(now)
    }

    pub(crate) fn hard_end(&mut self, starts_at: UnixMs, hard_end_at: Option<UnixMs>) {
        if hard_end_at.is_some_and(|end| end <= starts_at) {
            self.add(
                "hard_end_at",
                "before_start",
                "`hard_end_at` must be after `starts_at`.",
            );
        }
    }

    /// Reminders: the earliest first, none twice.
    pub(crate) fn reminders(&mut self, mut before_ms: Vec<i64>) -> Vec<i64> {
        if before_ms.len() > MAX_REMINDERS {
            self.add(
                "remind_before_ms",
                "too_many",
                format!("At most {MAX_REMINDERS} reminders."),
            );
        }
        for (at, before) in before_ms.iter().take(MAX_REMINDERS).enumerate() {
            self.within(
                &format!("remind_before_ms[{at}]"),
                *before,
                REMIND_BEFORE_MS,
            );
        }
        before_ms.sort_unstable_by(|a, b| b.cmp(a));
        before_ms.dedup();
        before_ms
    }

    pub(crate) fn metadata(
        &mut self,
        metadata: Option<&serde_json::Map<String, serde_json::Value>>,
    ) {
        let bytes = metadata.map_or(0, |map| {
            serde_json::to_vec(map).map_or(usize::MAX, |v| v.len())
        });
        if bytes > MAX_METADATA_BYTES {
            self.add(
                "metadata",
                "too_long",
                format!("`metadata` may have {MAX_METADATA_BYTES} bytes."),
            );
        }
    }

    /// A media server can be asked for once one is configured.
    pub(crate) fn media(&mut self, media: MediaBackend, configured: &[MediaBackend]) {
        if !configured.contains(&media) {
            let name = media.name();
            self.add(
                "media",
                "not_configured",
                format!("No `{name}` server is configured."),
            );
        }
    }

    pub(crate) fn into_result<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self.0)
        }
    }
}
