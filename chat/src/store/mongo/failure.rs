//! Why the server did not do it, and how long it is waited for.

use std::time::Duration;

use tokio::time::timeout;

use crate::store::StoreError;

/// Longest wait for a read: a request that meets a server that is away is answered within 2 s.
pub(super) const READ_LIMIT: Duration = Duration::from_millis(1_800);
/// Longest wait for a batch of messages, races and all: a majority may need more time than one server.
pub(super) const APPEND_LIMIT: Duration = Duration::from_secs(4);

/// What went wrong. The driver's own text may hold what the server was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessagesFailure {
    /// It answered, or could not be asked.
    #[error("MongoDB: {0}")]
    Driver(String),
    /// It let one wait.
    #[error("MongoDB did not answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// Others wrote to the same rooms, again and again.
    #[error("other processes took every place in the room, {0} times")]
    Raced(u32),
}

impl From<MessagesFailure> for StoreError {
    fn from(failure: MessagesFailure) -> Self {
        StoreError::unavailable(failure)
    }
}

impl From<mongodb::error::Error> for MessagesFailure {
    fn from(error: mongodb::error::Error) -> Self {
        // Without the server's answer, which the error itself would show too.
        Self::Driver(error.kind.to_string())
    }
}

/// True where the store of messages failed, rather than that of rooms.
pub(crate) fn is_of_messages(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable(source) => source.downcast_ref::<MessagesFailure>().is_some(),
        StoreError::Full => false,
    }
}

/// Waits for the driver, no longer than `limit`. A connection that is let go in the middle of something is closed by
/// the driver, and not used for anything else.
pub(super) async fn within<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, mongodb::error::Error>>,
) -> Result<T, StoreError> {
    match timeout(limit, asking).await {
        Ok(outcome) => Ok(outcome.map_err(MessagesFailure::from)?),
        Err(_) => Err(MessagesFailure::Late(limit).into()),
    }
}
