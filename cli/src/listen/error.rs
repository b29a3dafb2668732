//! Why the scheduler gave no good answer.

/// Why there is no good answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// It will not be otherwise next time.
    #[error("{0}")]
    Refused(String),
    /// It may be there again.
    #[error("{0}")]
    Unreachable(String),
}

/// Of a scheduler at that address, as scheme, host and port.
pub(super) fn unreachable(at: &str, error: &reqwest::Error) -> ApiError {
    ApiError::Unreachable(match () {
        () if error.is_connect() => format!("the scheduler at {at} can't be reached"),
        () if error.is_timeout() => format!("the scheduler at {at} does not answer"),
        () => format!("the connection to the scheduler at {at} broke"),
    })
}
