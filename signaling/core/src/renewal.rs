//! When a person's relay credentials are to be renewed, and how often they were asked for.

use wire::UnixMs;

use crate::reject_reason::RejectReason;

/// `refresh` that a person may send at once, and how long each then takes to be allowed again, in
/// milliseconds: a page that restarts ICE as its network comes and goes needs a handful a minute.
const REFRESH_BURST: i64 = 10;
const REFRESH_EVERY_MS: i64 = 3_000;

/// When a seat's credentials are to be renewed, and how often they were asked for.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Renewal {
    /// None where nothing ends before the session does.
    pub(crate) due_at: Option<UnixMs>,
    /// When all that was asked for is paid off, by one `refresh` each [`REFRESH_EVERY_MS`].
    paid_off_at: UnixMs,
}

impl Renewal {
    /// Counts a `refresh`.
    ///
    /// # Errors
    /// When there were too many.
    pub(crate) fn ask(&mut self, now: UnixMs) -> Result<(), RejectReason> {
        let paid_off_at = self.paid_off_at.max(now) + REFRESH_EVERY_MS;
        let excess_ms = paid_off_at.since(now) - REFRESH_BURST * REFRESH_EVERY_MS;
        if excess_ms > 0 {
            let retry_after_ms = excess_ms.unsigned_abs();
            return Err(RejectReason::RefreshedTooOften { retry_after_ms });
        }
        self.paid_off_at = paid_off_at;
        Ok(())
    }
}
