//! After how long messages or posts are deleted.

use service::clock::now;
use wire::UnixMs;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// For how long something is kept, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetentionAge(pub(crate) i64);

impl RetentionAge {
    /// None for no days: it stays.
    pub(crate) fn of_days(days: u32) -> Option<Self> {
        (days > 0).then(|| Self(i64::from(days) * DAY_MS))
    }

    /// What was sent before this moment is too old now.
    pub(crate) fn oldest(self) -> UnixMs {
        UnixMs(now().0.saturating_sub(self.0))
    }
}
