//! What failed, counted: for the daily digest.

use scheduler_core::FailureCount;
use wire::UnixMs;

use super::StoreFuture;

/// Counts committed failures of a span, whose end is excluded.
pub(crate) trait FailureQueries: Send + Sync {
    /// Deliveries that were planned in the span and failed or were missed. All deliveries of the span are looked at: ask for
    /// an hour at a time.
    fn deliveries(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, Vec<FailureCount>>;

    /// Jobs that were due in the span and failed or were missed.
    fn jobs(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, Vec<FailureCount>>;

    /// Mails of accounts that were asked for in the span and given up.
    fn mails(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, u64>;

    /// Endpoints that are disabled now.
    fn disabled_endpoints(&self) -> StoreFuture<'_, u64>;

    /// Addresses that were found in the span to have no mailbox.
    fn marked_addresses(&self, from: UnixMs, to: UnixMs) -> StoreFuture<'_, u64>;
}
