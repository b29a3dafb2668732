//! How batches of events reach other services.

use std::future::Future;

use wire::EventBatch;

/// Carries batches to other services. It keeps nothing: what it does not deliver is given to it again.
pub trait EventTransport: Send + Sync + 'static {
    /// The names of the services that this one tells; the outbox keeps a cursor for each.
    fn destinations(&self) -> Vec<&'static str>;

    /// Hands a batch over. `Ok` only once the receiver has committed it; waits for that a bounded time.
    /// The same batch may be delivered twice, and batches of one destination are given one after another.
    fn deliver(
        &self,
        destination: &'static str,
        batch: &EventBatch,
    ) -> impl Future<Output = Result<(), TransportError>> + Send;
}

/// Why a batch was not delivered; it is given again.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nothing is known of a receiver of that name.
    #[error("no such destination")]
    NoDestination,
    /// The receiver did not answer, or not in time.
    #[error("no answer: {0}")]
    NoAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The receiver did not take it; the number is its answer's status.
    #[error("answered with {0}")]
    Refused(u16),
}
